"""Looking at many files in several processes, each its share; they say in a few numbers what they saw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import BinaryIO

from normlint.ahead import processes
from normlint.cache import Known
from normlint.forks import Inbox, send, start

# Bytes are looked at so many times as fast as they are lowered.
_TIMES_LOWERING = 8
Look = Callable[[str], Known | None]


def look_at(paths: Sequence[str], size: int, jobs: int, look: Look) -> dict[str, Known]:
    """What is known of the files that other processes have looked at; of all others, whoever asks looks himself.

    ``size`` is that of all ``paths`` in bytes, ``jobs`` the most processes, 0 for one a core. A file that cannot be read is
    left to whoever asks, and so is what a process that died has not told.
    """
    count = processes(jobs, size // _TIMES_LOWERING)
    if not count or not paths:
        return {}
    look(paths[0])  # what looking takes is imported once for all
    inbox = Inbox()
    for number in range(1, count):
        inbox.add(start(partial(_tell, number, paths[number::count], look), inbox.descriptors))
    for path in paths[::count]:
        look(path)
    found: dict[str, Known] = {}
    for frame in inbox.frames():
        number, seen = frame.document
        found.update((path, Known(*known)) for path, known in zip(paths[number::count], seen, strict=True) if known is not None)
    return found


def _tell(number: int, paths: Sequence[str], look: Look, pipe: BinaryIO) -> None:
    send(pipe, [number, [look(path) for path in paths]])
