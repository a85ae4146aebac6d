"""Single numbers and whole triples put right where they are written."""

from __future__ import annotations

import math
from collections.abc import Iterator

import libcst as cst

from normlint.evaluate.machine import label_of
from normlint.fixes import Fix, ReplaceNumber, SwapStats
from normlint.fixing.arguments import stats_arguments
from normlint.fixing.document import Replacement
from normlint.fixing.files import File, Files, Patch
from normlint.fixing.syntax import dotted
from normlint.places import Place


def replacement_of_number(files: Files, fix: Fix, change: ReplaceNumber) -> Iterator[Patch]:
    """One literal of a display, or a literal by itself, becomes the right number."""
    file = files.python(fix.place.path)
    if file is None:
        return
    if change.index is None:
        statement = file.syntax.at(*file.document.extent(fix.place))
        node: cst.CSTNode | None = statement.value if isinstance(statement, cst.Assign) else None
    else:
        written = _display_from(file, fix.place)
        items = display(written) or []
        node = items[change.index] if change.index < len(items) else None
    if isinstance(node, (cst.Float, cst.Integer)) and math.isclose(node.evaluated_value, change.wrong, rel_tol=1e-6):
        yield {fix.place.path: (Replacement(*file.syntax.inner(node), f"{change.right:.9g}"),)}


def display(node: cst.CSTNode | None) -> list[cst.BaseExpression] | None:
    """The items of a list or tuple, or of the only one among the arguments of a call: ``np.array([...])``."""
    while isinstance(node, cst.Call):
        if isinstance(node.func, cst.Attribute) and isinstance(node.func.value, cst.Call):
            node = node.func.value  # torch.tensor([...]).view(3, 1, 1)
            continue
        found = [argument.value for argument in node.args if isinstance(argument.value, (cst.List, cst.Tuple))]
        node = found[0] if len(found) == 1 else None
    if not isinstance(node, (cst.List, cst.Tuple)) or any(isinstance(e, cst.StarredElement) for e in node.elements):
        return None
    return [element.value for element in node.elements]


def swap(files: Files, fix: Fix, change: SwapStats) -> Iterator[Patch]:
    """Exchange the arguments where their names tell that they are in the wrong order, else the numbers."""
    file = files.python(fix.place.path)
    if file is None:
        return
    call = file.syntax.expression(file.document.extent(fix.place))
    arguments = stats_arguments(call) if isinstance(call, cst.Call) else None
    if arguments is not None:
        mean, std = arguments
        literal = display(mean) is not None and display(std) is not None
        if literal or (_label(mean) == "std" and _label(std) == "mean"):
            syntax = file.syntax
            yield {
                fix.place.path: (
                    Replacement(*syntax.whole(mean), syntax.spelled(std)),
                    Replacement(*syntax.whole(std), syntax.spelled(mean)),
                )
            }
            return
    one, other = (_at(files, place) for place in (change.mean, change.std))
    if one is None or other is None or one == other:
        return
    (first, first_extent, first_text), (second, second_extent, second_text) = one, other
    patch: dict[str, tuple[Replacement, ...]] = {}
    for path, extent, text in ((first, first_extent, second_text), (second, second_extent, first_text)):
        patch[path] = (*patch.get(path, ()), Replacement(*extent, text))
    yield patch


def _label(node: cst.BaseExpression) -> str:
    return label_of(dotted(node).rsplit(".", 1)[-1])


def _at(files: Files, place: Place) -> tuple[str, tuple[int, int], str] | None:
    """The display of numbers whose first one stands at a place."""
    file = files.python(place.path)
    node = _display_from(file, place) if file is not None else None
    if file is None or node is None:
        return None
    return place.path, file.syntax.whole(node), file.syntax.spelled(node)


def _display_from(file: File, place: Place) -> cst.BaseExpression | None:
    number = file.syntax.expression(file.document.extent(place))
    if number is None:
        return None
    element = file.syntax.parents[number]
    found = file.syntax.parents.get(element)
    return found if isinstance(found, (cst.List, cst.Tuple)) and found.elements[0] is element else None
