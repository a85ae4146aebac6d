"""What a run has seen of each file, and how that stands in the cache: as columns, whose values are checked on the way in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple


class Known(NamedTuple):
    """A file as the last run saw it.

    ``kept`` is the sieve's word on it, ``marked`` says that it may silence findings, ``library`` that it names a package
    which knows images, ``pixels`` that it counts where no file does.
    """

    modified: int
    size: int
    digest: str
    kept: bool
    marked: bool = False
    library: bool = False
    pixels: bool = False


_FLAGS = [(bool(flags & 1), bool(flags & 2), bool(flags & 4), bool(flags & 8)) for flags in range(16)]


def columns(files: Iterable[Known], edge: int) -> list[Any]:
    """The fields of some files, one column after the other; what changed after ``edge`` is looked at again by its content."""
    return [*zip(*[_entry(known, edge) for known in files], strict=True)]


def _entry(known: Known, edge: int) -> tuple[int, int, str, int]:
    """A file as it is written; what changed after ``edge`` is looked at again by its content."""
    modified = known.modified if known.modified < edge else 0
    return modified, known.size, known.digest, known.kept + 2 * known.marked + 4 * known.library + 8 * known.pixels


def rows(columns: Any) -> list[Known]:
    """The files of some columns. Raises ``ValueError`` and ``TypeError``."""
    if not columns:
        return []
    modified, sizes, digests, flags = columns
    for column, kind in ((modified, int), (sizes, int), (digests, str), (flags, int)):
        check_column(column, kind)
    if flags and not 0 <= min(flags) <= max(flags) < len(_FLAGS):
        raise ValueError("no flags of a file")
    return [Known(*row, *_FLAGS[some]) for *row, some in zip(modified, sizes, digests, flags, strict=True)]


def check_column(column: Any, kind: type) -> None:
    """Raises ``ValueError`` for what is no list of values of just this type."""
    if type(column) is not list or not {kind}.issuperset(map(type, column)):
        raise ValueError("a column is missing")
