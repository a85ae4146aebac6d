"""The shipped example, as a project and in one file."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

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
