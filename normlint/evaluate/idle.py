"""Modules that are not evaluated before something reads what was imported from them.

In a project that hardly names an image library, what says something about pixel values are the few files that import one,
or calculate with pixel values: ``kept``. The others are glue. One of them is evaluated where it is imported all the same
if it imports a file of ``kept`` itself: it may hand it on, or register something with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from normlint.evaluate.imports import resolve
from normlint.evaluate.machine import Machine
from normlint.import_lines import imports_in


class Idle:
    """Which modules of a project wait until they are read; ``read`` gives the bytes of a file."""

    def __init__(self, run: Machine, read: Callable[[str], bytes | None]) -> None:
        self._run = run
        self._read = read
        self._known: dict[str, bool] = {}

    def __call__(self, path: str) -> bool:
        known = self._known.get(path)
        if known is None:
            waits = path not in self._run.kept and self._run.kept.isdisjoint(self._imported(path))
            known = self._known[path] = waits
        return known

    def _imported(self, path: str) -> Iterator[str]:
        """The modules of the project that a file imports, wherever in it."""
        if not path.endswith(".py"):
            return
        for dotted, level in imports_in(self._read(path) or b""):
            found = resolve(self._run, dotted, level, path)
            if found is not None:
                yield found
