"""A rule's report, and the vocabulary that findings share."""

from __future__ import annotations

import hashlib
import re
from typing import Literal

from normlint.fixes import Fix
from normlint.immutable import dataclass
from normlint.places import Place

Severity = Literal["error", "warning", "info"]
Confidence = Literal["high", "medium", "low"]
BaselineState = Literal["new", "unchanged"]

# A place in a message or a key: train.py:12.
_LINES = re.compile(r"(\.(?:pyi?|pyw|ipynb|ya?ml|json)):\d+")
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
    those that are reported. ``context`` is the normalized text of the places; ``baseline_state`` is None where nothing was
    compared. ``replaces`` are findings, by code and place, that would say less of the same mistake.
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
    context: tuple[str, ...] = ()
    baseline_state: BaselineState | None = None
    replaces: tuple[tuple[str, Place], ...] = ()

    @property
    def fixable(self) -> bool:
        """Whether a fix is offered, safe or not."""
        return self.fix is not None

    @property
    def plain_message(self) -> str:
        """The message without line numbers."""
        return _LINES.sub(r"\1", self.message)

    @property
    def content(self) -> str:
        """What the finding says, wherever it stands: rule, roles, canonical numbers and the text of all its places."""
        said = (self.code, _LINES.sub(r"\1", self.key) or self.plain_message, self.label)
        ends = (related.message for related in self.related)
        return _digest(*said, *(_LINES.sub(r"\1", text) for text in ends), "", *self.context)

    @property
    def fingerprint(self) -> str:
        """Stable under moved lines and changed formatting: the path and ``content``."""
        return _digest(self.place.path, self.content)

    @property
    def likeness(self) -> str:
        """Stable under changed code as well: rule, path and key."""
        return _digest(self.code, self.place.path, self.key or self.message)

    @property
    def order(self) -> tuple[object, ...]:
        """Sort key of the output: path, line, column, code, message."""
        return (self.place.path, self.place.line, self.place.column, self.code, self.message)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:16]
