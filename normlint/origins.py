"""Where the numbers of a finding are written, if that is in a file which the finding does not name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from normlint.facts import Facts, FileFacts
from normlint.findings import Finding, Related

MOST = 4


def with_origins(findings: Iterable[Finding], facts: Facts) -> list[Finding]:
    """The findings, each also related to the constants and config keys in other files that its normalizes take.

    Who changes the constants changes both ends of what uses them, and is told of it.
    """
    files = facts.by_path
    return [
        replace(finding, related=(*finding.related, *added)) if (added := tuple(_elsewhere(finding, files))[:MOST]) else finding
        for finding in findings
    ]


def _elsewhere(finding: Finding, files: dict[str, FileFacts]) -> Iterator[Related]:
    places = (finding.place, *(related.place for related in finding.related))
    named = {place.path for place in places}
    seen = set()
    for place in places:
        for origin in files[place.path].numbers_at(place) if place.path in files else ():
            at = (origin.place.path, origin.place.line)
            if origin.place.path not in named and at not in seen:
                seen.add(at)
                yield origin
