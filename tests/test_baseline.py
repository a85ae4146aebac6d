"""Findings that were there before: the baseline file and ``--since``."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from normlint.baseline.file import BaselineError, dump, load
from normlint.baseline.matching import Entry, match
from normlint.cli import main
from normlint.context import normalized
from normlint.findings import Finding, Related
from normlint.places import Place
from tests.schemas import sarif_violations

IMPORT = "from torchvision import transforms as T\n"
SWAPPED = "N = T.Normalize([0.229, 0.224, 0.225], [0.485, 0.456, 0.406])\n"
OTHER = "M = T.Normalize([0.485, 0.456, 0.406], [0.485, 0.456, 0.406])\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project with one known finding."""
    (tmp_path / "normlint.toml").write_text('baseline = "known.json"\n')
    (tmp_path / "a.py").write_text(IMPORT + SWAPPED)
    result = run("baseline", tmp_path)
    assert result.exit_code == 0, result.output
    assert result.stdout.endswith("known.json: 1 known finding\n")
    return tmp_path


def lines(result: Result) -> list[str]:
    return [line.split(" ")[0] for line in result.stdout.splitlines() if ": NL" in line]


def concise(folder: Path, *options: str | Path) -> list[str]:
    return lines(run("check", "--format", "concise", *options, folder))


def test_what_is_known_is_not_reported(tree: Path) -> None:
    result = run("check", tree)
    assert (result.exit_code, result.stdout) == (0, "No findings. 1 file checked, 1 with image code; 1 finding known before.\n")
    assert run("check", "--no-baseline", tree).exit_code == 1
    assert run("check", "--isolated", tree).exit_code == 1


@pytest.mark.parametrize("text", [
    "\n\n\n" + IMPORT + "x = 1\n" + SWAPPED,
    IMPORT + "N = T.Normalize(\n    [0.229, 0.224, 0.225],  # a\n    [0.485, 0.456, 0.406],\n)\n",
    IMPORT + "def f():\n    " + SWAPPED,
    IMPORT + "unrelated = T.Resize(3)\n" + SWAPPED + "more = 1\n",
])  # fmt: skip
def test_moved_lines_and_formatting_change_nothing(tree: Path, text: str) -> None:
    (tree / "a.py").write_text(text)
    assert concise(tree) == []


def test_other_numbers_are_new(tree: Path) -> None:
    (tree / "a.py").write_text(IMPORT + OTHER)
    assert concise(tree) == ["a.py:2:5:"]


def test_a_second_identical_mistake_is_new(tree: Path) -> None:
    (tree / "a.py").write_text(IMPORT + SWAPPED + SWAPPED)
    assert concise(tree) == ["a.py:3:5:"]
    (tree / "a.py").write_text(IMPORT + SWAPPED)
    (tree / "b.py").write_text(IMPORT + SWAPPED)
    assert concise(tree) == ["b.py:2:5:"]
    assert concise(tree / "a.py") == []


def test_a_renamed_file_keeps_its_findings_a_moved_mistake_does_not(tree: Path) -> None:
    (tree / "a.py").rename(tree / "b.py")
    assert concise(tree) == []
    (tree / "a.py").write_text("x = 1\n")
    assert concise(tree) == ["b.py:2:5:"]


def test_stale_entries_are_named_and_pruned(tree: Path) -> None:
    (tree / "a.py").write_text(IMPORT + OTHER)
    assert "The baseline knows 1 finding more than there are: `normlint baseline --prune`." in run("check", tree).stdout
    assert json.loads(run("check", "--format", "json", tree).stdout)["summary"]["stale"] == 1
    assert "baseline knows" not in run("check", "--select", "NL1", tree).stdout
    assert run("baseline", "--prune", tree).stdout.endswith("known.json: 0 known findings\n")
    assert load(tree / "known.json") == ()
    assert concise(tree) == ["a.py:2:5:"]


def test_the_other_half_of_a_finding_belongs_to_it() -> None:
    place, ends = Place("show.py", 4, 1, 4, 9), (Related(Place("train.py", 3, 1, 3, 5), "normalized here"),)

    def finding(line: int, *context: str) -> Finding:
        message = f"not what train.py:{line} does"
        return Finding("NL103", "denormalize-mismatch", "error", "high", place, message, "", ends, context=context)

    assert finding(3, "a", "b").content == finding(30, "a", "b").content
    assert finding(3, "a", "b").content != finding(3, "a", "c").content


def test_counts() -> None:
    found = [Finding("NL1", "x", "error", "high", Place("a.py", line, 1, line, 2), "m") for line in (1, 2, 3)]
    entry = Entry("a.py", "NL1", found[0].content, 2)
    matched = match(found, [entry], {"a.py"})
    assert matched.known == {id(found[0]), id(found[1])} and not matched.stale
    assert match(found[:1], [entry], {"a.py"}).stale == (Entry("a.py", "NL1", entry.content, 1),)


def test_normalized_text() -> None:
    assert normalized('f(\n  "a",  # why\n  b,\n)') == normalized("f('a', b)")
    assert normalized("# only a comment") == "#onlyacomment"


def test_sarif_marks_what_is_new(tree: Path) -> None:
    (tree / "a.py").write_text(IMPORT + SWAPPED + OTHER)
    document = json.loads(run("check", "--format", "sarif", tree).stdout)
    assert sorted(result["baselineState"] for result in document["runs"][0]["results"]) == ["new", "unchanged"]
    assert sarif_violations(document) == []


@pytest.mark.parametrize(("text", "reason"), [
    (None, "cannot read"), ("{", "no valid JSON"), ("[]", "no list of entries"), ('{"entries": []}', "version None"),
    ('{"version": 1, "entries": [{"path": "a"}]}', "entry 1 needs"), ("[" * 100_000, "no valid JSON"),
    ('{"version": 1, "entries": [{"path": "a", "rule": "b", "content": "c", "count": 0}]}', "entry 1 needs"),
])  # fmt: skip
def test_a_file_that_cannot_be_used(tree: Path, text: str | None, reason: str) -> None:
    (tree / "known.json").unlink()
    if text is not None:
        (tree / "known.json").write_text(text)
    with pytest.raises(BaselineError, match=reason):
        load(tree / "known.json")
    result = run("check", tree)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)


def test_file_is_stable_and_one_entry_a_line(tree: Path) -> None:
    (tree / "b.py").write_text(IMPORT + SWAPPED + OTHER)
    run("baseline", tree)
    first = (tree / "known.json").read_bytes()
    assert dump(load(tree / "known.json")) == first
    assert len(first.splitlines()) == 3 + 3 + 2
    run("baseline", tree / "a.py")
    assert (tree / "known.json").read_bytes() == first


def test_since_a_commit_leaves_the_work_tree_alone(tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "a.py").write_text(IMPORT + SWAPPED)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    (tmp_path / "pkg" / "a.py").write_text("\n" + IMPORT + OTHER + SWAPPED)
    (tmp_path / "pkg" / "b.py").write_text(IMPORT + SWAPPED)
    git(tmp_path, "add", "pkg/b.py")
    before = git(tmp_path, "status", "--porcelain")
    assert concise(tmp_path) == ["pkg/a.py:3:5:", "pkg/a.py:4:5:", "pkg/b.py:2:5:"]
    assert concise(tmp_path, "--since", "HEAD") == ["pkg/a.py:3:5:", "pkg/b.py:2:5:"]
    assert concise(tmp_path / "pkg" / "b.py", "--since", "main") == ["pkg/b.py:2:5:"]
    assert git(tmp_path, "status", "--porcelain") == before
    assert git(tmp_path, "stash", "list") == "" and len(git(tmp_path, "worktree", "list").splitlines()) == 1
    (tmp_path / "pkg" / "normlint.toml").write_text("")
    assert concise(tmp_path / "pkg", "--since", "HEAD") == ["a.py:3:5:", "b.py:2:5:"]


@pytest.mark.parametrize("revision", ["nonsense", "--output=x", "HEAD:a.py", ""])
def test_since_what_is_no_commit(tree: Path, revision: str) -> None:
    git(tree, "init", "-q")
    result = run("check", f"--since={revision}", tree)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1), result.output
    assert result.stderr.startswith(f"normlint: error: --since {revision}: ")


def test_since_outside_of_git(tree: Path) -> None:
    result = run("check", "--since", "HEAD", tree)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "not a git repository" in result.stderr
