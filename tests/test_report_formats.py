"""SARIF, GitHub, GitLab and JUnit: valid, escaped, in order, and several at once."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from normlint.cli import main
from normlint.findings import Finding, Related, Severity
from normlint.places import Place
from normlint.project import Analysis, analyze
from normlint.report.formats import FORMATS, Appearance, render
from normlint.rules import RULES
from normlint.writing import write_atomically
from tests.schemas import sarif_violations

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "fixtures" / "demo"
HOSTILE = "evil\x1b[31m\n::set-output,\udcff\u202e\ufffe<&>\"'%.py"


def finding(path: str, line: int, severity: Severity = "error", message: str = "m", *related: Related) -> Finding:
    return Finding("NL103", "denormalize-mismatch", severity, "high", Place(path, line, 3, line, 9), message, "here", related)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture(scope="module")
def demo() -> Analysis:
    return analyze((DEMO,))


@pytest.fixture
def hostile(tmp_path: Path) -> Analysis:
    related = Related(Place("n.ipynb", 7, 9, 7, 12, 2, 1), "see [this](1) \\ %0A ::")
    found = finding(HOSTILE, 1, "error", "100% wrong\r\n::error::injected [a](2) {0} \x00\uffff]]>", related)
    return Analysis(tmp_path, (found, found), (), 1, 1)


def results(analysis: Analysis) -> list[dict[str, object]]:
    document = json.loads(render("sarif", analysis, Appearance()))
    assert sarif_violations(document) == []
    answer: list[dict[str, object]] = document["runs"][0]["results"]
    return answer


def test_sarif_of_the_demo(demo: Analysis) -> None:
    found = results(demo)
    assert [result["ruleId"] for result in found] == [finding.code for finding in demo.findings]
    prints = [json.dumps(result["partialFingerprints"]) for result in found]
    assert len(set(prints)) == len(prints)
    document = json.loads(render("sarif", demo, Appearance()))
    rules = document["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in RULES]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in found)  # type: ignore[index,call-overload]
    assert all("```python" in rule["help"]["markdown"] and "```" not in rule["help"]["text"] for rule in rules[:3])


def test_sarif_fixes_can_be_applied(demo: Analysis) -> None:
    found = next(result for result in results(demo) if result["ruleId"] == "NL202")
    fix = found["fixes"][0]  # type: ignore[index]
    assert fix["description"]["text"]
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"] == {"uri": "fixtures/demo/visualize.py", "uriBaseId": "%SRCROOT%"}
    lines = (DEMO / "visualize.py").read_text(encoding="utf-8").splitlines()
    for replacement in reversed(change["replacements"]):
        region = replacement["deletedRegion"]
        assert region["startLine"] == region["endLine"]
        line = lines[region["startLine"] - 1]
        inserted = replacement["insertedContent"]["text"]
        lines[region["startLine"] - 1] = line[: region["startColumn"] - 1] + inserted + line[region["endColumn"] - 1 :]
    assert "return picture.permute(1, 2, 0).clamp(0, 255).to(torch.uint8).numpy()" in lines[25]


def test_sarif_flow_leads_from_the_picture_to_the_finding(demo: Analysis) -> None:
    clamp = next(result for result in results(demo) if result["ruleId"] == "NL202")
    flow = clamp["codeFlows"][0]["threadFlows"][0]["locations"]  # type: ignore[index]
    lines = [step["location"]["physicalLocation"]["region"]["startLine"] for step in flow]
    assert lines == [37, 10, 11, 25, 25, 25, 26]
    assert flow[-2]["location"]["message"]["text"] == "multiply by 255: -142.5..464.1, float32, RGB"


def test_sarif_paths_are_relative_to_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    project = tmp_path / "ml" / "a b"
    project.mkdir(parents=True)
    analysis = Analysis(project, (finding("x#y:z.py", 1),), ())
    location = results(analysis)[0]["locations"][0]["physicalLocation"]["artifactLocation"]  # type: ignore[index]
    assert location == {"uri": "ml/a%20b/x%23y%3Az.py", "uriBaseId": "%SRCROOT%"}
    assert "file=ml/a b/x#y%3Az.py," in render("github", analysis, Appearance())
    assert json.loads(render("gitlab", analysis, Appearance()))[0]["location"]["path"] == "ml/a b/x#y:z.py"


def test_sarif_of_hostile_input(hostile: Analysis) -> None:
    text = render("sarif", hostile, Appearance())
    assert text.isascii()
    result = results(hostile)[0]
    message = result["message"]["text"]  # type: ignore[index]
    assert "[a\\](2)" in message
    assert message.endswith("See: [see \\[this\\](1) \\\\ %0A ::](1).")
    location = result["relatedLocations"][0]  # type: ignore[index]
    assert location["logicalLocations"] == [{"fullyQualifiedName": "cells[2]", "kind": "cell"}]
    assert location["message"]["text"].endswith("(cells[2] line 1)")


def test_sarif_columns_of_a_notebook_are_those_of_the_raw_file(tmp_path: Path) -> None:
    code = "import torchvision.transforms as T\ns = '\"\U0001f600\t'; t = T.Normalize([0.5], [0])"
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": code.splitlines(keepends=True)}
    (tmp_path / "n.ipynb").write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1))
    region = results(analyze((tmp_path,)))[0]["locations"][0]["physicalLocation"]["region"]  # type: ignore[index]
    raw = (tmp_path / "n.ipynb").read_text().splitlines()[region["startLine"] - 1]
    assert raw[region["startColumn"] - 1 : region["endColumn"] - 1] == "T.Normalize([0.5], [0])"


def test_github_commands_cannot_be_injected(hostile: Analysis) -> None:
    lines = render("github", hostile, Appearance(quiet=True)).splitlines()
    assert len(lines) == 2
    properties, _, message = lines[0].removeprefix("::error ").partition("::")
    assert properties.count(",") == 5
    assert properties.startswith("file=evil%0A".replace("%0A", "\x1b[31m%0A%3A%3Aset-output%2C"))
    assert message.startswith("100%25 wrong\\r\\n::error::injected")
    assert message.count("%0A") == 1


def test_github_errors_come_first() -> None:
    found = (finding("a.py", 1, "info"), finding("b.py", 2, "warning"), finding("c.py", 3), finding("c.py", 1))
    lines = render("github", Analysis(Path("/anywhere"), found, ()), Appearance(quiet=True)).splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "::error file=c.py", "::error file=c.py", "::warning file=b.py", "::notice file=a.py",
    ]  # fmt: skip
    assert "line=1" in lines[0]


def test_github_has_no_columns_for_several_lines() -> None:
    wide = Finding("NL103", "n", "error", "high", Place("a.py", 1, 3, 4, 2), "m")
    line = render("github", Analysis(Path("/anywhere"), (wide,), ()), Appearance(quiet=True))
    assert line == "::error file=a.py,line=1,endLine=4,title=NL103 n::m"


def test_gitlab_fingerprints_are_unique(hostile: Analysis) -> None:
    issues = json.loads(render("gitlab", hostile, Appearance()))
    assert [set(issue) for issue in issues] == [{"description", "check_name", "fingerprint", "severity", "location"}] * 2
    assert issues[1]["fingerprint"] == issues[0]["fingerprint"] + ":2"
    assert "\x1b" not in issues[0]["description"]
    assert issues[0]["severity"] == "major"
    assert json.loads(render("gitlab", Analysis(Path("/anywhere"), (), ()), Appearance())) == []


def test_junit_counts(demo: Analysis) -> None:
    root = ElementTree.fromstring(render("junit", demo, Appearance()))
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("6", "6", "0")
    assert [suite.get("name") for suite in root] == ["train.py", "visualize.py"]
    found = (finding("a.py", 1, "info"), finding("a.py", 2))
    suite = ElementTree.fromstring(render("junit", Analysis(Path("/anywhere"), found, ()), Appearance()))[0]
    assert [case[0].tag for case in suite] == ["skipped", "failure"]
    clean = ElementTree.fromstring(render("junit", Analysis(Path("/anywhere"), (), ()), Appearance()))
    assert (clean.get("tests"), clean.get("failures")) == ("1", "0")


def test_junit_of_hostile_input(hostile: Analysis) -> None:
    text = render("junit", hostile, Appearance())
    assert text.isascii()
    case = ElementTree.fromstring(text)[0][0]
    assert case.get("file") == "evil\\x1b[31m\\n::set-output,\\xff\\u202e\\ufffe<&>\"'%.py"
    assert "\\x00\\uffff]]>" in str(case[0].text)


def test_order_does_not_depend_on_the_run() -> None:
    found = tuple(finding(path, line) for path, line in (("b.py", 1), ("a.py", 10), ("a.py", 9)))
    forward, backward = Analysis(ROOT, found, ()), Analysis(ROOT, found[::-1], ())
    for name in FORMATS:
        assert render(name, forward, Appearance()) == render(name, backward, Appearance())


def test_several_formats_at_once(tmp_path: Path) -> None:
    files = {name: tmp_path / f"out.{name}" for name in ("sarif", "junit", "text")}
    asked = [f"--format={name}={file}" for name, file in files.items()]
    result = run("check", str(DEMO), "--color=always", "--format=concise", *asked)
    assert result.exit_code == 1, result.output
    assert result.stdout.count("\n") == 8
    assert sarif_violations(json.loads(files["sarif"].read_text(encoding="utf-8"))) == []
    ElementTree.parse(files["junit"])
    assert "\x1b" not in files["text"].read_text(encoding="utf-8")
    assert sorted(os.listdir(tmp_path)) == ["out.junit", "out.sarif", "out.text"]
    alone = run("check", str(DEMO), f"--format=json={files['text']}")
    assert (alone.exit_code, alone.stdout) == (1, "")


@pytest.mark.parametrize("asked", [["text", "json"], ["json=a", "sarif=a"], ["sarif="], ["xml"]])
def test_formats_that_cannot_be(asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("check", *(f"--format={name}" for name in asked))
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_unwritable_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    result = run("check", str(tmp_path), f"--format=json={tmp_path / 'missing' / 'out.json'}")
    assert result.exit_code == 2
    assert result.stderr.startswith("normlint: error: cannot write ")
    assert result.stderr.count("\n") == 1


def test_atomic_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, link = tmp_path / "out", tmp_path / "link"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert (target.read_bytes(), stat.S_IMODE(target.stat().st_mode)) == (b"new", 0o640)

    def full(*_: object) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="no space"):
        write_atomically(target, b"newer")
    assert target.read_bytes() == b"new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "out"]


def test_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.touch()
    write_atomically(tmp_path / "made", b"")
    assert (tmp_path / "made").stat().st_mode == usual.stat().st_mode


def test_hyperlinks_lead_to_pages_that_exist(demo: Analysis) -> None:
    shown = render("concise", demo, Appearance(links=True, quiet=True))
    plain = render("concise", demo, Appearance(quiet=True))
    if "\x1b]8;;" in shown:
        target = shown.split("\x1b]8;;")[1].split("\x1b\\")[0]
        assert target.endswith("docs/rules/NL101.md")
    assert "\x1b" not in plain
