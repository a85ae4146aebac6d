"""The JSON outputs against their published schemas."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

from normlint.findings import Confidence, Severity
from normlint.sites import ResolvedFrom, Role, SiteKind
from tests.schemas import violations

ROOT = Path(__file__).parent.parent
SCHEMAS = ROOT / "docs" / "schemas"
RUNS = {
    "check": [["check", "fixtures/demo"], ["check", "fixtures/demo_one_file", "--select", "ALL", "--statistics"]],
    "sites": [["sites", "fixtures/demo"], ["sites", "fixtures/demo_one_file"]],
    "trace": [
        ["trace", "fixtures/demo/visualize.py:26"], ["trace", "fixtures/demo/stats.py:3"],
        ["trace", "fixtures/demo/visualize.py:1"],
    ],
}  # fmt: skip


@cache
def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(("name", "arguments"), [(name, run) for name, runs in RUNS.items() for run in runs])
def test_output_is_what_the_schema_says(name: str, arguments: list[str]) -> None:
    command = [sys.executable, "-m", "normlint", *arguments, "--format", "json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stderr == ""
    document = json.loads(done.stdout)
    assert violations(document, schema(name)) == []
    assert list(document) == list(schema(name)["properties"]), "the keys come in the order of the schema"


def test_enumerations_are_those_of_the_program() -> None:
    finding, site = schema("check")["$defs"]["finding"]["properties"], schema("sites")["$defs"]["site"]["properties"]
    assert set(finding["severity"]["enum"]) == set(get_args(Severity))
    assert set(finding["confidence"]["enum"]) == set(get_args(Confidence))
    assert set(site["kind"]["enum"]) == set(get_args(SiteKind))
    assert set(site["role"]["enum"]) == set(get_args(Role))
    assert set(site["resolved_from"]["enum"]) == set(get_args(ResolvedFrom))


def test_schema_refuses_what_is_wrong() -> None:
    place = {"path": "a.py", "line": 0, "column": 1}
    assert violations({"version": 1, "root": ".", "sites": [place]}, schema("sites")) != []
    assert violations({"version": 2, "root": ".", "sites": []}, schema("sites")) != []
    assert violations({"version": 1, "root": ".", "sites": []}, schema("sites")) == []
