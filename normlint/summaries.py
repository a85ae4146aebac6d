"""What the log of each unit holds, in short: which files it speaks of, and which lists it has something in.

With that a later run reads only the logs that it needs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from normlint.evaluate.log import Log
from normlint.facts import ACROSS
from normlint.immutable import dataclass
from normlint.notable import is_notable

# The lists of a log whose entries belong to the file that they were observed in.
OWNED = (
    "observations", "pipelines", "wraparounds", "mask_clamps", "dormant", "returned_orders", "loads", "handed",
)  # fmt: skip
# What else a log has, and no file owns.
SHARED = (*ACROSS, "own_weights", "failures")


@dataclass(frozen=True, slots=True)
class Summary:
    """How many observations and spent budgets a log has, which of its shared lists are not empty, and the files that it
    speaks of; among them those with notable observations, and with loaded checkpoints."""

    observations: int = 0
    exhausted: int = 0
    lists: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    notable: tuple[str, ...] = ()
    loads: tuple[str, ...] = ()


NOTHING = Summary()


def summary_of(log: Log) -> Summary:
    """What a log holds."""
    lists = tuple(name for name in SHARED if getattr(log, name))
    files = {entry.place.path for name in OWNED for entry in getattr(log, name)}
    notable = {observation.place.path for observation in log.observations if is_notable(observation)}
    loads = {load.place.path for load in log.loads}
    return Summary(
        len(log.observations), log.exhausted, lists, tuple(sorted(files)), tuple(sorted(notable)), tuple(sorted(loads))
    )


def pack(summaries: Mapping[str, Summary]) -> bytes:
    """As bytes that ``unpack`` reads back. Many logs have equal summaries: each is written once."""
    numbers: dict[Summary, int] = {}
    rows = [[key, numbers.setdefault(summary, len(numbers))] for key, summary in summaries.items() if summary != NOTHING]
    known = [[s.observations, s.exhausted, s.lists, s.files, s.notable, s.loads] for s in numbers]
    return json.dumps([known, rows], separators=(",", ":")).encode("ascii")


def unpack(data: bytes | None) -> dict[str, Summary] | None:
    """What ``pack`` wrote; None for anything else."""
    try:
        known, rows = json.loads(data or b"null")
        summaries = [Summary(_count(row[0]), _count(row[1]), *map(_texts, row[2:])) for row in known]
        return {key: summaries[_count(number)] for key, number in rows if type(key) is str}
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


def _count(item: Any) -> int:
    if type(item) is not int or item < 0:
        raise ValueError("a count is missing")
    return item


def _texts(items: Any) -> tuple[str, ...]:
    if type(items) is not list or not {str}.issuperset(map(type, items)):
        raise ValueError("a text is missing")
    return tuple(items)
