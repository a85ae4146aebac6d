"""Stats of a call replaced: by the constants that the other side uses where they are in reach, else by numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator

import libcst as cst

from normlint.fixes import Fix, UseStats
from normlint.fixing.arguments import helper_arguments, stats_arguments
from normlint.fixing.document import Replacement
from normlint.fixing.files import File, Files, Patch
from normlint.fixing.importing import import_of
from normlint.fixing.numbers import display
from normlint.fixing.syntax import Syntax, dotted
from normlint.places import Place

Pair = tuple[cst.BaseExpression, cst.BaseExpression]


def use_stats(files: Files, fix: Fix, change: UseStats) -> Iterator[Patch]:
    """The other side's constants first, imported if need be; then plain numbers."""
    file = files.python(fix.place.path)
    call = file.syntax.expression(file.document.extent(fix.place)) if file is not None else None
    if file is None or not isinstance(call, cst.Call):
        return
    given = _given(files, call, change)
    if given is None:
        return
    if not change.inverse:
        for texts, imports in spellings(files, file, call, change.reference):
            yield {fix.place.path: (*_replaced(file, given, texts), *imports)}
    if all(_is_plain(argument) for argument in given):
        yield {fix.place.path: _replaced(file, given, _literals(file, given, change))}


def _given(files: Files, call: cst.Call, change: UseStats) -> Pair | None:
    """Mean and std as the call has them."""
    if change.formula is None:
        return stats_arguments(call)
    helper = files.python(change.formula.path)
    if helper is None:
        return None
    formula = helper.syntax.at(*helper.document.extent(change.formula))
    function = helper.syntax.function(formula)
    if not isinstance(function, cst.FunctionDef) or function.name.value != dotted(call.func).rsplit(".", 1)[-1]:
        return None
    return helper_arguments(call, function)


def _replaced(file: File, given: Pair, texts: tuple[str, str]) -> tuple[Replacement, ...]:
    return tuple(
        Replacement(*file.syntax.whole(node), text)
        for node, text in zip(given, texts, strict=True)
        if file.syntax.spelled(node) != text
    )


def _is_plain(node: cst.BaseExpression) -> bool:
    """Whether a list of numbers can stand in for the argument: no array, whose shape nobody here knows."""
    return isinstance(node, (cst.List, cst.Tuple, cst.Name, cst.Attribute, cst.Subscript)) or display(node) is None


def _literals(file: File, given: Pair, change: UseStats) -> tuple[str, str]:
    """The stats as numbers; for a Normalize that stands for an inverse -mean / std and 1 / std."""
    shown = [[spelled_number(number) for number in numbers] for numbers in (change.mean, change.std)]
    if change.inverse:
        pairs = list(zip(change.mean, change.std, strict=True))
        shown = [[_quotient(-mean, std) for mean, std in pairs], [_quotient(1.0, std) for _, std in pairs]]
    return _display(given[0], shown[0]), _display(given[1], shown[1])


def _display(node: cst.BaseExpression, shown: list[str]) -> str:
    """The numbers in the brackets that stand there already."""
    if isinstance(node, cst.Tuple):
        return f"({', '.join(shown)}{',' if len(shown) == 1 else ''})"
    if isinstance(node, (cst.Float, cst.Integer)) and len(set(shown)) == 1:
        return shown[0]
    return f"[{', '.join(shown)}]"


def _quotient(above: float, below: float) -> str:
    """The value where it is short, else the quotient, which says where it comes from."""
    value = above / below
    if math.isclose(value, round(value, 4), abs_tol=1e-12):
        return f"{value:g}"
    return f"{spelled_number(above)} / {spelled_number(below)}"


def spelled_number(number: float) -> str:
    return f"{round(number, 9):.6g}"


def spellings(
    files: Files, file: File, node: cst.CSTNode, reference: Place | None
) -> Iterator[tuple[tuple[str, str], tuple[Replacement, ...]]]:
    """What the reference calls its mean and std, as it can be said at a node, with the imports that it takes."""
    if reference is None:
        return
    other = files.python(reference.path)
    call = other.syntax.expression(other.document.extent(reference)) if other is not None else None
    arguments = stats_arguments(call) if isinstance(call, cst.Call) else None
    if other is None or call is None or arguments is None:
        return
    texts = (other.syntax.spelled(arguments[0]), other.syntax.spelled(arguments[1]))
    names = list(dict.fromkeys(name for argument in arguments for name in _first_names(other.syntax, argument)))
    if not names:
        if all(isinstance(argument, (cst.List, cst.Tuple)) and "\n" not in text
               for argument, text in zip(arguments, texts, strict=True)):  # fmt: skip
            yield texts, ()
        return
    if other is file:
        if all(_reaches(file, name, call, node) for name in names):
            yield texts, ()
        return
    imports = import_of(files, other, file, names)
    if imports is not None:
        yield texts, imports


def _first_names(syntax: Syntax, node: cst.CSTNode) -> Iterator[str]:
    """The names that an expression needs, without those of attributes and keywords."""
    if isinstance(node, cst.Name):
        parent = syntax.parents[node]
        if not (isinstance(parent, cst.Attribute) and parent.attr is node) and not (
            isinstance(parent, cst.Arg) and parent.keyword is node
        ):
            yield node.value
    for child in node.children:
        yield from _first_names(syntax, child)


def _reaches(file: File, name: str, reference: cst.CSTNode, node: cst.CSTNode) -> bool:
    """Whether the name means at the node what it means at the reference, and is bound by then.

    It is bound once, in the module or in the function that holds both.
    """
    bindings = file.names.bound.get(name, ())
    if len(bindings) != 1:
        return False
    scope = file.syntax.function(bindings[0])
    here = file.syntax.function(node)
    if scope is None:
        return here is not None or file.syntax.whole(bindings[0])[0] < file.syntax.whole(node)[0]
    return (
        scope is here
        and scope is file.syntax.function(reference)
        and not isinstance(bindings[0], cst.Param)
        and file.syntax.whole(bindings[0])[0] < file.syntax.whole(node)[0]
    )
