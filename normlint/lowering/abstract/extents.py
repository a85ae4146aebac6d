"""The stretches that CPython's tree does not tell as LibCST's does: of tuples, generators, arguments, parameters and blocks."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from normlint.lowering.abstract.source import Placed, Source, UnsupportedError
from normlint.places import Span


def extent(source: Source, node: ast.expr) -> Span:
    """An expression without parentheses around it; those of a tuple or generator are around it, too."""
    if type(node) is ast.Tuple:
        return tuple_extent(source, node)
    span = source.span(node)
    return _inside(source, span, node.generators[-1]) if type(node) is ast.GeneratorExp else span


def tuple_extent(source: Source, node: ast.Tuple) -> Span:
    span = source.span(node)
    start = source.start(span)
    if source.text[start] != "(":
        return span
    if not node.elts:
        at = source.skip(start + 1)
        return Span(*source.place(at), *source.place(at))
    if not in_parentheses(source, node, span):
        return span
    return tuple_between(source, node, start + 1, source.end(span) - 1)


def tuple_between(source: Source, node: ast.Tuple, start: int, limit: int) -> Span:
    """The items of a tuple with the commas between and behind them, which are all that stands between two offsets."""
    end = source.end(source.span(node.elts[-1]))
    while (at := source.skip(end)) < limit:
        if source.text[at] not in "),":
            raise UnsupportedError("a tuple that ends otherwise")
        end = at + 1
    return Span(*source.place(source.skip(start)), *source.place(end))


def in_parentheses(source: Source, node: ast.Tuple, span: Span) -> bool:
    """Whether the parenthesis that a tuple begins with is its own, and not that of its first item."""
    text = source.text
    at, opened = source.start(span), 0
    if text[at] != "(":
        return False
    first = source.span(node.elts[0])
    start, at = source.start(first), at + 1
    if at > start:  # the first item is a tuple itself
        return False
    while (at := source.skip(at)) < start:
        if text[at] != "(":
            raise UnsupportedError("a tuple that begins otherwise")
        opened, at = opened + 1, at + 1
    at = source.skip(source.end(first))
    while text[at] == ")":
        opened, at = opened - 1, source.skip(at + 1)
    return opened >= 0


def _inside(source: Source, span: Span, last: ast.comprehension) -> Span:
    """A generator without its parentheses, or those of the call that it is the only argument of."""
    limit = source.end(span) - 1
    end = source.end(source.span(last.ifs[-1] if last.ifs else last.iter))
    while (at := source.skip(end)) < limit:
        if source.text[at] != ")":
            raise UnsupportedError("a generator that ends otherwise")
        end = at + 1
    return source.ended_at(source.begun_at(span, source.skip(source.start(span) + 1)), end)


def argument_extents(source: Source, nodes: Sequence[ast.expr | ast.keyword], after: int) -> list[Span]:
    """The arguments of a call or the bases of a class, in the order in which they are written, with their parentheses.

    ``after`` is the offset after the opening parenthesis.
    """
    spans: list[Span] = []
    text = source.text
    at = after
    for node in nodes:
        span = source.span(node)
        start, end = source.start(span), source.end(span)
        if isinstance(node, ast.GeneratorExp) and start == after - 1:
            return [extent(source, node)]
        if start != at and text[end] != ",":
            span = source.wrapped(span, at)
            end = source.end(span)
        spans.append(span)
        at = end if text[end] == "," else source.skip(end)
        if text[at] == ",":
            at += 1
            if text[at] == " ":
                at += 1
        elif text[at] != ")":
            raise UnsupportedError("an argument that ends otherwise")
    return spans


def parameter_extent(source: Source, node: ast.arg, star: str) -> Span:
    """A parameter's name with its stars, without annotation and default."""
    span = source.span(node)
    if star:
        start = source.start(span) - len(star)
        if source.text[start : start + len(star)] != star:
            raise UnsupportedError("a parameter apart from its star")
    return Span(span.line, span.column - len(star), span.line, span.column + len(node.arg))


def block_extent(source: Source, node: Placed) -> Span:
    """A compound statement up to its last one, without the semicolon that may stand behind that."""
    span = source.span(node)
    end = source.end(span)
    if source.text[end - 1] != ";":
        return span
    return source.ended_at(span, len(source.text[:end].rstrip(" \t\\\n;")))
