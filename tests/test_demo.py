"""The shipped example, as a project and in one file."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from normlint.report.catalog import first_line
from normlint.rules import RULES

ROOT = Path(__file__).parent.parent
DEMO = [
    ("train.py", 17, "NL101"),
    ("visualize.py", 26, "NL202"),
    ("visualize.py", 33, "NL203"),
    ("visualize.py", 39, "NL103"),
    ("visualize.py", 40, "NL103"),
    ("visualize.py", 42, "NL103"),
]
ONE_FILE = ["NL101", "NL202", "NL203", "NL103", "NL103", "NL103"]


@cache
def run(*arguments: str) -> dict[str, list[dict[str, object]]]:
    command = [sys.executable, "-m", "normlint", *arguments, "--format", "json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stderr == ""
    answer: dict[str, list[dict[str, object]]] = json.loads(done.stdout)
    return answer


def test_demo_findings() -> None:
    findings = run("check", "fixtures/demo")["findings"]
    assert [(f["path"], f["line"], f["rule"]) for f in findings] == DEMO


def test_one_file_form_has_the_same_findings() -> None:
    findings = run("check", "fixtures/demo_one_file")["findings"]
    assert [f["rule"] for f in findings] == ONE_FILE


def output_range(sites: list[dict[str, object]], line: int) -> list[float]:
    found = next(site["output_range"] for site in sites if site["line"] == line and site["path"] == "train.py")
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(("line", "wanted"), [(10, [0, 1]), (11, [-2.118, 2.640]), (17, [-1, 1])])
def test_ranges(line: int, wanted: list[float]) -> None:
    sites = run("sites", "fixtures/demo")["sites"]
    assert output_range(sites, line) == pytest.approx(wanted, abs=1e-3)


def test_one_file_form_has_them_on_these_lines() -> None:
    findings = run("check", "fixtures/demo_one_file")["findings"]
    assert [(f["path"], f["line"]) for f in findings] == [("example.py", line) for line in (21, 54, 61, 67, 68, 70)]


README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_readme_lists_the_rules_as_they_are() -> None:
    rows = [
        f"| {rule.code} | {rule.name} | {rule.severity} | {'on' if rule.default else 'off'} | {first_line(rule.documentation)}. |"
        for rule in RULES
    ]
    assert [line for line in README.splitlines() if line.startswith("| NL")] == rows


def test_readme_describes_a_finding_as_it_is_printed() -> None:
    shown = json.loads(README.split("```json\n", 1)[1].split("```", 1)[0])
    findings = run("check", "fixtures/demo")["findings"]
    related = findings[0]["related"]
    assert isinstance(related, list)
    assert list(shown) == list(findings[0])
    assert list(shown["related"][0]) == list(related[0])
