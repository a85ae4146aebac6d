"""Rules on facts: selection, de-duplication and order of findings."""

from __future__ import annotations

from collections.abc import Iterable

from normlint.facts import Facts
from normlint.findings import Finding
from normlint.places import Place
from normlint.rules import RULES, find
from normlint.rules.registry import Selection


def reconcile(facts: Facts, selection: Selection) -> list[Finding]:
    """Run the selected rules; one finding a rule and place, the most confident one."""
    best: dict[tuple[str, Place], Finding] = {}
    for rule in RULES:
        if not selection.selects(rule):
            continue
        for finding in rule.check(facts):
            best.setdefault((finding.code, finding.place), finding)
    return list(best.values())


def unreadable(problems: Iterable[tuple[Place, str]], selection: Selection) -> list[Finding]:
    """NL902 for every file, or statement, that could not be read."""
    rule = find("NL902")
    assert rule is not None
    if not selection.selects(rule):
        return []
    return [rule.finding(place, message, key=message) for place, message in dict.fromkeys(problems)]
