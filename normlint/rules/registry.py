"""What a rule is, and how rules are found, selected and ignored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from normlint.facts import Facts
from normlint.findings import Confidence, Finding, Related, Severity
from normlint.fixes import Fix
from normlint.places import Place

Check = Callable[[Facts], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its stable code and name, its severity, whether it runs by default, and the check itself."""

    code: str
    name: str
    severity: Severity
    default: bool
    check: Check

    @property
    def documentation(self) -> str:
        return self.check.__doc__ or ""

    def finding(
        self, place: Place, message: str, *, label: str = "", related: tuple[Related, ...] = (), key: str = "",
        confidence: Confidence = "high", fix: Fix | None = None,
    ) -> Finding:  # fmt: skip
        """A finding of this rule."""
        return Finding(
            self.code, self.name, self.severity, confidence, place, message, label, related, key or message, fix
        )


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rules run: codes, code prefixes or names; an empty ``select`` means the rules that are on by default."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()

    def selects(self, rule: Rule) -> bool:
        """The longest matching prefix wins; between equal ones ignoring wins."""
        chosen = max((_match(rule, item) for item in (*self.select, *self.extend_select)), default=0)
        if not self.select and rule.default:
            chosen = max(chosen, 1)
        ignored = max((_match(rule, item) for item in self.ignore), default=0)
        return chosen > ignored


def _match(rule: Rule, item: str) -> int:
    """How specifically an item names a rule: 0 not at all, the length of a prefix, more for the whole."""
    if item.upper() == "ALL":
        return 1
    if item.lower() == rule.name:
        return len(rule.code) + 1
    return len(item) + 1 if item and rule.code.startswith(item.upper()) else 0
