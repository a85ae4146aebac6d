"""Which modules reach which: through what their top levels ask for, and through what others change in them."""

from __future__ import annotations

from collections.abc import Iterable


class Reach:
    """Which modules the top level of each module reaches, directly or through others: one bit a module.

    Modules that reach each other are one group, which grows: a registry and the thousand modules that put something in it
    would else each have to be told of every next one.
    """

    def __init__(self) -> None:
        self._bits: dict[str, int] = {}
        self._paths: list[str] = []
        self._group: list[int] = []  # of each module: itself, or one that joined the same group later
        self._reached: list[int] = []
        self._importers: list[set[int]] = []

    def note(self, path: str, direct: Iterable[str], changed: Iterable[str] = ()) -> None:
        """``direct`` are the modules that the top level of ``path`` asked for, ``changed`` those whose values it changed."""
        here = self._number(path)
        for other in direct:
            self._connect(here, self._number(other))
        for other in changed:
            self._connect(self._number(other), here)

    def of(self, path: str) -> int:
        """The modules that a module reaches, and itself, as a mask."""
        return self._reached[self._found(self._number(path))]

    def bit(self, path: str) -> int:
        """The mask of a module by itself."""
        return 1 << self._number(path)

    def _number(self, path: str) -> int:
        number = self._bits.get(path)
        if number is None:
            number = self._bits[path] = len(self._paths)
            self._paths.append(path)
            self._group.append(number)
            self._reached.append(1 << number)
            self._importers.append(set())
        return number

    def _found(self, number: int) -> int:
        """What stands for the group of a module."""
        group = self._group
        while group[number] != number:
            group[number] = number = group[group[number]]
        return number

    def _connect(self, importer: int, imported: int) -> None:
        above, below = self._found(importer), self._found(imported)
        if above == below:
            return
        if self._reached[below] >> above & 1:
            self._join(above, below)
        else:
            self._importers[below].add(above)
            self._tell(above, self._reached[below])

    def _join(self, above: int, below: int) -> None:
        """Make one group of all that ``below`` reaches and that reach ``above``."""
        inside = self._reached[below]
        joined, waiting = {above}, [above]
        while waiting:
            for number in self._importers[waiting.pop()]:
                other = self._found(number)
                if other not in joined and inside >> other & 1:
                    joined.add(other)
                    waiting.append(other)
        importers = {self._found(number) for other in joined for number in self._importers[other]} - joined
        for other in joined:
            self._group[other] = below
            self._importers[other] = set()
        self._importers[below] = importers
        for number in importers:
            self._tell(number, inside)

    def _tell(self, number: int, reached: int) -> None:
        """Let a group, and all that reach it, reach some modules."""
        waiting = [number]
        while waiting:
            group = self._found(waiting.pop())
            before = self._reached[group]
            if before | reached != before:
                self._reached[group] = before | reached
                waiting += self._importers[group]
