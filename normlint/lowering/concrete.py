"""Text to statements with LibCST: what CPython of this version cannot parse, and why text cannot be parsed at all."""

from __future__ import annotations

import re

import libcst as cst

from normlint import ir
from normlint.lowering.offsets import PositionError, Positions
from normlint.lowering.statements import StatementLowering
from normlint.lowering.unreadable import UnreadableError
from normlint.places import Span

_AT = re.compile(r"error at (\d+):(\d+)")
_PYTHON2 = re.compile(r"[ \t\f]*(print|exec)\b[ \t]*[^\s=(.,\[:]")


def lowered(text: str) -> tuple[ir.Statement, ...]:
    """Statements of source text whose newlines are ``\\n`` and that is within the limits. Raises ``UnreadableError``."""
    return _lowered(_parsed(text), text)


def problem_of(text: str) -> ir.Problem | None:
    """Why text that is within the limits cannot be parsed, or None."""
    try:
        _parsed(text)
    except UnreadableError as error:
        return error.problem
    return None


def _parsed(text: str) -> cst.Module:
    try:
        return cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        raise UnreadableError(_syntax_problem(error, text)) from error
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise UnreadableError(_problem(line, 1, f"syntax error: a lone surrogate at line {line}")) from error
    except RecursionError as error:
        raise UnreadableError(_problem(1, 1, "too deeply nested")) from error
    except (cst.CSTValidationError, cst.CSTLogicError) as error:
        # Raised while the tree is built, without a position.
        raise UnreadableError(_problem(1, 1, f"syntax error: {' '.join(str(error).split())[:200]}")) from error
    except BaseException as error:
        # A panic of the native parser is no Exception and its class cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableError(_problem(1, 1, "the parser gave up")) from error


def _lowered(module: cst.Module, text: str) -> tuple[ir.Statement, ...]:
    try:
        return StatementLowering(Positions(module, text)).block(module.body)
    except RecursionError as error:
        raise UnreadableError(_problem(1, 1, "too deeply nested")) from error
    except PositionError as error:
        raise UnreadableError(_problem(1, 1, f"positions are lost: {error}")) from error


def _problem(line: int, column: int, message: str) -> ir.Problem:
    return ir.Problem(Span(line, column, line, column), message)


def _syntax_problem(error: cst.ParserSyntaxError, text: str) -> ir.Problem:
    """Where and why, on one line."""
    lines = text.split("\n")
    match = _AT.search(error.message)
    if match is None:
        # The tokenizer tells no position.
        message = " ".join(error.message.removeprefix("tokenizer error: ").split())[:200]
        return _problem(1, 1, f"syntax error: {message}")
    line = min(max(int(match.group(1)), 1), len(lines))
    column = min(max(int(match.group(2)), 1), len(lines[line - 1]) + 1)
    python2 = _PYTHON2.match(lines[line - 1])
    hint = f" (Python 2 {python2.group(1)} statement?)" if python2 else ""
    return _problem(line, column, f"syntax error at line {line}, column {column}{hint}")
