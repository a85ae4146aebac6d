"""A file of the cache: an index, whose content a header names, and packs of bytes behind it. It is replaced as a whole."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

MOST_BYTES = 1_000_000_000
_MAGIC = b"normlint cache 2\n"
_HEADER = len(_MAGIC) + 16 + 64


def opened(path: Path) -> int:
    """A descriptor to read from. Raises ``OSError``."""
    return os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0))


def read_at(descriptor: int, at: int, size: int) -> bytes | None:
    """The bytes there, all of them; without moving a position that forked processes share, where the system can.

    Raises ``OSError``.
    """
    if hasattr(os, "pread"):
        data = os.pread(descriptor, size, at)
    else:
        os.lseek(descriptor, at, os.SEEK_SET)
        data = os.read(descriptor, size)
    return data if len(data) == size else None


def index_of(descriptor: int) -> tuple[bytes, str, int]:
    """The checked index, its name, and where the packs begin. Raises ``ValueError`` and ``OSError``."""
    header = read_at(descriptor, 0, _HEADER)
    if header is None or not header.startswith(_MAGIC):
        raise ValueError("no cache")
    size = int(header[len(_MAGIC) : len(_MAGIC) + 16], 16)
    if size > MOST_BYTES:
        raise ValueError("too large")
    index, name = read_at(descriptor, _HEADER, size), header[-64:].decode("ascii")
    if index is None or sha256(index).hexdigest() != name:
        raise ValueError("damaged")
    return index, name, _HEADER + size


def write(path: Path, index: bytes, packs: Iterable[bytes], ready: Callable[[], None] | None = None) -> None:
    """Put a file in place of what is there, if any; ``ready`` is called right before. Raises ``OSError``."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.{time.monotonic_ns()}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(temporary, flags, 0o600), "wb") as stream:
            stream.write(_MAGIC + b"%016x" % len(index) + sha256(index).hexdigest().encode())
            stream.write(index)
            stream.writelines(packs)
        if ready is not None:
            ready()
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
