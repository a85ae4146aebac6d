"""Positions in source text, and what stands between the nodes of CPython's tree: blanks, comments and parentheses."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from typing import Union

from normlint.lowering.lines import line_starts
from normlint.places import Span

_BLANKS = re.compile(r"(?:[ \t\n]|\\\n|#[^\n]*)*")

Placed = Union[ast.expr, ast.stmt, ast.arg, ast.keyword, ast.alias, ast.excepthandler, ast.pattern]


class UnsupportedError(Exception):
    """Something that this lowering does not know, or whose position it cannot tell."""


class Source:
    """The text that a tree was parsed from. Offsets and columns count characters; CPython's own count UTF-8 bytes.

    ``before`` is how many lines of a file come before a text in ASCII that is a part of it: lines count from there.
    ``wide`` are the lines where characters and bytes make a difference, by their number.
    """

    __slots__ = ("_starts", "before", "text", "wide")

    def __init__(self, text: str, before: int = 0) -> None:
        self.text = text
        self.before = before
        self._starts = line_starts(text)
        self.wide: dict[int, bytes] = {}
        if not text.isascii():
            lines = enumerate(text.split("\n"), 1)
            self.wide = {number: line.encode() for number, line in lines if not line.isascii()}

    def point(self, line: int, column: int) -> tuple[int, int]:
        """Line and 0-based column in characters of a position that CPython gives."""
        if line in self.wide:
            column = len(self.wide[line][:column].decode())
        return line, column

    def span(self, node: Placed) -> Span:
        """The stretch of a node as CPython's tree has it."""
        line, end_line = node.lineno, node.end_lineno
        column, end_column = node.col_offset, node.end_col_offset
        if end_line is None or end_column is None:
            raise UnsupportedError("a node without an end")
        if self.wide:
            line, column = self.point(line, column)
            end_line, end_column = self.point(end_line, end_column)
        elif self.before:
            line, end_line = line + self.before, end_line + self.before
        return Span(line, column + 1, end_line, end_column + 1)

    def check(self, span: Span, *names: str) -> None:
        """Raise ``UnsupportedError`` where names are not spelled so: CPython folds letters that look alike into one."""
        if self.wide and not all(name in self.text[self.start(span) : self.end(span)] for name in names):
            raise UnsupportedError("a name that is spelled otherwise")

    def start(self, span: Span) -> int:
        """The offset of the first character of a span."""
        return self._starts[span.line - 1 - self.before] + span.column - 1

    def end(self, span: Span) -> int:
        """The offset after the last character of a span."""
        return self._starts[span.end_line - 1 - self.before] + span.end_column - 1

    def begun_at(self, span: Span, start: int) -> Span:
        """The span from another start on."""
        line, column = self.place(start)
        return Span(line, column, span.end_line, span.end_column)

    def ended_at(self, span: Span, end: int) -> Span:
        """The span up to another end."""
        line, column = self.place(end)
        return Span(span.line, span.column, line, column)

    def place(self, offset: int) -> tuple[int, int]:
        """1-based line and column of an offset."""
        line = bisect_right(self._starts, offset)
        return line + self.before, offset - self._starts[line - 1] + 1

    def lines(self, first: int, last: int) -> str:
        """The text of some lines."""
        return self.text[self._starts[first - 1] : self._starts[last] if last < len(self._starts) else None]

    def begins_line(self, line: int, column: int) -> bool:
        """Whether what stands there begins a line, and the line before does not go on in it."""
        start = self._starts[line - 1]
        return not self.text[start : start + column].strip(" \t") and not self.text.endswith("\\\n", 0, start)

    def matches(self, pattern: re.Pattern[str], node: Placed) -> bool:
        """Whether a pattern matches all of the text of a node."""
        span = self.span(node)
        return pattern.fullmatch(self.text, self.start(span), self.end(span)) is not None

    def skip(self, offset: int) -> int:
        """The offset of the next character that is neither blank nor in a comment."""
        match = _BLANKS.match(self.text, offset)
        return match.end() if match is not None else offset

    def closing(self, offset: int, character: str) -> int:
        """The offset after ``character``, which must be the next that is not blank."""
        at = self.skip(offset)
        if self.text[at : at + 1] != character:
            raise UnsupportedError(f"no {character} where it is expected")
        return at + 1

    def wrapped(self, span: Span, after: int) -> Span:
        """A node's span with the parentheses around it: all that open between the offset ``after`` and it."""
        start, at = self.start(span), self.skip(after)
        if at == start:
            return span
        outer, end = at, self.end(span)
        while at < start:
            at = self.skip(self.closing(at, "("))
            end = self.closing(end, ")")
        return self.ended_at(self.begun_at(span, outer), end)


class Embedded(Source):
    """A field of an f-string: parsed by itself, in parentheses, its positions are those in the whole text."""

    __slots__ = ("_column", "_line")

    def __init__(self, whole: Source, offset: int) -> None:
        self.text = whole.text
        self.before = whole.before
        self._starts = whole._starts
        self.wide = whole.wide
        line, column = whole.place(offset)
        self._line = line - 1
        self._column = len(whole.text[offset - column + 1 : offset].encode()) - 1

    def point(self, line: int, column: int) -> tuple[int, int]:
        return Source.point(self, line + self._line, column + self._column if line == 1 else column)

    def span(self, node: Placed) -> Span:
        if node.end_lineno is None or node.end_col_offset is None:
            raise UnsupportedError("a node without an end")
        line, column = self.point(node.lineno, node.col_offset)
        end_line, end_column = self.point(node.end_lineno, node.end_col_offset)
        return Span(line, column + 1, end_line, end_column + 1)
