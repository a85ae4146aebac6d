"""Operations put on the image that a cast or a sink takes, spelled as its library does."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from normlint.fixes import Clamp, Container, Fix, Insert, Round, Scale
from normlint.fixing.document import Replacement
from normlint.fixing.files import File, Files, Patch
from normlint.fixing.images import CAST_METHODS, image_of
from normlint.fixing.names import Names
from normlint.fixing.syntax import is_atom, is_fragile
from normlint.immutable import dataclass

_LIBRARIES: dict[Container, str] = {"torch": "torch", "numpy": "numpy", "tensorflow": "tensorflow"}


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
    operand = image_of(file, call, CAST_METHODS)
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
