"""What every rule must have."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from normlint.report.catalog import section
from normlint.rules import RULES, find
from normlint.rules.registry import Rule

CASES = Path(__file__).parent.parent / "fixtures" / "cases"
LONGEST = 116
SECTIONS = ("## What it does", "## Why is this bad?", "## Example", "## Use instead")


def test_codes_and_names_are_unique_and_sorted() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert {rule.name.upper() for rule in RULES}.isdisjoint(codes)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_code_name_and_summary_have_their_form(rule: Rule) -> None:
    assert re.fullmatch(r"NL\d{3}", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    summary = inspect.cleandoc(rule.documentation).splitlines()
    assert summary[0].endswith(".") and len(summary[0]) <= 120
    assert summary[1] == "", "the summary is one line of its own"


def test_every_folder_of_cases_belongs_to_a_rule() -> None:
    assert {folder.name for folder in CASES.iterdir() if folder.is_dir()} <= {rule.code for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_rule_file(rule: Rule) -> None:
    path = Path(inspect.getfile(rule.check))
    assert path.stem == rule.name.replace("-", "_")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) - len(rule.documentation.rstrip().splitlines()) <= LONGEST


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_that_offers_a_fix_says_how_safe_it_is(rule: Rule) -> None:
    offers = "fix=" in Path(inspect.getfile(rule.check)).read_text(encoding="utf-8")
    assert ("## Fix safety" in rule.documentation) == offers


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_documentation_has_its_sections(rule: Rule) -> None:
    headings = re.findall(r"^## .*$", inspect.cleandoc(rule.documentation), re.MULTILINE)
    assert headings[: len(SECTIONS)] == list(SECTIONS)
    assert set(headings[len(SECTIONS) :]) <= {"## Options", "## Fix safety"}
    assert all(section(rule.documentation, heading.removeprefix("## ")) for heading in headings)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.code != "NL902"], ids=lambda rule: rule.code)
def test_rule_has_firing_and_as_many_silent_cases(rule: Rule) -> None:
    names = [path.stem for path in (CASES / rule.code).glob("*.py")]
    firing = sum(name.startswith("fires_") for name in names)
    silent = sum(name.startswith("silent_") for name in names)
    assert firing >= 3
    assert silent >= 3
    assert silent >= firing - 1


def test_find_takes_code_and_name() -> None:
    assert find("nl103") is find("denormalize-mismatch") is not None
    assert find("NL000") is None
