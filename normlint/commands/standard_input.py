"""``-``: an editor's text of a file, which need not be saved, in its project."""

from __future__ import annotations

import sys
from pathlib import Path

from normlint.commands.trouble import Trouble
from normlint.immutable import dataclass

STANDARD_INPUT = Path("-")
UNNAMED = Path("stdin.py")


@dataclass(frozen=True, slots=True)
class StandardInput:
    """The bytes, and the file that they stand for (absolute, its folder's symlinks resolved)."""

    data: bytes
    file: Path

    @property
    def paths(self) -> tuple[Path, ...]:
        """What findings have to touch."""
        return (self.file,)

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where the search for the project begins."""
        return (next(folder for folder in self.file.parents if folder.is_dir()),)

    def overlay(self, root: Path) -> dict[str, bytes]:
        """The bytes by the path in the project."""
        return {self.file.relative_to(root).as_posix(): self.data}


def standard_input(paths: tuple[Path, ...], name: Path | None) -> StandardInput | None:
    """What is on standard input, if that is what the paths ask for. Raises ``Trouble``."""
    if STANDARD_INPUT not in paths:
        if name is not None:
            raise Trouble("--stdin-filename needs - as the path")
        return None
    if len(paths) > 1:
        raise Trouble("- cannot be combined with other paths")
    from normlint.discover import MAX_BYTES

    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Trouble(f"standard input is larger than {MAX_BYTES // 1024 // 1024} MB")
    file = name or UNNAMED
    return StandardInput(data, file.parent.resolve() / file.name)
