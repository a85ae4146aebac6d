"""Functions whose bodies are lowered when they are asked for: each from the lines that it stands in, by itself."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from normlint import ir
from normlint.evaluate.relevance import Reader
from normlint.lowering.abstract.mentions import SyntaxReader
from normlint.lowering.abstract.nodes import bound_in, length_of, size_of
from normlint.lowering.abstract.source import Source, UnsupportedError
from normlint.lowering.abstract.statements import Definition, StatementLowering, Statements
from normlint.places import Span

# What lowers the body of the function with this span of its name with the whole file.
Again = Callable[[Span], Statements]
ERRORS = (SyntaxError, ValueError, RecursionError, MemoryError, UnsupportedError)


@dataclass(frozen=True, slots=True)
class Slice:
    """The lines of a function; where they cannot be lowered by themselves, ``again`` does it."""

    text: str
    again: Again

    def __call__(self, function: ir.Function) -> Statements:
        """The body of the function."""
        body = body_of(self.text, function.span)
        return self.again(function.name_span) if body is None else body


def body_of(text: str, span: Span) -> Statements | None:
    """The body of the function that stands in these lines, in ASCII, at this span of its file; None where it cannot be told."""
    nested = span.column > 1
    code = f"if 1:\n{text}" if nested else text
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code)
        body = tree.body[0].body if nested and isinstance(tree.body[0], ast.If) else tree.body
        node = body[0]
        if len(tree.body) != 1 or len(body) != 1 or not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return None
        return StatementLowering(Source(code, span.line - 1 - nested)).block(node.body)
    except ERRORS:
        return None


class LeftBodies:
    """The bodies of one module that are left for later, meanwhile as syntax trees."""

    def __init__(self, source: Source, again: Again) -> None:
        self._source = source
        self._again = again
        self._nodes: dict[Span, Definition] = {}
        self._plain = StatementLowering(source)

    def leave(self, node: Definition, name_span: Span) -> tuple[Slice, int] | None:
        """What reads the body of a function, and how many statements that has; None where it is to be lowered now."""
        source, first, last = self._source, node.lineno, node.end_lineno or node.lineno
        if source.is_wide(first, last) or not source.begins_line(first, node.col_offset):
            return None
        self._nodes[name_span] = node
        return Slice(source.lines(first, last), self._again), length_of(node.body)

    def has(self, function: ir.Function) -> bool:
        return function.name_span in self._nodes

    def bound(self, function: ir.Function) -> Iterator[tuple[str, str]]:
        return bound_in(self._nodes[function.name_span].body)

    def read(self, function: ir.Function, reader: Reader, names: set[str]) -> int:
        return SyntaxReader(self._plain, reader).body(self._nodes[function.name_span].body, names)

    def size(self, function: ir.Function) -> int:
        return size_of(self._nodes[function.name_span].body)
