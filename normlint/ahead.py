"""Lowering in other processes, ahead of the evaluator, which needs the files one after the other."""

from __future__ import annotations

import os
import struct
import sys
import zlib
from collections.abc import Sequence
from hashlib import sha256
from typing import BinaryIO, NamedTuple

from normlint.discover import ReadError, SourceFile, read

# Below this many bytes to lower, starting processes costs more than it saves.
WORTHWHILE = 300_000
_MOST_PROCESSES = 64
_HEADER = struct.Struct(">I32sQQ")
_PIPE_BYTES = 1 << 20
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
    """Processes that lower ``files``, each its share, and hand them over when they are asked for.

    ``sliced``: the bodies of functions are left as the lines that they are lowered from.

    A process that dies (a parser that takes it down) is noticed: its files are lowered by whoever asks.
    """

    def __init__(self, files: Sequence[SourceFile], count: int, sliced: bool = False) -> None:
        self._turn = {file.path: index for index, file in enumerate(files)}
        self._arrived: dict[int, Packed] = {}
        self._count = count
        self._pipes: list[BinaryIO | None] = []
        self._children: list[int] = []
        sys.stdout.flush()
        sys.stderr.flush()
        for number in range(count):
            reading, writing = os.pipe()
            _widen(writing)
            child = os.fork()
            if child == 0:
                _serve(files, number, count, sliced, reading, writing)
            os.close(writing)
            self._children.append(child)
            self._pipes.append(os.fdopen(reading, "rb"))

    def take(self, path: str) -> Packed | None:
        """What a process made of a file; None where there is nothing."""
        turn = self._turn.pop(path, None)
        if turn is None:
            return None
        number = turn % self._count
        while turn not in self._arrived:
            pipe = self._pipes[number]
            if pipe is None:
                return None
            header = pipe.read(_HEADER.size)
            if len(header) < _HEADER.size:
                self._give_up(number)
                return None
            index, digest, size, rest = _HEADER.unpack(header)
            data = pipe.read(size + rest)
            if len(data) < size + rest:
                self._give_up(number)
                return None
            self._arrived[index] = Packed(digest, data[:size], data[size:])
        found = self._arrived.pop(turn)
        return found if found.module else None

    def _give_up(self, number: int) -> None:
        pipe = self._pipes[number]
        if pipe is not None:
            pipe.close()
        self._pipes[number] = None

    def close(self) -> None:
        """End the processes; what they have not handed over is lost."""
        for number in range(len(self._pipes)):
            self._give_up(number)
        for child in self._children:
            os.waitpid(child, 0)
        self._children.clear()


def _widen(descriptor: int) -> None:
    """Room for many files in the pipe, so that the process goes on while nobody reads."""
    try:
        import fcntl

        fcntl.fcntl(descriptor, getattr(fcntl, "F_SETPIPE_SZ", 1031), _PIPE_BYTES)
    except (ImportError, OSError):
        pass  # the system's own size does as well


def _serve(files: Sequence[SourceFile], number: int, count: int, sliced: bool, reading: int, writing: int) -> None:
    """The life of a process: never returns."""
    status = 1
    try:
        os.close(reading)
        sys.setrecursionlimit(max(sys.getrecursionlimit(), _RECURSION_LIMIT))
        with os.fdopen(writing, "wb", buffering=0) as pipe:
            for index in range(number, len(files), count):
                digest, module, mentions = packed(files[index], sliced)
                record = memoryview(_HEADER.pack(index, digest, len(module), len(mentions)) + module + mentions)
                while record:
                    record = record[pipe.write(record) :]
        status = 0
    except BrokenPipeError:
        status = 0  # nobody wants the rest
    finally:
        os._exit(status)


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
