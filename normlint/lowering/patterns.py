"""What a match pattern compares with and what it binds."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst


def literal_of(pattern: cst.MatchPattern) -> cst.BaseExpression | None:
    """The expression that the subject is compared with, or None for a pattern that looks at its structure."""
    return pattern.value if isinstance(pattern, (cst.MatchValue, cst.MatchSingleton)) else None


def captured_names(pattern: cst.CSTNode) -> Iterator[cst.Name]:
    """The names that the pattern binds, in any order."""
    pending: list[cst.CSTNode] = [pattern]
    while pending:
        node = pending.pop()
        if isinstance(node, (cst.MatchValue, cst.MatchSingleton)):
            continue
        if isinstance(node, (cst.MatchAs, cst.MatchStar)) and node.name is not None:
            yield node.name
        if isinstance(node, cst.MatchMapping) and node.rest is not None:
            yield node.rest
        pending += [child for child in node.children if isinstance(child, _PATTERNS)]


_PATTERNS = (
    cst.MatchPattern, cst.MatchSequenceElement, cst.MatchMappingElement, cst.MatchKeywordElement, cst.MatchOrElement,
    cst.MatchStar,
)  # fmt: skip
