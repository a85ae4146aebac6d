"""Operations put on the image that a cast or a sink takes, spelled as its library does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from normlint.fixes import Clamp, Container, Fix, Insert, Round, Scale
from normlint.fixing.document import Replacement
from normlint.fixing.files import File, Files, Patch
from normlint.fixing.names import Names
from normlint.fixing.syntax import is_atom, is_fragile

_CAST_METHODS = frozenset({"astype", "byte", "to", "type", "short", "int", "long"})
_LIBRARIES: dict[Container, str] = {"torch": "torch", "numpy": "numpy", "tensorflow": "tensorflow"}
# The parameter of a cast or sink that takes the image, where it is named.
_IMAGE_NAMES = frozenset({"x", "a", "obj", "object", "pic", "image", "img", "arr", "tensor", "data", "input"})


@dataclass(frozen=True, slots=True)
class _Function:
    """``name(image, arguments)``"""

    name: str
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class _Suffix:
    """``image.round()`` or ``image * 255``; what follows an ``atom`` needs no brackets around it."""

    text: str
    atom: bool


def insertion(files: Files, fix: Fix, change: Insert) -> Iterator[Patch]:
    """``x.astype(np.uint8)`` to ``np.clip(x, 0, 255).astype(np.uint8)`` and the like."""
    file = files.python(fix.place.path)
    if file is None:
        return
    call = file.syntax.expression(file.document.extent(fix.place))
    if not isinstance(call, cst.Call):
        return
    operand = image_of(file, call)
    if operand is None or is_fragile(operand):
        return
    steps = [_spelled(file.names, operation, change.container) for operation in change.operations]
    if None in steps:
        return
    called_on = isinstance(call.func, cst.Attribute) and call.func.value is operand
    yield {fix.place.path: _around(file, operand, [step for step in steps if step is not None], called_on)}


def _around(
    file: File, operand: cst.BaseExpression, steps: list[_Function | _Suffix], called_on: bool
) -> tuple[Replacement, ...]:
    start, end = file.syntax.whole(operand)
    prefix, inside, suffix, atom = "", "", "", is_atom(operand)
    for number, step in enumerate(steps):
        if isinstance(step, _Function) and number == 0 and operand.lpar:
            prefix, inside = step.name, step.arguments  # the brackets of the operand become those of the call
        elif isinstance(step, _Function):
            prefix, suffix, atom = f"{step.name}({prefix}", f"{suffix}{step.arguments})", True
        else:
            if not atom:
                prefix, suffix = f"({prefix}", f"{suffix})"
            suffix, atom = suffix + step.text, step.atom
    if called_on and not atom:
        prefix, suffix = f"({prefix}", f"{suffix})"
    last = file.syntax.inner(operand)[1]
    return tuple(r for r in (Replacement(start, start, prefix), Replacement(last, last, inside), Replacement(end, end, suffix))
                 if r.text)  # fmt: skip


def _spelled(names: Names, operation: Clamp | Scale | Round, container: Container) -> _Function | _Suffix | None:
    library = names.alias(_LIBRARIES[container])
    match operation:
        case Clamp(low=low, high=high):
            limits = f"{low:g}, {high:g}"
            if container == "tensorflow":
                return None if library is None else _Function(f"{library}.clip_by_value", f", {limits}")
            if container == "numpy" and library is not None and not names.imports_any("jax", "cupy"):
                return _Function(f"{library}.clip", f", {limits}")
            return _Suffix(f".clamp({limits})" if container == "torch" else f".clip({limits})", True)
        case Scale(gain=gain, bias=bias):
            return _Suffix(f" * {gain:g}" + (f" + {bias:g}" if bias else ""), False)
        case Round():
            if container == "tensorflow":
                return None if library is None else _Function(f"{library}.round")
            return _Suffix(".round()", True)


def image_of(file: File, call: cst.Call) -> cst.BaseExpression | None:
    """The image that a cast or sink call takes: what a cast method is called on, else the argument for it."""
    function = call.func
    if (
        isinstance(function, cst.Attribute)
        and function.attr.value in _CAST_METHODS
        and not file.names.is_library(function)
    ):
        return function.value
    return _argument(call)


def _argument(call: cst.Call) -> cst.BaseExpression | None:
    for index, argument in enumerate(call.args):
        if argument.star:
            return None
        if (argument.keyword is None and index == 0) or (
            argument.keyword is not None and argument.keyword.value in _IMAGE_NAMES
        ):
            return argument.value
    return None
