"""Which findings are known: by what they say, not by where they stand, and no more of them than are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Set

from normlint.findings import Finding
from normlint.immutable import dataclass

DEFAULT_NAME = "normlint-baseline.json"


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """``count`` findings of one rule in one file with one content; ``message`` is for people."""

    path: str
    rule: str
    content: str
    count: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class Matched:
    """``known`` by ``id`` of the finding; ``stale`` are the entries, with the counts, that no finding needs."""

    known: frozenset[int]
    stale: tuple[Entry, ...]


def entries_of(findings: Iterable[Finding]) -> tuple[Entry, ...]:
    """One entry for all findings with the same path and content, sorted."""
    counts: Counter[tuple[str, str, str]] = Counter()
    messages: dict[tuple[str, str, str], str] = {}
    for finding in findings:
        key = (finding.place.path, finding.code, finding.content)
        counts[key] += 1
        messages.setdefault(key, finding.plain_message)
    return tuple(sorted(Entry(*key, count, messages[key]) for key, count in counts.items()))


def match(findings: Iterable[Finding], entries: Iterable[Entry], paths: Set[str]) -> Matched:
    """Match in the order of the lines; ``paths`` are the files there are now.

    An entry whose file is gone knows the same content in another file: files are renamed.
    """
    left = {entry: entry.count for entry in entries}
    own = {(entry.path, entry.rule, entry.content): entry for entry in left}
    moved: dict[tuple[str, str], list[Entry]] = {}
    for entry in sorted(left):
        if entry.path not in paths:
            moved.setdefault((entry.rule, entry.content), []).append(entry)
    known = set()
    rest = []
    ordered = sorted(findings, key=lambda finding: finding.order)
    for finding in ordered:
        there = own.get((finding.place.path, finding.code, finding.content))
        if there is not None and left[there]:
            left[there] -= 1
            known.add(id(finding))
        else:
            rest.append(finding)
    for finding in rest:
        for entry in moved.get((finding.code, finding.content), ()):
            if left[entry]:
                left[entry] -= 1
                known.add(id(finding))
                break
    stale = tuple(Entry(e.path, e.rule, e.content, count, e.message) for e, count in sorted(left.items()) if count)
    return Matched(frozenset(known), stale)
