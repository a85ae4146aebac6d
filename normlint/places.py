"""Where something stands in the source."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of one lowered file: lines and columns 1-based, the end column is past the last character.

    For a notebook the lines count through the joined code cells; ``ir.Module.place`` maps them to the raw file.
    """

    line: int
    column: int
    end_line: int
    end_column: int


class Place(NamedTuple):
    """A span in a named file, in the lines of the raw file.

    ``path`` is POSIX and relative to the project root. ``cell`` (0-based) and ``cell_line`` (1-based) are set
    for notebooks only.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    cell: int | None = None
    cell_line: int | None = None

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"
