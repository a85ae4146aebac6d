"""A progress bar on the standard error: at a terminal, and only when a run takes long."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

Progress = Callable[[int, int], None]

PATIENCE = 1.0
INTERVAL = 0.1
WIDTH = 30


class Bar:
    """Called with the number of files done and of all; draws nothing in the first second, then ten times a second."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._next = clock() + PATIENCE
        self._drawn = False

    def __call__(self, done: int, total: int) -> None:
        """Draw over the line."""
        now = self._clock()
        if now < self._next or total <= 0:
            return
        self._next = now + INTERVAL
        full = WIDTH * min(done, total) // total
        self._stream.write(f"\r[{'#' * full}{'.' * (WIDTH - full)}] {done}/{total} files")
        self._stream.flush()
        self._drawn = True

    def clear(self) -> None:
        """Leave nothing of the bar behind."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


@contextmanager
def progress_bar(wanted: bool = True) -> Iterator[Progress | None]:
    """The bar, cleared at the end; None where nobody would see it or where it is not ``wanted``."""
    if not wanted or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    bar = Bar(sys.stderr)
    try:
        yield bar
    finally:
        bar.clear()
