"""Findings by the file that rules were shown, with what they rest on: a later run judges again only where that has changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence, Set
from hashlib import sha256
from typing import Any

from normlint.command_lines import Command
from normlint.facts import Facts
from normlint.findings import Finding
from normlint.immutable import dataclass, field
from normlint.lazy_facts import Looked, watched
from normlint.logs import Difference
from normlint.origins import with_origins
from normlint.reconcile import across, in_file
from normlint.record_codec import from_data, to_data
from normlint.rules import Rule

ACROSS = ""  # the path of the part that takes all files


@dataclass(frozen=True, slots=True)
class Part:
    """What rules find in one file, or across all. ``files`` are those that were looked up for it, ``lists`` what else was."""

    findings: tuple[Finding, ...] = ()
    files: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()

    def holds(self, difference: Difference) -> bool:
        return difference.files.isdisjoint(self.files) and difference.lists.isdisjoint(self.lists)


@dataclass(frozen=True, slots=True)
class Parts:
    """``known`` are the parts by path; a file without one has no finding, and looked up nothing elsewhere.

    ``logs`` and ``commands`` name what they were made of.
    """

    logs: str
    commands: str
    known: dict[str, Part] = field(default_factory=dict)

    def findings(self) -> list[Finding]:
        """All findings: those of the files in their order, then those across."""
        paths = [*sorted(path for path in self.known if path != ACROSS), ACROSS]
        return [finding for path in paths if path in self.known for finding in self.known[path].findings]


def named(commands: Iterable[Command]) -> str:
    """Names what the project's texts say of how its programs are started."""
    return sha256(repr(list(commands)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def judged(
    facts: Facts, rules: Sequence[Rule], logs: str, before: Parts | None = None, difference: Difference | None = None
) -> Parts:
    """What the rules make of the facts; parts of ``before`` that hold in spite of the ``difference`` are taken over."""
    parts = Parts(logs, named(facts.commands))
    again: Set[str] = facts.by_path.keys()
    kept: dict[str, Part] = {}
    if before is not None and difference is not None:
        kept = {path: part for path, part in before.known.items() if part.holds(difference)}
        again = (difference.files | (before.known.keys() - kept.keys())) & facts.by_path.keys()
        if before.commands != parts.commands:
            kept.pop(ACROSS, None)
    for path in sorted(again):
        looked = Looked({path})
        shown = watched(facts, looked, facts.by_path[path])
        part = _part(with_origins(in_file(shown, rules), shown), looked)
        if part != Part((), (path,)):
            parts.known[path] = part
    parts.known.update((path, part) for path, part in kept.items() if path not in again)
    if ACROSS not in kept:
        looked = Looked()
        shown = watched(facts, looked)
        parts.known[ACROSS] = _part(with_origins(across(shown, rules), shown), looked)
    return parts


def _part(findings: Iterable[Finding], looked: Looked) -> Part:
    found = tuple(findings)
    return Part(found, tuple(sorted(looked.files)), tuple(sorted(looked.lists)))


def pack(parts: Parts) -> bytes:
    """As bytes that ``unpack`` reads back."""
    return json.dumps(to_data(parts), separators=(",", ":")).encode("ascii")


def unpack(data: bytes | None) -> Parts | None:
    """What ``pack`` wrote; None for anything else."""
    try:
        document: Any = json.loads(data or b"null")
        parts: Parts = from_data(Parts, document)
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    return parts
