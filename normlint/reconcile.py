"""Rules on facts: selection, de-duplication and order of findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from normlint.facts import Facts
from normlint.findings import Finding
from normlint.places import Place
from normlint.rules import RULES, Rule, find
from normlint.rules.unused_suppression import RULE as UNUSED
from normlint.rules.unused_suppression import unused
from normlint.selection import Selection, specificity
from normlint.suppression.comments import Suppression


def in_file(facts: Facts, rules: Iterable[Rule]) -> Iterator[Finding]:
    """What the rules find in one file."""
    for rule in rules:
        if rule.by_file:
            yield from rule.check(facts)


def across(facts: Facts, rules: Iterable[Rule]) -> Iterator[Finding]:
    """What the rules find that takes the facts of the whole project."""
    for rule in rules:
        if not rule.by_file:
            yield from rule.check(facts)
        if rule.across is not None:
            yield from rule.across(facts)


def reconcile(found: Iterable[Finding]) -> list[Finding]:
    """One finding a rule and place, the most confident one, and one a mistake."""
    best: dict[tuple[str, Place], Finding] = {}
    for finding in found:
        best.setdefault((finding.code, finding.place), finding)
    replaced = {said for finding in best.values() for said in finding.replaces}
    return [finding for said, finding in best.items() if said not in replaced]


def unused_suppressions(
    suppressions: Iterable[Suppression],
    used: Set[tuple[Suppression, str]],
    selection: Selection,
    rules: tuple[Rule, ...] = RULES,
) -> list[Finding]:
    """NL901 for every suppression, or rule in one, that silenced nothing although the rules that it names ran."""
    if not selection.selects(UNUSED):
        return []
    ran = [rule for rule in rules if selection.selects(rule)]
    ordinary = all(selection.selects(rule) for rule in rules if rule.default)
    found = []
    for suppression in suppressions:
        if not suppression.rules:
            if ordinary and (suppression, "") not in used:
                found.append(unused(suppression, ()))
            continue
        stale = tuple([
            item for item in suppression.rules
            if (suppression, item) not in used and not specificity(UNUSED, item) and _all_ran(item, ran, rules)
        ])  # fmt: skip
        if stale:
            found.append(unused(suppression, stale))
    return found


def _all_ran(item: str, ran: list[Rule], rules: tuple[Rule, ...]) -> bool:
    """Whether no rule that the item names was left out; an item that names no rule can never silence anything."""
    return all(rule in ran for rule in rules if specificity(rule, item))


def unreadable(problems: Iterable[tuple[Place, str]], selection: Selection) -> list[Finding]:
    """NL902 for every file, or statement, that could not be read."""
    rule = find("NL902")
    assert rule is not None
    if not selection.selects(rule):
        return []
    return [rule.finding(place, message, key=message) for place, message in dict.fromkeys(problems)]
