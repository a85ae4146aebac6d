"""Processes that are forks of this one, and what they tell it through pipes."""

from __future__ import annotations

import json
import os
import selectors
import struct
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple

_SIZES = struct.Struct(">QQ")
_CHUNK = 1 << 20
_PIPE_BYTES = 1 << 20


class Frame(NamedTuple):
    """Something that a process tells: values that JSON can write, and bytes beside them."""

    document: Any
    blobs: list[bytes]


class Fork(NamedTuple):
    """A process under way, and the end of the pipe from which to read what it tells."""

    process: int
    reading: int


def start(serve: Callable[[BinaryIO], None], others: Iterable[int] = ()) -> Fork:
    """A process that calls ``serve`` with what it can write to, and ends; ``others`` are descriptors that it has no use for."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    process = os.fork()
    if process == 0:
        status = 1
        try:
            for descriptor in (reading, *others):
                os.close(descriptor)
            with os.fdopen(writing, "wb") as pipe:
                serve(pipe)
            status = 0
        except BrokenPipeError:
            status = 0  # nobody wants the rest
        finally:
            os._exit(status)
    os.close(writing)
    return Fork(process, reading)


def send(pipe: BinaryIO, document: Any, blobs: Sequence[bytes] = ()) -> None:
    """Tell one frame."""
    text = json.dumps([document, [len(blob) for blob in blobs]], separators=(",", ":")).encode("ascii")
    pipe.write(_SIZES.pack(len(text), sum(map(len, blobs))) + text + b"".join(blobs))
    pipe.flush()


class Inbox:
    """What several processes tell; a frame that one of them did not finish is dropped."""

    def __init__(self, forks: Iterable[Fork] = ()) -> None:
        self._selector = selectors.DefaultSelector()
        self._processes: dict[int, int] = {}
        for fork in forks:
            self.add(fork)

    def add(self, fork: Fork) -> None:
        """Listen to one more."""
        _widen(fork.reading)
        self._processes[fork.reading] = fork.process
        self._selector.register(fork.reading, selectors.EVENT_READ, bytearray())

    @property
    def descriptors(self) -> tuple[int, ...]:
        """Those of the pipes that are open."""
        return tuple(self._processes)

    def listens(self, fork: Fork) -> bool:
        """Whether a process may still tell something."""
        return fork.reading in self._processes

    def receive(self, only: Fork | None = None) -> Iterator[Frame]:
        """Wait for something from any process, or from one; what has arrived in full."""
        keys = [self._selector.get_key(only.reading)] if only is not None else [key for key, _ in self._selector.select()]
        for key in keys:
            arrived = os.read(key.fd, _CHUNK)
            if arrived:
                key.data.extend(arrived)
                yield from _whole(key.data)
            else:
                self._end(key.fd)

    def frames(self) -> Iterator[Frame]:
        """All that arrives, until all processes have ended."""
        while self._processes:
            yield from self.receive()
        self.close()

    def close(self) -> None:
        """Let all processes end; what they have not told is lost."""
        for descriptor in self._processes:
            os.close(descriptor)
        for process in self._processes.values():
            os.waitpid(process, 0)
        self._processes.clear()
        self._selector.close()

    def _end(self, descriptor: int) -> None:
        self._selector.unregister(descriptor)
        os.close(descriptor)
        os.waitpid(self._processes.pop(descriptor), 0)


def _widen(descriptor: int) -> None:
    """Room for much in the pipe, so that the process goes on while nobody reads."""
    try:
        import fcntl

        fcntl.fcntl(descriptor, getattr(fcntl, "F_SETPIPE_SZ", 1031), _PIPE_BYTES)
    except (ImportError, OSError):
        pass  # the system's own size does as well


def _whole(buffer: bytearray) -> Iterator[Frame]:
    """The frames that have arrived in full; they are taken out of the buffer."""
    at = 0
    while len(buffer) - at >= _SIZES.size:
        text, rest = _SIZES.unpack_from(buffer, at)
        start = at + _SIZES.size
        if len(buffer) < start + text + rest:
            break
        document, sizes = json.loads(bytes(buffer[start : start + text]))
        at = start + text
        blobs = []
        for size in sizes:
            blobs.append(bytes(buffer[at : at + size]))
            at += size
        yield Frame(document, blobs)
    del buffer[:at]
