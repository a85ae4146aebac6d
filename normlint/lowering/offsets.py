"""Positions of LibCST nodes from one pass of code generation that counts characters and keeps no text.

LibCST's own position provider splits every token at its newlines and copies the tree first; counting offsets and
looking lines up when they are asked for gives the same positions at a fraction of the cost.
"""

from __future__ import annotations

from bisect import bisect_right
from contextlib import AbstractContextManager
from types import TracebackType

import libcst as cst
from libcst._nodes.internal import CodegenState

from normlint.lowering.lines import line_starts
from normlint.places import Span


class PositionError(ValueError):
    """The tree does not spell the text that it was parsed from, so offsets would be wrong."""


class _Recording(AbstractContextManager[None]):
    """Notes the stretch that is generated inside the ``with`` as the extent of one node."""

    __slots__ = ("end_node", "node", "start", "start_node", "state")

    def __init__(
        self, state: OffsetState, node: cst.CSTNode, start_node: cst.CSTNode | None, end_node: cst.CSTNode | None
    ) -> None:
        self.state = state
        self.node = node
        self.start_node = start_node
        self.end_node = end_node

    def __enter__(self) -> None:
        self.start = self.state.offset

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        state = self.state
        here = (self.start, state.offset)
        if self.start_node is None and self.end_node is None:
            state.extents[self.node] = here
            return
        # The ends of a compound are those of its parts; a part without a recorded extent is a bare token.
        extents = state.extents
        start = here[0] if self.start_node is None else extents.get(self.start_node, here)[0]
        end = here[1] if self.end_node is None else extents.get(self.end_node, here)[1]
        extents[self.node] = (start, end)


class OffsetState(CodegenState):
    """A code generator that writes nothing; ``extents`` maps each node to its offsets."""

    def __init__(self, module: cst.Module) -> None:
        super().__init__(default_indent=module.default_indent, default_newline=module.default_newline)
        self.offset = 0
        self.last = 0
        self.indent_widths: list[int] = []
        self.indent = 0
        self.extents: dict[cst.CSTNode, tuple[int, int]] = {}
        # Module asks whether any token was written.
        self.tokens = [""]

    def increase_indent(self, value: str) -> None:
        self.indent_widths.append(len(value))
        self.indent += len(value)

    def decrease_indent(self) -> None:
        self.indent -= self.indent_widths.pop()

    def add_indent_tokens(self) -> None:
        self.offset += self.indent

    def add_token(self, value: str) -> None:
        self.last = len(value)
        self.offset += self.last

    def pop_trailing_newline(self) -> None:
        self.offset -= self.last

    def record_syntactic_position(  # type: ignore[override]
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> _Recording:
        return _Recording(self, node, start_node, end_node)


class Positions:
    """The spans of a module's nodes. ``text`` must be what ``module`` was parsed from, with newlines as ``\\n``.

    Raises ``PositionError`` if LibCST lost characters of the text.
    """

    __slots__ = ("_extents", "_shift", "_size", "_starts")

    def __init__(self, module: cst.Module, text: str) -> None:
        state = OffsetState(module)
        module._codegen(state)
        shift = len(text) - state.offset if module.body or module.header or module.footer else 0
        # LibCST drops form feeds before the first token.
        if shift and not (0 < shift <= len(text) - len(text.lstrip("\f"))):
            raise PositionError(f"{len(text)} characters read, {state.offset} generated")
        self._shift = shift
        self._size = len(text)
        self._extents = state.extents
        self._starts = line_starts(text)

    def span(self, node: cst.CSTNode) -> Span:
        """The node without whitespace or parentheses around it."""
        start, end = self._extents[node]
        return self._span(start, end)

    def between(self, first: cst.CSTNode, last: cst.CSTNode) -> Span:
        """From the start of one node to the end of another."""
        return self._span(self._extents[first][0], self._extents[last][1])

    def _span(self, start: int, end: int) -> Span:
        starts = self._starts
        # The newline that a file without a final one lacks is generated first and taken back later.
        start, end = min(start + self._shift, self._size), min(end + self._shift, self._size)
        line, end_line = bisect_right(starts, start), bisect_right(starts, end)
        return Span(line, start - starts[line - 1] + 1, end_line, end - starts[end_line - 1] + 1)
