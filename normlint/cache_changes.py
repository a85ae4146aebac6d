"""What has changed since the cache was written, in a file beside it: to write that anew copies all that stays.

It names the file that it belongs to by what its index says, and counts for no other one: a run that writes that anew at the
same time, or is cut off between the two, loses what was in the changes, and nothing else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Set
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from normlint.cache_file import MOST_BYTES, index_of, opened, read_at
from normlint.cache_file import write as write_file
from normlint.known_files import Known, check_column, columns, rows

# A smaller cache is written anew just as fast.
WORTHWHILE = 1_000_000
_MOST_BYTES = 8_000_000
_PART = 4


class Base(NamedTuple):
    """What the cache file itself has: its name, the paths in their order, what is known of them, and where packs lie."""

    name: str = ""
    paths: list[str] = []  # noqa: RUF012
    files: Mapping[str, Known] = {}
    offsets: Mapping[str, tuple[int, int]] = {}


class Changes(NamedTuple):
    """``files`` by their position, packs that are new and the names of those that are gone."""

    stamp: tuple[str, str]
    files: dict[int, Known]
    packs: dict[str, bytes]
    gone: frozenset[str]
    results: dict[str, Any]

    def applied(self, base: Base) -> dict[str, Known]:
        """What is known of the files now. Raises ``LookupError`` for a file that is not there."""
        return {**base.files, **{base.paths[position]: known for position, known in self.files.items()}}


def since(
    base: Base, files: Mapping[str, Known], packs: Mapping[str, bytes], wanted: Set[str], gone: Set[str], edge: int
) -> dict[str, Any] | None:
    """What an index of the changes says; None where there is no base, other files are there, or too much has changed.

    What was ``gone`` before does not come back as the base has it.
    """
    size = sum(size for _, size in base.offsets.values())
    fresh = sum(map(len, packs.values()))
    if size < WORTHWHILE or fresh > min(_MOST_BYTES, size // _PART) or list(files) != base.paths:
        return None
    changed = {at: known for at, (path, known) in enumerate(files.items()) if base.files[path] != known}
    return {
        "base": base.name,
        "files": [list(changed), *columns(changed.values(), edge)],
        "packs": [list(packs), [*map(len, packs.values())]],
        "gone": [name for name in base.offsets if name not in wanted or (name in gone and name not in packs)],
    }  # fmt: skip


def write(path: Path, document: Mapping[str, Any], packs: Iterable[bytes]) -> None:
    """Replace the file of the changes. Raises ``OSError``."""
    write_file(path, json.dumps(document, separators=(",", ":")).encode("ascii"), packs)


def read(path: Path, name: str) -> Changes | None:
    """The changes since the cache of this name was written; None for none, and for what is damaged or belongs to another."""
    try:
        descriptor = opened(path)
    except OSError:
        return None
    try:
        index, _, start = index_of(descriptor)
        document = json.loads(index)
        if document["base"] != name:
            return None
        made_by, look = document["stamp"]
        positions, *rest = document["files"]
        check_column(positions, int)
        if positions and min(positions) < 0:
            raise ValueError("no position of a file")
        names, sizes = document["packs"]
        check_column(names, str)
        check_column(sizes, int)
        check_column(document["gone"], str)
        ends = list(accumulate(sizes, initial=0))
        data = read_at(descriptor, start, ends[-1]) if min(sizes, default=0) >= 0 and ends[-1] < MOST_BYTES else None
        if data is None:
            raise ValueError("cut off")
        packs = {one: data[at : at + size] for one, at, size in zip(names, ends[:-1], sizes, strict=True)}
        return Changes(
            (str(made_by), str(look)), dict(zip(positions, rows(rest), strict=True)), packs, frozenset(document["gone"]),
            dict(document["results"]),
        )  # fmt: skip
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    finally:
        os.close(descriptor)
