"""What a comment says to normlint, and the lines that it speaks of."""

from __future__ import annotations

import re

from normlint.immutable import dataclass
from normlint.places import Place
from normlint.selection import canonical

MARK = b"normlint:"
_DIRECTIVE = re.compile(
    r"#\s*normlint:\s*(?P<what>(?i:ignore-file|ignore))\b(?!-)(?:\[(?P<rules>[^\]]*)\])?(?P<reason>.*)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment: ``place`` is its own, ``rules`` the codes, prefixes and names in it (none: every rule).

    It covers the lines ``first`` to ``last``, both included: of the cell in a notebook, else of the file; all of the file
    with ``whole_file``.
    """

    place: Place
    rules: tuple[str, ...]
    reason: str
    first: int
    last: int
    whole_file: bool = False

    def covers(self, place: Place) -> bool:
        """Whether the place, in the same file, stands on one of the lines."""
        if self.whole_file:
            return True
        start = place.line if place.cell_line is None else place.cell_line
        end = start + place.end_line - place.line
        return place.cell == self.place.cell and start <= self.last and end >= self.first


@dataclass(frozen=True, slots=True)
class Directive:
    """What one comment says; ``start`` is where it begins within the text of the comment."""

    whole_file: bool
    rules: tuple[str, ...]
    reason: str
    start: int


def directive(comment: str) -> Directive | None:
    """What the text of a comment, from its ``#`` on, says; None for any other comment."""
    match = _DIRECTIVE.search(comment)
    if match is None:
        return None
    rules = tuple(canonical(rule.strip()) for rule in (match["rules"] or "").split(",") if rule.strip())
    return Directive(match["what"].lower() == "ignore-file", rules, match["reason"].strip(" \t:-"), match.start())
