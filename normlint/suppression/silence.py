"""Findings against suppressions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from normlint.findings import Finding, Silenced
from normlint.immutable import replace
from normlint.places import Place
from normlint.selection import names, specificity
from normlint.suppression.comments import Suppression

Used = Mapping[Suppression, frozenset[str]]


def silence(
    findings: Iterable[Finding], suppressions: Mapping[str, tuple[Suppression, ...]]
) -> tuple[list[Finding], set[tuple[Suppression, str]]]:
    """The findings, those that a comment silences marked; and which item of which comment was needed ("" for no item).

    A comment on a line silences what has the line at either end; one for the whole file what is reported in the file.
    """
    marked: list[Finding] = []
    used: set[tuple[Suppression, str]] = set()
    for finding in findings:
        reached = list(_reached(finding, suppressions))
        for suppression in reached:
            items = [item for item in suppression.rules if specificity(finding, item)] or [""]
            used.update((suppression, item) for item in items)
        silenced = Silenced(reached[0].place, reached[0].reason) if reached else None
        marked.append(replace(finding, silenced=silenced) if silenced else finding)
    return marked, used


def _reached(finding: Finding, suppressions: Mapping[str, tuple[Suppression, ...]]) -> Iterable[Suppression]:
    places: list[Place] = [finding.place, *(related.place for related in finding.related)]
    seen = set()
    for number, place in enumerate(places):
        for suppression in suppressions.get(place.path, ()):
            if suppression in seen or (suppression.whole_file and number):
                continue
            if suppression.covers(place) and (not suppression.rules or names(suppression.rules, finding)):
                seen.add(suppression)
                yield suppression
