"""Arithmetic that undoes a normalize, with the stats of that normalize."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from normlint.fixes import Fix, UndoStats
from normlint.fixing.constants import spelled_number, spellings
from normlint.fixing.document import Replacement
from normlint.fixing.files import File, Files, Patch
from normlint.fixing.syntax import dotted
from normlint.pixelmap import Numbers, collapse

_ARITHMETIC = (cst.Add, cst.Subtract, cst.Multiply, cst.Divide)


def undo_stats(files: Files, fix: Fix, change: UndoStats) -> Iterator[Patch]:
    """``x * 0.5 + 0.5`` to ``x * x.new_tensor(STD).view(3, 1, 1) + x.new_tensor(MEAN).view(3, 1, 1)``."""
    file = files.python(fix.place.path)
    node = file.syntax.expression(file.document.extent(fix.place)) if file is not None else None
    image = _image(node) if node is not None else None
    if file is None or node is None or image is None or "#" in file.syntax.spelled(node):
        return
    mean, std = collapse(change.mean), collapse(change.std)
    if len(mean) == len(std) == 1:
        yield _patch(file, node, _formula(image, spelled_number(mean[0]), spelled_number(std[0]), change))
        return
    literals = (_list(change.mean), _list(change.std))
    for texts, imports in (*spellings(files, file, node, change.reference), (literals, ())):
        arrays = [_array(file, image, text, change) for text in texts]
        if arrays[0] is not None and arrays[1] is not None:
            patch = _patch(file, node, _formula(image, arrays[0], arrays[1], change))
            yield {path: (*replacements, *imports) for path, replacements in patch.items()}


def _image(node: cst.BaseExpression) -> str | None:
    """The name that nothing but numbers is added to and multiplied with."""
    found = False
    while isinstance(node, cst.BinaryOperation) and isinstance(node.operator, _ARITHMETIC):
        if _is_number(node.right):
            node = node.left
        elif _is_number(node.left) and isinstance(node.operator, (cst.Add, cst.Multiply)):
            node = node.right
        else:
            return None
        found = True
    return dotted(node) or None if found else None


def _is_number(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.UnaryOperation):
        node = node.expression
    return isinstance(node, (cst.Integer, cst.Float))


def _list(numbers: Numbers) -> str:
    return f"[{', '.join(map(spelled_number, numbers))}]"


def _array(file: File, image: str, text: str, change: UndoStats) -> str | None:
    """One number a channel along the channels of the image."""
    if change.channels_first is None:
        return None
    if change.container == "torch":  # of the image's own type and on its device
        return f"{image}.new_tensor({text})" + (".view(3, 1, 1)" if change.channels_first else "")
    library = file.names.alias("numpy") if change.container == "numpy" else None
    if library is None:
        return None
    return f"{library}.array({text})" + ("[:, None, None]" if change.channels_first else "")


def _formula(image: str, mean: str, std: str, change: UndoStats) -> str:
    text = f"{image} * {std} + {mean}"
    if change.peak != 1:
        text = f"({text}) * {change.peak:g}"
    return text + (f" + {change.half:g}" if change.half else "")


def _patch(file: File, node: cst.BaseExpression, text: str) -> Patch:
    if not node.lpar and isinstance(file.syntax.parents[node], (cst.BinaryOperation, cst.UnaryOperation, cst.Comparison)):
        text = f"({text})"
    return {file.document.path: (Replacement(*file.syntax.inner(node), text),)}
