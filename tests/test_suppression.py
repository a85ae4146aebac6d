"""Comments that silence findings."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from normlint import text_sieve
from normlint.cli import main
from normlint.project import Settings, analyze
from normlint.settings.model import FileRules
from normlint.settings.patterns import PathPatterns
from normlint.suppression import scanning
from normlint.suppression.scanning import suppressions
from tests.schemas import sarif_violations

SWAPPED = "N = T.Normalize([0.229, 0.224, 0.225], [0.485, 0.456, 0.406])"
IMPORT = "from torchvision import transforms as T\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def reported(folder: Path, source: str, name: str = "a.py", **settings: object) -> list[str]:
    """Codes that are reported, those that are silenced in brackets."""
    (folder / name).write_text(source, encoding="utf-8")
    analysis = analyze((folder,), Settings(**settings))  # type: ignore[arg-type]
    return [finding.code for finding in analysis.findings] + [f"({finding.code})" for finding in analysis.silenced]


@pytest.mark.parametrize("source", [
    f"{SWAPPED}  # normlint: ignore[NL305] our camera",
    f"{SWAPPED}  # normlint: ignore",
    f"{SWAPPED}  # normlint:ignore[suspicious-stats]",
    f"{SWAPPED}  # noqa: X  # normlint: Ignore[nl3]",
    f"# normlint: ignore[NL305]\n{SWAPPED}",
    f"# normlint: ignore[NL305]\n\n# another comment\n{SWAPPED}",
    f"# normlint: ignore-file[NL305]\n\nx = 1\n{SWAPPED}",
    f"{SWAPPED}\n# normlint: ignore-file",
    "C = T.Compose([  # normlint: ignore[NL305]\n    T.ToTensor(),\n    " + SWAPPED[4:] + ",\n])",
    "C = T.Compose([\n    T.ToTensor(),\n    " + SWAPPED[4:] + ",\n])  # normlint: ignore[NL305]",
    "C = T.Compose([\n    T.ToTensor(),\n    " + SWAPPED[4:] + ",  # normlint: ignore[NL305]\n])",
    "C = T.Compose([\n    T.ToTensor(),\n    # normlint: ignore[NL305]\n    " + SWAPPED[4:] + ",\n])",
    "# normlint: ignore[NL305]\nC = T.Compose([\n    T.ToTensor(),\n    " + SWAPPED[4:] + ",\n])",
    "def f():\n    # normlint: ignore[NL305]\n    " + SWAPPED,
])  # fmt: skip
def test_silences(tmp_path: Path, source: str) -> None:
    assert reported(tmp_path, IMPORT + source + "\n") == ["(NL305)"]
    assert reported(tmp_path, IMPORT + source + "\n", suppressions=False) == ["NL305"]


@pytest.mark.parametrize("source", [
    f"{SWAPPED}  # normlint: ignore[NL201]",
    f"{SWAPPED}\n# normlint: ignore[NL305]\nx = 1",
    f"# normlint: ignore[NL305]\nx = 1\n{SWAPPED}",
    f"x = 1  # normlint: ignore[NL305]\n{SWAPPED}",
    "C = T.Compose([\n    T.ToTensor(),  # normlint: ignore[NL305]\n    " + SWAPPED[4:] + ",\n])",
    f"# normlint: ignore-file[NL201]\n{SWAPPED}",
    f"# normlint: ignore[NL399]\n{SWAPPED}",
])  # fmt: skip
def test_does_not_silence_and_is_named(tmp_path: Path, source: str) -> None:
    assert sorted(reported(tmp_path, IMPORT + source + "\n")) == ["NL305", "NL901"]


@pytest.mark.parametrize("source", [
    'x = "# normlint: ignore[NL305]"', "'''\n# normlint: ignore[NL305]\n'''", 'x = f"{y} # normlint: ignore"',
    "# normlint: ignored", "# normlint ignore", "# normlint: ignore-files", "# pynormlint:ignorance",
])  # fmt: skip
def test_what_is_no_suppression(tmp_path: Path, source: str) -> None:
    assert reported(tmp_path, f"{IMPORT}{source}\n") == []
    assert suppressions("a.py", source.encode()) == ()


TRAINING = IMPORT + "MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]\npipeline = T.Compose([\n" + (
    "    T.ToTensor(),\n    T.Normalize(MEAN, STD),{}\n])\n"
)
SHOWING = (
    "from train import pipeline\nfrom PIL import Image\n\n\ndef show(path):\n    x = pipeline(Image.open(path))\n"
    "    return (x * 0.5 + 0.5) * 255{}\n"
)


@pytest.mark.parametrize(("at_training", "at_showing", "codes"), [
    ("", "", ["NL103"]),
    ("", "  # normlint: ignore[NL103] kept for old models", ["(NL103)"]),
    ("  # normlint: ignore[NL103]", "", ["(NL103)"]),
    ("  # normlint: ignore[NL103]", "  # normlint: ignore[NL103]", ["(NL103)"]),
])  # fmt: skip
def test_at_either_end(tmp_path: Path, at_training: str, at_showing: str, codes: list[str]) -> None:
    (tmp_path / "train.py").write_text(TRAINING.format(at_training))
    assert reported(tmp_path, SHOWING.format(at_showing), "show.py") == codes


def test_ignore_file_counts_where_a_finding_is_reported(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("# normlint: ignore-file\n" + TRAINING.format(""))
    assert reported(tmp_path, SHOWING.format(""), "show.py") == ["NL103", "NL901"]


def notebook(*cells: str, indent: int | None = 1) -> str:
    return json.dumps({"cells": [
        {"cell_type": "code", "source": text.splitlines(keepends=True)} for text in cells
    ], "metadata": {}, "nbformat": 4}, indent=indent)  # fmt: skip


@pytest.mark.parametrize("indent", [1, None])
def test_in_a_notebook_cell(tmp_path: Path, indent: int | None) -> None:
    other = "x = 1\n"
    silent = notebook(IMPORT, f"{other}# normlint: ignore[NL305] why\n{SWAPPED}\n", indent=indent)
    assert reported(tmp_path, silent, "n.ipynb") == ["(NL305)"]
    elsewhere = notebook(IMPORT + "# normlint: ignore[NL305]\nx = 1", f"{SWAPPED}\n", indent=indent)
    assert sorted(reported(tmp_path, elsewhere, "n.ipynb")) == ["NL305", "NL901"]


def test_in_yaml() -> None:
    text = (
        'a: "# normlint: ignore"\nb: it\'s # normlint: ignore[NL105] b\n# normlint: ignore[NL105] c\n\n# more\nc: 1\n'
        "d: |\n  # normlint: ignore\ne: x#normlint: ignore\n"
    )
    found = suppressions("c.yaml", text.encode())
    assert [(one.place.line, one.first, one.last, one.reason) for one in found] == [(2, 2, 2, "b"), (3, 6, 6, "c")]


def test_in_yaml_as_large_as_is_read_for_its_keys() -> None:
    assert scanning.LARGEST == text_sieve.LARGEST
    line = "k: 1  # normlint: ignore[NL105]\n"
    for filler in ("# é漢\U0001f600 \n", "a: 'é漢\U0001f600 # none'\n"):
        text = filler * ((900_000 - 2 * len(line)) // len(filler.encode())) + line
        [found] = suppressions("c.yaml", text.encode())
        assert (found.place.line, found.place.column, found.first) == (text.count("\n"), 7, text.count("\n"))
    assert suppressions("c.yaml", (line + "a: 1\n" * 200_000).encode()) == ()


def test_json_has_no_comments(tmp_path: Path) -> None:
    sides = '{"train": {"mean": [0.485, 0.456, 0.406]}, "val": {"mean": [0.5, 0.5, 0.5]}}'
    (tmp_path / "a.json").write_text(sides)
    assert [finding.code for finding in analyze((tmp_path,)).findings] == ["NL105"]
    ignored = FileRules(PathPatterns.of(("*.json",)), ("NL105",))
    assert analyze((tmp_path,), Settings(per_file_ignores=(ignored,))).findings == ()


def test_only_rules_that_ran_are_judged(tmp_path: Path) -> None:
    source = IMPORT + "x = 1  # normlint: ignore[NL207] off by default\ny = 1  # normlint: ignore[NL103]\n"
    assert reported(tmp_path, source) == ["NL901"]
    assert reported(tmp_path, source, select=("NL9", "NL3")) == []
    assert reported(tmp_path, source, ignore=("NL901",)) == []
    assert reported(tmp_path, f"{IMPORT}x = 1  # normlint: ignore\n", ignore=("NL103",)) == []


def test_each_rule_of_a_comment_is_judged(tmp_path: Path) -> None:
    assert reported(tmp_path, f"{IMPORT}{SWAPPED}  # normlint: ignore[NL305, NL201]\n") == ["NL901", "(NL305)"]
    [finding] = analyze((tmp_path,)).findings
    assert "NL201" in finding.message and "NL305" not in finding.message
    assert not finding.fixable


def test_the_reason_is_kept(tmp_path: Path) -> None:
    reported(tmp_path, f"{IMPORT}{SWAPPED}  # normlint: ignore[NL305] - our camera\n")
    [finding] = analyze((tmp_path,)).silenced
    assert finding.silenced is not None
    assert (finding.silenced.reason, finding.silenced.place.line) == ("our camera", 2)


def test_summary_no_ignore_and_exit_code(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(f"{IMPORT}{SWAPPED}  # normlint: ignore[NL305]\n")
    result = run("check", tmp_path)
    assert (result.exit_code, result.stdout) == (
        0, "No findings. 1 file checked, 1 with image code; 1 finding silenced by comments.\n"
    )  # fmt: skip
    assert json.loads(run("check", "--format", "json", tmp_path).stdout)["summary"]["silenced"] == 1
    assert run("check", "--no-ignore", tmp_path).exit_code == 1


def test_sarif_marks_what_is_silenced(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(f"{IMPORT}{SWAPPED}  # normlint: ignore[NL305] our camera\n")
    document = json.loads(run("check", "--format", "sarif", tmp_path).stdout)
    [result] = document["runs"][0]["results"]
    [suppression] = result["suppressions"]
    assert (suppression["kind"], suppression["justification"]) == ("inSource", "our camera")
    assert suppression["location"]["physicalLocation"]["region"]["startLine"] == 2
    assert sarif_violations(document) == []


def test_the_fix_deletes_the_comment(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text(f"{IMPORT}# normlint: ignore[NL305]\nx = 1  # normlint: ignore[NL103] old\ny = 2\n")
    assert run("check", "--fix", tmp_path).exit_code == 0
    assert file.read_text() == f"{IMPORT}x = 1\ny = 2\n"


def test_a_hostile_file_takes_no_longer_than_another(tmp_path: Path) -> None:
    start = time.process_time()
    assert suppressions("a.py", b"(" * 50_000 + b"# normlint: ignore\n") != ()
    assert suppressions("a.py", b"# normlint: ignore" + b"[" * 300_000)
    assert len(suppressions("a.py", b"x = 1  # normlint: ignore\n" * 5_000)) == 5_000
    suppressions("a.yaml", b"# normlint: ignore\n" + b"[" * 3_000)
    assert time.process_time() - start < 5
