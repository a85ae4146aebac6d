"""Where the keys of a dict that only grows stand among its items, for a registry of thousands.

The dicts are tuples, each with one item more than the last. They share an index: what one of them appends stands behind the
end of those before it, which take it for absent.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

# Items that are looked through sooner than an index is made.
FEW = 16


class KeyIndex:
    """The position of each key among ``items``; of equal keys that of the first."""

    __slots__ = ("_at", "_size")

    def __init__(self, items: Sequence[tuple[Hashable, object]]) -> None:
        self._at: dict[Hashable, int] = {}
        self._size = len(items)
        for position, (key, _) in enumerate(items):
            self._at.setdefault(key, position)

    def find(self, key: Hashable, size: int) -> int:
        """The position of a key among the first ``size`` items; -1 where it is none of theirs."""
        position = self._at.get(key, -1)
        return position if position < size else -1

    def append(self, key: Hashable, size: int) -> bool:
        """Note a new key behind the first ``size`` items; False where another one stands there already."""
        if self._size != size:
            return False
        self._at[key] = size
        self._size += 1
        return True
