"""Rules as users name them: by code, by a prefix of codes, by name, or ALL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from normlint.immutable import dataclass

ALL = "ALL"


class Named(Protocol):
    """A rule, or a finding of one."""

    @property
    def code(self) -> str: ...

    @property
    def name(self) -> str: ...


class Selectable(Named, Protocol):
    """A rule that can be on by default."""

    @property
    def default(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rules run: codes, code prefixes or names; an empty ``select`` means the rules that are on by default."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()

    def selects(self, rule: Selectable) -> bool:
        """The longest matching prefix wins; between equal ones ignoring wins."""
        chosen = max((specificity(rule, item) for item in (*self.select, *self.extend_select)), default=0)
        if not self.select and rule.default:
            chosen = max(chosen, 1)
        return chosen > max((specificity(rule, item) for item in self.ignore), default=0)


def specificity(rule: Named, item: str) -> int:
    """How specifically an item names a rule: 0 not at all, the length of a prefix, more for the whole."""
    if item.upper() == ALL:
        return 1
    if item.lower() == rule.name:
        return len(rule.code) + 1
    return len(item) + 1 if item and rule.code.startswith(item.upper()) else 0


def names(items: Iterable[str], rule: Named) -> bool:
    """Whether one of the items names the rule."""
    return any(specificity(rule, item) for item in items)


def canonical(item: str) -> str:
    """Codes in upper case, names in lower case: only names have hyphens."""
    return item.lower() if "-" in item else item.upper()
