"""The public JSON: keys, order, numbers."""

from __future__ import annotations

import json
import math
from pathlib import Path

from normlint.findings import Finding, Related
from normlint.places import Place
from normlint.project import Analysis
from normlint.report.json_output import check_json, sites_json
from normlint.sites import Site

PLACE = Place("infer.py", 12, 9, 13, 24)
ROOT = Path("anywhere")


def test_finding() -> None:
    found = Finding(
        "NL103",
        "denormalize-mismatch",
        "error",
        "medium",
        PLACE,
        "does not undo",
        "label",
        (Related(Place("n.ipynb", 3, 13, 3, 20, 2, 1), "normalized here"),),
        key="k",
    )
    document = json.loads(check_json(Analysis(ROOT, (found,), (), 14, 8)))
    assert list(document) == ["version", "root", "findings", "summary"]
    assert document["version"] == 1
    assert document["root"] == "."
    expected = {
        "rule": "NL103",
        "name": "denormalize-mismatch",
        "severity": "error",
        "confidence": "medium",
        "path": "infer.py",
        "line": 12,
        "column": 9,
        "end_line": 13,
        "end_column": 24,
        "message": "does not undo",
        "related": [
            {"path": "n.ipynb", "line": 3, "column": 13, "cell": 2, "cell_line": 1, "message": "normalized here"}
        ],
        "fingerprint": found.fingerprint,
        "fixable": False,
    }
    assert document["findings"] == [expected]
    assert list(document["findings"][0]) == list(expected)
    assert document["summary"] == {
        "findings": 1,
        "error": 1,
        "warning": 0,
        "info": 0,
        "fixable": 0,
        "fixed": 0,
        "silenced": 0,
        "known": 0,
        "stale": 0,
        "files_with_findings": 1,
        "files_checked": 14,
        "files_with_image_code": 8,
    }


def test_statistics_are_added_when_asked_for() -> None:
    found = Finding("NL103", "denormalize-mismatch", "error", "high", PLACE, "m")
    analysis = Analysis(ROOT, (found, found), (), 1, 1, {"steps": 7, "calls": 2})
    summary = json.loads(check_json(analysis, statistics=True))["summary"]
    assert summary["rules"] == {"NL103": 2}
    assert summary["statistics"] == {"calls": 2, "steps": 7}


def test_site() -> None:
    site = Site(
        PLACE,
        "normalize",
        "torchvision.transforms.Normalize",
        mean=(0.485, 1 / 3, -0.0),
        std=(0.229, 0.1 + 0.2, 1.0),
        scale=(1 / 0.229,),
        offset=None,
        input_range=(0.0, math.inf),
        output_range=(None, math.nan),
        role="train",
        resolved_from="import",
    )
    text = sites_json(Analysis(ROOT, (), (site,)))
    document = json.loads(text)
    expected = {
        "path": "infer.py",
        "line": 12,
        "column": 9,
        "kind": "normalize",
        "api": "torchvision.transforms.Normalize",
        "mean": [0.485, 0.333333333, 0.0],
        "std": [0.229, 0.3, 1.0],
        "scale": [4.36681223],
        "offset": None,
        "input_range": [0.0, None],
        "output_range": [None, None],
        "role": "train",
        "resolved_from": "import",
    }
    assert document == {"version": 1, "root": ".", "sites": [expected]}
    assert list(document["sites"][0]) == list(expected)
    assert "-0.0" not in text
    assert "NaN" not in text


def test_order_does_not_depend_on_the_run() -> None:
    findings = tuple(
        Finding("NL103", "n", "error", "high", Place(path, line, 1, line, 2), "m")
        for path, line in (("b.py", 1), ("a.py", 10), ("a.py", 9))
    )
    sites = tuple(Site(finding.place, "cast", "astype") for finding in findings)
    forward, backward = Analysis(ROOT, findings, sites), Analysis(ROOT, findings[::-1], sites[::-1])
    assert check_json(forward) == check_json(backward)
    assert sites_json(forward) == sites_json(backward)
    order = [(found["path"], found["line"]) for found in json.loads(check_json(forward))["findings"]]
    assert order == [("a.py", 9), ("a.py", 10), ("b.py", 1)]


def test_hostile_name_is_escaped_and_comes_back() -> None:
    name = "evil\x1b\n\udcff\u202e.py"
    text = check_json(Analysis(ROOT, (Finding("NL902", "n", "warning", "high", Place(name, 1, 1, 1, 1), "m"),), ()))
    assert text.isascii()
    assert "\x1b" not in text
    assert json.loads(text)["findings"][0]["path"] == name
