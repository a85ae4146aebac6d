"""Discarded results bound to the image that they were computed from."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from normlint.evaluate.machine import label_of
from normlint.fixes import Fix
from normlint.fixing.document import Replacement
from normlint.fixing.files import File, Files, Patch


def assign_result(files: Files, fix: Fix) -> Iterator[Patch]:
    """``images.clamp(0, 1)`` to ``images = images.clamp(0, 1)``, where ``images`` is a local name that is used later.

    So is what a subscript of one stands for: ``np.clip(x[0], 0, 1)`` becomes ``x[0] = np.clip(x[0], 0, 1)``.
    """
    file = files.python(fix.place.path)
    node = file.syntax.expression(file.document.extent(fix.place)) if file is not None else None
    if file is None or node is None:
        return
    statement = next((n for n in (node, *file.syntax.around(node)) if isinstance(n, cst.Expr)), None)
    image = _image(file, statement.value) if statement is not None else None
    name = image.value if isinstance(image, cst.Subscript) else image
    if statement is None or image is None or not isinstance(name, cst.Name):
        return
    if not _is_local(file, name) or not _is_used_later(file, name, statement):
        return
    start = file.syntax.whole(statement)[0]
    yield {fix.place.path: (Replacement(start, start, f"{file.syntax.spelled(image)} = "),)}


def _image(file: File, node: cst.BaseExpression) -> cst.Name | cst.Subscript | None:
    """The name, or part of one, that a chain of calls and arithmetic starts from, when there is only one that it can be."""
    if isinstance(node, cst.Subscript):
        return node if isinstance(node.value, cst.Name) and not _calls(node) else None
    if isinstance(node, cst.Name):
        return node if label_of(node.value) == "" and not file.names.is_library(node) else None
    if isinstance(node, cst.Call):
        if isinstance(node.func, cst.Attribute) and not file.names.is_library(node.func):
            return _image(file, node.func.value)
        first = next(iter(node.args), None)
        return _image(file, first.value) if first is not None and first.keyword is None and not first.star else None
    if isinstance(node, cst.BinaryOperation):
        left, right = _image(file, node.left), _image(file, node.right)
        if left is None or right is None:
            return left or right
        return left if file.syntax.spelled(left) == file.syntax.spelled(right) else None
    return None


def _calls(node: cst.CSTNode) -> bool:
    """Whether to evaluate the node twice may do something twice."""
    return isinstance(node, (cst.Call, cst.NamedExpr, cst.Await, cst.Yield)) or any(map(_calls, node.children))


def _is_local(file: File, name: cst.Name) -> bool:
    """Whether the name is bound in the same function already: to bind a global there would make it a new local."""
    here = file.syntax.function(name)
    return any(file.syntax.function(node) is here for node in file.names.bound.get(name.value, ()))


def _is_used_later(file: File, name: cst.Name, statement: cst.Expr) -> bool:
    """Whether the next occurrence after the statement, in the same function, reads the name."""
    here = file.syntax.function(statement)
    end = file.syntax.whole(statement)[1]
    later = [
        node
        for node in file.syntax.named(name.value)
        if file.syntax.whole(node)[0] >= end and file.syntax.function(node) is here and not _is_label(file, node)
    ]
    if not later:
        return False
    following = min(later, key=lambda node: file.syntax.whole(node)[0])
    parent = file.syntax.parents[following]
    return not (isinstance(parent, (cst.AssignTarget, cst.AnnAssign, cst.For)) and parent.target is following)


def _is_label(file: File, node: cst.Name) -> bool:
    """Whether the name is that of an attribute or of a keyword."""
    parent = file.syntax.parents[node]
    return (isinstance(parent, cst.Attribute) and parent.attr is node) or (
        isinstance(parent, cst.Arg) and parent.keyword is node
    )
