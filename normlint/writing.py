"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path``: readers see the old file or the new one, and a failure leaves the old one.

    An existing file keeps its permissions, a symbolic link stays one; what is no regular file (a terminal, a pipe) is
    written to directly. Raises ``OSError``.
    """
    target = Path(os.path.realpath(path))
    mode = _mode(target)
    if mode is not None and not stat.S_ISREG(mode):
        target.write_bytes(data)
        return
    import tempfile

    number, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(number, "wb") as stream:
            stream.write(data)
        os.chmod(name, _default_mode() if mode is None else stat.S_IMODE(mode))
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _default_mode() -> int:
    """What a new file would get; the only way to read the umask is to set it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask
