"""Files replaced as a whole: the old text or the new one, never a part; no link is followed, nothing outside is touched."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_FOLLOW_NOT = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_BY_FOLDER = os.open in os.supports_dir_fd and os.rename in os.supports_dir_fd


class WriteError(Exception):
    """A file was left as it is; the message says why."""


def replace_file(root: Path, path: str, expected: bytes, data: bytes) -> None:
    """Replace the file at the POSIX ``path`` below ``root``, which must hold ``expected``, with one that holds ``data``.

    The new file is written beside the old one, flushed to the disk and moved into its place, with the same permissions.
    Raises ``WriteError``: the file is no regular one, is read-only, lies behind a link or out of the root, or has changed.
    """
    *folders, name = path.split("/")
    if path.startswith("/") or not name or any(part in {"", ".", ".."} for part in (*folders, name)):
        raise WriteError(f"not a path below the root: {path}")
    try:
        with _folder(root, folders) as (folder, descriptor):
            _replace(folder, descriptor, name, expected, data)
    except OSError as error:
        raise WriteError(error.strerror or str(error)) from error


@contextmanager
def _folder(root: Path, folders: list[str]) -> Iterator[tuple[Path, int | None]]:
    """The folder of a file, each part of it a real folder; with a descriptor where the system can work relative to one."""
    folder = root
    if not _BY_FOLDER:
        for part in folders:
            folder /= part
            if not stat.S_ISDIR(os.lstat(folder).st_mode):
                raise WriteError("behind a symbolic link")
        yield folder, None
        return
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | getattr(os, "O_CLOEXEC", 0))
    try:
        for part in folders:
            folder /= part
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | _FOLLOW_NOT, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield folder, descriptor
    finally:
        os.close(descriptor)


def _replace(folder: Path, descriptor: int | None, name: str, expected: bytes, data: bytes) -> None:
    def at(part: str) -> str | Path:
        return part if descriptor is not None else folder / part

    status = _check(os.open(at(name), os.O_RDONLY | _FOLLOW_NOT | _BINARY | getattr(os, "O_NONBLOCK", 0), dir_fd=descriptor),
                    expected)  # fmt: skip
    temporary = f".{name[:100]}.{secrets.token_hex(8)}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FOLLOW_NOT | _BINARY
    handle = os.open(at(temporary), flags, 0o600, dir_fd=descriptor)
    try:
        with open(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            if hasattr(os, "fchmod"):
                _give(stream.fileno(), status)
            os.fsync(stream.fileno())
        os.replace(at(temporary), at(name), src_dir_fd=descriptor, dst_dir_fd=descriptor)
    except BaseException:
        with suppress(OSError):
            os.unlink(at(temporary), dir_fd=descriptor)
        raise
    if descriptor is not None:
        os.fsync(descriptor)


def _check(handle: int, expected: bytes) -> os.stat_result:
    with open(handle, "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise WriteError("not a regular file")
        if not status.st_mode & 0o222:
            raise WriteError("read-only")
        if stream.read(len(expected) + 1) != expected:
            raise WriteError("changed since it was read")
    return status


def _give(handle: int, status: os.stat_result) -> None:
    """Owner, group and permissions of the old file; the owner only where that is allowed."""
    with suppress(PermissionError):
        os.fchown(handle, status.st_uid, status.st_gid)
    os.fchmod(handle, stat.S_IMODE(status.st_mode))
