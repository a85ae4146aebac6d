"""A parsed file: its LibCST nodes, where they stand, and what holds them."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from normlint.limits import restrain
from normlint.lowering.offsets import OffsetState

# Expressions that a method call or an operator can follow without brackets.
_ATOMS = (cst.Name, cst.Attribute, cst.Call, cst.Subscript)
# Expressions that mean something else when brackets around them go or come.
_FRAGILE = (cst.NamedExpr, cst.GeneratorExp, cst.Yield, cst.Tuple, cst.StarredElement, cst.Await)


class _WholeExtents(OffsetState):
    """Also notes the extents with the brackets around a node."""

    def __init__(self, module: cst.Module) -> None:
        super().__init__(module)
        self.whole: dict[cst.CSTNode, tuple[int, int]] = {}
        self._open: list[int] = []

    def before_codegen(self, node: cst.CSTNode) -> None:
        self._open.append(self.offset)

    def after_codegen(self, node: cst.CSTNode) -> None:
        self.whole[node] = (self._open.pop(), self.offset)


class Syntax:
    """The nodes of a file whose text has its newlines as ``\\n``.

    Raises ``ValueError`` for text that the reader of the analysis would not parse as a whole.
    """

    def __init__(self, text: str) -> None:
        restrained = restrain(text)
        if restrained.refused or restrained.problems:
            raise ValueError(restrained.problems[0].message)
        code = text.rstrip(" \t\f\n") + "\n"
        try:
            self.module = cst.parse_module(code)
        except cst.ParserSyntaxError as error:
            raise ValueError("syntax error") from error
        state = _WholeExtents(self.module)
        self.module._codegen(state)
        if state.offset != len(code):
            raise ValueError("positions are lost")
        self.text = text
        self._inner, self._whole = state.extents, state.whole
        self.parents: dict[cst.CSTNode, cst.CSTNode] = {}
        self._expressions: dict[tuple[int, int], cst.BaseExpression] = {}
        self._names: dict[str, list[cst.Name]] = {}
        self._read()

    def _read(self) -> None:
        pending: list[cst.CSTNode] = [self.module]
        while pending:
            node = pending.pop()
            if isinstance(node, cst.BaseExpression):
                self._expressions.setdefault(self.inner(node), node)
                if isinstance(node, cst.Name):
                    self._names.setdefault(node.value, []).append(node)
            for child in node.children:
                self.parents[child] = node
                pending.append(child)

    def inner(self, node: cst.CSTNode) -> tuple[int, int]:
        """Start and end without the brackets around the node."""
        return self._inner.get(node) or self._whole[node]

    def whole(self, node: cst.CSTNode) -> tuple[int, int]:
        """Start and end with the brackets around the node."""
        return self._whole[node]

    def spelled(self, node: cst.CSTNode) -> str:
        """The text of a node with its brackets."""
        start, end = self._whole[node]
        return self.text[start:end]

    def expression(self, extent: tuple[int, int]) -> cst.BaseExpression | None:
        """The outermost expression with exactly this extent, brackets around it not counted."""
        return self._expressions.get(extent)

    def named(self, name: str) -> list[cst.Name]:
        """All the nodes that spell a name, attributes and keywords included, in no order."""
        return self._names.get(name, [])

    def around(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes that hold a node, innermost first."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def at(self, start: int, end: int) -> cst.CSTNode:
        """The innermost node that covers a stretch."""
        node: cst.CSTNode = self.module
        while True:
            inside = next((c for c in node.children if self._covers(c, start, end)), None)
            if inside is None:
                return node
            node = inside

    def _covers(self, node: cst.CSTNode, start: int, end: int) -> bool:
        extent = self._whole.get(node)
        return extent is not None and extent[0] <= start and end <= extent[1]

    def function(self, node: cst.CSTNode) -> cst.FunctionDef | cst.Lambda | None:
        """The function that a node stands in."""
        return next((n for n in self.around(node) if isinstance(n, (cst.FunctionDef, cst.Lambda))), None)


def is_atom(node: cst.BaseExpression) -> bool:
    """Whether a method call or an operator can follow the spelling of the expression."""
    return bool(node.lpar) or isinstance(node, _ATOMS)


def is_fragile(node: cst.CSTNode) -> bool:
    """Whether the expression is one that edits around it leave alone."""
    return isinstance(node, _FRAGILE)


def dotted(node: cst.CSTNode) -> str:
    """``a.b.c`` of names and attributes; empty for any other expression."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return ""
    parts.append(node.value)
    return ".".join(reversed(parts))
