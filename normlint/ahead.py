"""Lowering in other processes, ahead of the evaluator, which needs the files one after the other."""

from __future__ import annotations

import os
import selectors
import struct
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from hashlib import sha256
from typing import BinaryIO, NamedTuple

from normlint.discover import ReadError, SourceFile, read
from normlint.forks import Fork, Inbox, send, start

# Below this many bytes to lower, starting processes costs more than it saves.
WORTHWHILE = 300_000
_MOST_PROCESSES = 64
_TURN = struct.Struct(">I")
# Bytes of lowered files that nobody has asked for yet.
_MOST_WAITING = 32_000_000
_RECURSION_LIMIT = 12_000


def processes(jobs: int, size: int) -> int:
    """How many processes to start for ``size`` bytes; ``jobs`` 0 means one a core. 0: none is worth it."""
    if not hasattr(os, "fork") or size < WORTHWHILE:
        return 0
    if jobs == 0:
        jobs = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    jobs = min(jobs, _MOST_PROCESSES, 1 + size // WORTHWHILE)
    return jobs if jobs > 1 else 0


class Packed(NamedTuple):
    """The digest of a file's content, its lowered form, encoded and compressed, and what that mentions, encoded."""

    digest: bytes
    module: bytes
    mentions: bytes


class Ahead:
    """Processes that lower ``files``, each its share, and hand them over when they are asked for; what is asked for comes next.

    ``sliced``: the bodies of functions are left as the lines that they are lowered from.

    A process that dies (a parser that takes it down) is noticed: its files are lowered by whoever asks.
    """

    def __init__(self, files: Sequence[SourceFile], count: int, sliced: bool = False) -> None:
        self._turn = {file.path: index for index, file in enumerate(files)}
        self._arrived: dict[int, Packed] = {}
        self._waiting = 0
        self._inbox = Inbox()
        self._workers: list[tuple[Fork, int]] = []  # each with the descriptor through which it is asked
        for number in range(count):
            asked, asking = os.pipe()
            own = range(number, len(files), count)
            others = (*self._inbox.descriptors, *(descriptor for _, descriptor in self._workers), asking)
            fork = start(partial(_serve, files, own, sliced, asked), others)
            os.close(asked)
            self._inbox.add(fork)
            self._workers.append((fork, asking))

    def take(self, path: str) -> Packed | None:
        """What a process made of a file; None where there is nothing."""
        turn = self._turn.pop(path, None)
        if turn is None or not self._workers:
            return None
        fork, asking = self._workers[turn % len(self._workers)]
        if turn not in self._arrived and self._inbox.listens(fork):
            with suppress(BrokenPipeError):  # it ends, or has ended: what it told is still to be heard
                os.write(asking, _TURN.pack(turn))
        while turn not in self._arrived and self._inbox.listens(fork):
            # The others go on meanwhile, as long as there is room for what they tell.
            for frame in self._inbox.receive(fork if self._waiting > _MOST_WAITING else None):
                index, digest = frame.document
                self._arrived[index] = Packed(bytes.fromhex(digest), *frame.blobs)
                self._waiting += sum(map(len, frame.blobs))
        found = self._arrived.pop(turn, None)
        if found is None or not found.module:
            return None
        self._waiting -= len(found.module) + len(found.mentions)
        return found

    def close(self) -> None:
        """End the processes; what they have not handed over is lost."""
        self._inbox.close()
        for _, asking in self._workers:
            os.close(asking)
        self._workers.clear()


def _serve(files: Sequence[SourceFile], own: Iterable[int], sliced: bool, asked: int, pipe: BinaryIO) -> None:
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _RECURSION_LIMIT))
    done: set[int] = set()
    for turn in own:
        for index in (*_asked_for(asked), turn):
            if index not in done:
                done.add(index)
                made = packed(files[index], sliced)
                send(pipe, [index, made.digest.hex()], [made.module, made.mentions])


def _asked_for(asked: int) -> Iterator[int]:
    """The files that somebody waits for."""
    with selectors.DefaultSelector() as selector:
        selector.register(asked, selectors.EVENT_READ)
        while selector.select(0):
            data = os.read(asked, _TURN.size)
            if len(data) < _TURN.size:
                return  # nobody asks any more
            yield _TURN.unpack(data)[0]


def packed(file: SourceFile, sliced: bool) -> Packed:
    """A file lowered; nothing for one that cannot be read."""
    from normlint.codec import encode
    from normlint.evaluate.relevance import digests
    from normlint.lowering import lower, lower_slices, lower_with_file
    from normlint.mentioned import pack

    try:
        data = read(file)
    except ReadError:
        return Packed(bytes(32), b"", b"")
    if sliced:
        module, mentions = lower_slices(file.path, data, lower_with_file(file.path, data))
    else:
        module = lower(file.path, data)
        mentions = digests(module)
    return Packed(sha256(data).digest(), zlib.compress(encode(module), 1), pack(mentions))
