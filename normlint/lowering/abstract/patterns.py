"""What a match pattern binds, and the stretch of its case."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from normlint import ir
from normlint.lowering.abstract.extents import block_extent
from normlint.lowering.abstract.source import Source, UnsupportedError
from normlint.places import Span

_CASE = re.compile(r"[ \t]*case[ \t]+")


def case_extent(source: Source, node: ast.match_case) -> Span:
    """From the word ``case`` to the end of its last statement; the pattern must stand right behind that word."""
    pattern, last = source.span(node.pattern), block_extent(source, node.body[-1])
    at = source.start(pattern)
    line = source.text.rfind("\n", 0, at) + 1
    match = _CASE.match(source.text, line)
    if match is None or match.end() != at:
        raise UnsupportedError("a case that begins otherwise")
    column = len(match[0]) - len(match[0].lstrip()) + 1
    return Span(pattern.line, column, last.end_line, last.end_column)


def captured_names(source: Source, pattern: ast.pattern) -> Iterator[ir.Name]:
    """The names that the pattern binds, in the order in which they are found in LibCST's tree."""
    pending: list[ast.pattern] = [pattern]
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name is not None:
            span = source.span(node)
            source.check(span, node.name)
            yield ir.Name(span._replace(line=span.end_line, column=span.end_column - len(node.name)), node.name)
        if isinstance(node, ast.MatchAs) and node.pattern is not None:
            pending.append(node.pattern)
        elif isinstance(node, ast.MatchMapping):
            if node.rest is not None:
                raise UnsupportedError("the rest of a mapping")
            pending += node.patterns
        elif isinstance(node, ast.MatchClass):
            pending += (*node.patterns, *node.kwd_patterns)
        elif isinstance(node, (ast.MatchSequence, ast.MatchOr)):
            pending += node.patterns
