"""Lowering from CPython's own syntax tree: the same result as from LibCST's, in a fraction of the time.

LibCST's tree knows every space and comma, which only a fix has use for. What CPython of this version cannot parse, or
what its tree says too little of, is left to LibCST as a whole file.
"""

from __future__ import annotations

import ast
import warnings

from normlint import ir
from normlint.lowering.abstract.source import Source, UnsupportedError
from normlint.lowering.abstract.statements import StatementLowering


def lowered(text: str) -> tuple[ir.Statement, ...] | None:
    """Statements of source text whose newlines are ``\\n`` and that is within the limits; None where LibCST has to."""
    if "\f" in text:
        return None  # LibCST does not count them all
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that mean nothing: the file's business
            tree = ast.parse(text)
        return StatementLowering(Source(text)).block(tree.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError, UnsupportedError):
        return None
