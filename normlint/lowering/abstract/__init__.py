"""Lowering from CPython's own syntax tree: the same result as from LibCST's, in a fraction of the time.

LibCST's tree knows every space and comma, which only a fix has use for. What CPython of this version cannot parse, or
what its tree says too little of, is left to LibCST as a whole file.
"""

from __future__ import annotations

import ast
import warnings

from normlint import ir
from normlint.evaluate.relevance import Mentions, digests
from normlint.lowering.abstract.slices import ERRORS, Again, LeftBodies
from normlint.lowering.abstract.source import Source, UnsupportedError
from normlint.lowering.abstract.statements import StatementLowering, Statements


def lowered(text: str) -> Statements | None:
    """Statements of source text whose newlines are ``\\n`` and that is within the limits; None where LibCST has to."""
    try:
        return StatementLowering(Source(text)).block(_parsed(text))
    except ERRORS:
        return None


def sliced(text: str, again: Again) -> tuple[Statements, Mentions] | None:
    """The same, and what the text mentions; most bodies of functions are lowered when they are asked for.

    ``again`` stands in for one that cannot be lowered by itself.
    """
    try:
        tree = _parsed(text)
        source = Source(text)
        left = LeftBodies(source, again)
        body = StatementLowering(source, left.leave).block(tree)
        return body, digests(ir.Module("", body), left)
    except ERRORS:
        return None


def _parsed(text: str) -> list[ast.stmt]:
    if "\f" in text:
        raise UnsupportedError("form feeds")  # LibCST does not count them all
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escapes that mean nothing: the file's business
        return ast.parse(text).body
