"""Text to statements: what is within the limits is parsed and lowered, the rest is named."""

from __future__ import annotations

from normlint import ir
from normlint.evaluate.relevance import Mentions
from normlint.harmless import is_harmless
from normlint.limits import restrain
from normlint.lowering import abstract
from normlint.lowering.abstract.slices import Again
from normlint.lowering.unreadable import UnreadableError

Lowered = tuple[tuple[ir.Statement, ...], tuple[ir.Problem, ...]]


def lower_text(text: str) -> Lowered:
    """Statements of source text whose newlines are ``\\n``, and the problems of those that were left out.

    Raises ``UnreadableError``.
    """
    if is_harmless(text):
        statements = abstract.lowered(_ended(text))
        if statements is not None:
            return statements, ()
    restrained = restrain(text)
    if restrained.refused:
        raise UnreadableError(restrained.problems[0])
    code = _ended(restrained.text)
    statements = abstract.lowered(code)
    if statements is None:
        from normlint.lowering import concrete  # takes its time to import

        statements = concrete.lowered(code)
    return statements, restrained.problems


def sliced_text(text: str, again: Again) -> tuple[tuple[ir.Statement, ...], Mentions] | None:
    """The same where that is simple, with what the text mentions; ``again`` lowers bodies of functions with the whole file."""
    return abstract.sliced(_ended(text), again) if is_harmless(text) else None


def _ended(text: str) -> str:
    return text.rstrip(" \t\f\n") + "\n"  # LibCST loses some of the blank lines at the end


def unreadable(text: str) -> ir.Problem | None:
    """Why the text cannot be parsed, or None."""
    restrained = restrain(text)
    if restrained.refused:
        return restrained.problems[0]
    from normlint.lowering import concrete

    return concrete.problem_of(restrained.text)
