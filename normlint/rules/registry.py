"""What a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from normlint.facts import Facts
from normlint.findings import Confidence, Finding, Related, Severity
from normlint.fixes import Fix
from normlint.immutable import dataclass
from normlint.places import Place
from normlint.selection import Selection

Check = Callable[[Facts], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its stable code and name, its severity, whether it runs by default, and the check itself.

    ``by_file``: the check is given one file after the other (it may look up places in others), so that a later run checks
    those only where something else was observed; ``across`` then finds what takes the whole project.
    """

    code: str
    name: str
    severity: Severity
    default: bool
    check: Check
    across: Check | None = None
    by_file: bool = True

    @property
    def documentation(self) -> str:
        return self.check.__doc__ or ""

    def finding(
        self, place: Place, message: str, *, label: str = "", related: tuple[Related, ...] = (), key: str = "",
        confidence: Confidence = "high", fix: Fix | None = None, replaces: tuple[tuple[str, Place], ...] = (),
    ) -> Finding:  # fmt: skip
        """A finding of this rule."""
        return Finding(
            self.code, self.name, self.severity, confidence, place, message, label, related, key or message, fix,
            replaces=replaces,
        )


__all__ = ["Check", "Rule", "Selection"]
