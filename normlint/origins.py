"""Where the numbers of a finding are written, if that is in a file which the finding does not name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from normlint.facts import Facts, FileFacts
from normlint.findings import Finding, Related
from normlint.immutable import replace

MOST = 4


def with_origins(findings: Iterable[Finding], facts: Facts) -> list[Finding]:
    """The findings, each also related to the constants and config keys in other files that its normalizes take.

    Who changes the constants changes both ends of what uses them, and is told of it.
    """
    found = ((finding, tuple(_elsewhere(finding, facts.by_path))[:MOST]) for finding in findings)
    return [replace(finding, related=(*finding.related, *added)) if added else finding for finding, added in found]


def _elsewhere(finding: Finding, files: Mapping[str, FileFacts]) -> Iterator[Related]:
    places = (finding.place, *(related.place for related in finding.related))
    named = {place.path for place in places}
    seen = set()
    for place in places:
        file = files.get(place.path)
        for origin in file.numbers_at(place) if file is not None else ():
            at = (origin.place.path, origin.place.line)
            if origin.place.path not in named and at not in seen:
                seen.add(at)
                yield origin
