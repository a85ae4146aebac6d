"""Functions whose bodies are lowered when they are asked for: each from the lines that it stands in, by itself."""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from functools import partial

from normlint import ir
from normlint.evaluate.relevance import Reader
from normlint.harmless import uncommented
from normlint.lowering.abstract.mentions import SyntaxReader
from normlint.lowering.abstract.nodes import bound_in, length_of, size_of
from normlint.lowering.abstract.source import Source, UnsupportedError
from normlint.lowering.abstract.statements import Definition, StatementLowering, Statements
from normlint.places import Span

# What lowers the body of the function with this span of its name with the whole file.
Again = Callable[[Span], Statements]
# A word that is written in two strings.
_JOINED = re.compile(r"(?<=\w)[\"'][ \t\n]*[a-zA-Z]{0,2}[\"']\w")
ERRORS = (SyntaxError, ValueError, RecursionError, MemoryError, UnsupportedError)


def body_of(text: str, span: Span) -> Statements | None:
    """The body of the function that stands in these lines, in ASCII, at this span of its file; None where it cannot be told."""
    nested = span.column > 1
    code = f"if 1:\n{text}" if nested else text
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code)
        body = tree.body[0].body if nested and isinstance(tree.body[0], ast.If) else tree.body
        if len(tree.body) != 1 or len(body) != 1 or not isinstance(body[0], (ast.FunctionDef, ast.AsyncFunctionDef)):
            return None
        return StatementLowering(Source(code, span.line - 1 - nested)).block(body[0].body)
    except ERRORS:
        return None


def _read(again: Again, function: ir.Function) -> Statements:
    body = body_of(function.text or "", function.span)
    return again(function.name_span) if body is None else body


class LeftBodies:
    """The bodies of one module that are left for later, meanwhile as syntax trees."""

    def __init__(self, source: Source, again: Again) -> None:
        self._source = source
        self._read = partial(_read, again)
        self._nodes: dict[Span, Definition] = {}
        self._plain = StatementLowering(source)
        self._wide = list(source.wide)  # in order

    def leave(self, node: Definition, name_span: Span) -> tuple[Callable[[ir.Function], Statements], int, str] | None:
        """What reads the body of a function, how many statements that has, and its lines; None where it is to be lowered now.

        That is where its lines have to be seen with others, or do not spell all that it mentions.
        """
        source, first, last = self._source, node.lineno, node.end_lineno or node.lineno
        if bisect_left(self._wide, first) < bisect_right(self._wide, last) or not source.begins_line(first, node.col_offset):
            return None
        text = uncommented(source.lines(first, last))
        if "\\" in text or _JOINED.search(text) is not None:
            return None
        self._nodes[name_span] = node
        return self._read, length_of(node.body), text

    def has(self, function: ir.Function) -> bool:
        return function.name_span in self._nodes

    def bound(self, function: ir.Function) -> Iterator[tuple[str, str]]:
        return bound_in(self._nodes[function.name_span].body)

    def read(self, function: ir.Function, reader: Reader, names: set[str]) -> int:
        return SyntaxReader(self._plain, reader).body(self._nodes[function.name_span].body, names)

    def size(self, function: ir.Function) -> int:
        return size_of(self._nodes[function.name_span].body)
