"""The names that matter to a unit of work: those of its own, and those that matter in the modules it reaches."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from normlint.evaluate.relevance import Digest
from normlint.evaluate.words import UNSPECIFIC


class Relevant:
    """``covered`` is a mask of the modules that the unit reaches; ``owners`` says in which modules each name matters.

    The names of thousands of modules are not put together for each of thousands of units: ``owners`` is one for all.
    """

    def __init__(self, owners: dict[str, int], own: Iterable[str] = (), covered: int = 0) -> None:
        self.owners = owners
        self.own = set(own)
        self.covered = covered

    def __contains__(self, name: str) -> bool:
        return name in self.own or self.owners.get(name, 0) & self.covered > 0

    def touches(self, names: Collection[str]) -> bool:
        """Whether one of some names matters."""
        if not self.own.isdisjoint(names):
            return True
        owners, covered = self.owners, self.covered
        return any(owners[name] & covered for name in owners.keys() & names)

    def spread(self, by_name: dict[str, Digest]) -> None:
        """Let the functions and classes matter that do by themselves, or through a name that they mention."""
        waiting = dict(by_name)
        fresh = {name for name, digest in by_name.items() if digest.hit or self.touches(digest.names)} - UNSPECIFIC
        while fresh:
            self.own |= fresh
            for name in fresh:
                del waiting[name]
            fresh = {name for name, digest in waiting.items() if not self.own.isdisjoint(digest.names)} - UNSPECIFIC
