"""Which modules reach which: through what their top levels ask for, and through what others change in them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SOME = re.compile(rb"[^\0]+")


class Reach:
    """Which modules the top level of each module reaches, directly or through others: one bit a module."""

    def __init__(self) -> None:
        self._bits: dict[str, int] = {}
        self._paths: list[str] = []
        self._direct: dict[str, set[str]] = {}
        self._reached: dict[str, int] = {}
        self._unsettled: set[str] = set()

    def note(self, path: str, direct: Iterable[str], changed: Iterable[str] = ()) -> None:
        """``direct`` are the modules that the top level of ``path`` asked for, ``changed`` those whose values it changed."""
        self._direct.setdefault(path, set()).update(direct)
        self._unsettled.add(path)
        for other in changed:
            self._direct.setdefault(other, set()).add(path)
        if changed:
            self.resettle()

    def resettle(self) -> None:
        """Look at all modules again: those that import each other were asked for before they were done."""
        self._unsettled.update(self._direct)

    def of(self, paths: Iterable[str]) -> int:
        """The modules that these reach, and themselves, as a mask."""
        self._settle()
        mask = 0
        for path in paths:
            mask |= self._reached.get(path, 0) or self._bit(path)
        return mask

    def paths(self, mask: int) -> list[str]:
        """The modules of a mask."""
        found: list[str] = []
        for match in _SOME.finditer(mask.to_bytes(mask.bit_length() // 8 + 1, "little")):  # mostly few of very many
            for index, byte in enumerate(match[0], match.start()):
                found += (self._paths[8 * index + bit] for bit in range(8) if byte >> bit & 1)
        return found

    def _bit(self, path: str) -> int:
        bit = self._bits.get(path)
        if bit is None:
            bit = self._bits[path] = 1 << len(self._paths)
            self._paths.append(path)
        return bit

    def _settle(self) -> None:
        changing = bool(self._unsettled)
        while changing:
            changing = False
            for path in self._unsettled:
                before = self._reached.get(path, 0)
                mask = before | self._bit(path)
                for other in self._direct[path]:
                    mask |= self._reached.get(other, 0) or self._bit(other)
                if mask != before:
                    self._reached[path] = mask
                    changing = True
        self._unsettled.clear()
