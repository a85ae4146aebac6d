"""A rule's report, and the vocabulary that findings share."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from normlint.fixes import Fix
from normlint.places import Place

Severity = Literal["error", "warning", "info"]
Confidence = Literal["high", "medium", "low"]

SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that a finding needs to be understood, with its own short annotation."""

    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Silenced:
    """The comment that silences a finding, and the reason given in it (empty: none)."""

    place: Place
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake: a primary place, related places, the numbers on both sides in ``message``.

    ``label`` is the short text beside the primary place in the source frame; ``key`` is the content that identifies
    the finding when lines move (canonical numbers, roles), without line numbers. ``silenced`` findings are kept apart from
    those that are reported.
    """

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    place: Place
    message: str
    label: str = ""
    related: tuple[Related, ...] = ()
    key: str = ""
    fix: Fix | None = None
    silenced: Silenced | None = None

    @property
    def fixable(self) -> bool:
        """Whether a fix is offered, safe or not."""
        return self.fix is not None

    @property
    def fingerprint(self) -> str:
        """Stable under moved lines: rule, path and key."""
        content = "\0".join((self.code, self.place.path, self.key or self.message))
        return hashlib.sha256(content.encode("utf-8", "backslashreplace")).hexdigest()[:16]

    @property
    def order(self) -> tuple[object, ...]:
        """Sort key of the output: path, line, column, code, message."""
        return (self.place.path, self.place.line, self.place.column, self.code, self.message)
