"""``normlint check -``"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from normlint.cli import main

SWAPPED = (
    "from torchvision import transforms as T\n\nN = T.Normalize([0.229, 0.224, 0.225], [0.485, 0.456, 0.406])\n"
)
USER = "from torchvision import transforms as T\nfrom stats import MEAN, STD\n\nN = T.Normalize(MEAN, STD)\n"


def run(text: str, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["check", *map(str, arguments)], input=text)


def test_without_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(SWAPPED, "-")
    assert result.exit_code == 1
    assert "stdin.py:3:5" in result.stdout
    assert "3 | N = T.Normalize(" in result.stdout
    assert os.listdir(tmp_path) == []
    assert run("x = 1\n", "-").exit_code == 0
    assert run("", "-").exit_code == 0


def test_in_its_project_and_instead_of_what_is_saved(tmp_path: Path) -> None:
    (tmp_path / "normlint.toml").write_text("[severity]\nNL305 = 'info'\n")
    (tmp_path / "stats.py").write_text("MEAN, STD = [0.229, 0.224, 0.225], [0.485, 0.456, 0.406]\n")
    (tmp_path / "use.py").write_text("x = 1\n")
    (tmp_path / "other.py").write_text(SWAPPED)
    for name in ("use.py", "new.py"):
        result = run(USER, "-", "--stdin-filename", tmp_path / name, "--format", "json")
        document = json.loads(result.stdout)
        assert [(finding["path"], finding["severity"]) for finding in document["findings"]] == [(name, "info")]
        assert result.exit_code == 0
    assert (tmp_path / "use.py").read_text() == "x = 1\n"
    assert not (tmp_path / "new.py").exists()


def test_fixed_on_standard_output(tmp_path: Path) -> None:
    (tmp_path / "normlint.toml").write_text("fix = true\nunsafe-fixes = true\n")
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "other.py").write_text(SWAPPED)
    name = ("--stdin-filename", tmp_path / "a.py")
    fixed = SWAPPED.replace("[0.229, 0.224, 0.225], [0.485, 0.456, 0.406]", "[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]")
    result = run(SWAPPED, "-", *name)
    assert (result.exit_code, result.stdout) == (0, fixed)
    assert result.stderr.startswith("Fixed 1 finding. No findings left.")
    assert run("x = 2\n", "-", *name).stdout == "x = 2\n"
    result = run(SWAPPED, "-", *name, "--no-unsafe-fixes")
    assert (result.exit_code, result.stdout) == (1, SWAPPED)
    assert (tmp_path / "a.py").read_text() == "x = 1\n"
    assert (tmp_path / "other.py").read_text() == SWAPPED


def test_differences_of_standard_input(tmp_path: Path) -> None:
    result = run(SWAPPED, "-", "--diff", "--unsafe-fixes", "--stdin-filename", tmp_path / "a.py")
    assert result.exit_code == 1
    assert result.stdout.startswith("--- a.py\n+++ a.py\n@@ -1,3 +1,3 @@\n")
    assert os.listdir(tmp_path) == []


def test_excluded_with_force(tmp_path: Path) -> None:
    options = ("-", "--stdin-filename", tmp_path / "gen" / "a.py", "--exclude", "gen/")
    assert run(SWAPPED, *options).exit_code == 1
    assert run(SWAPPED, *options, "--force-exclude").exit_code == 0


@pytest.mark.parametrize(("options", "message"), [
    (("-", "."), "- cannot be combined with other paths"), ((".", "--stdin-filename", "a.py"), "--stdin-filename needs -"),
])  # fmt: skip
def test_wrong_use(options: tuple[str, ...], message: str) -> None:
    result = run("", *options)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert message in result.stderr


def test_files_that_hold_nothing_to_check(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("normalize the image by 255\n")
    (tmp_path / "empty.py").write_text("")
    result = run("", tmp_path / "README.md", tmp_path / "empty.py")
    assert (result.exit_code, result.stdout) == (0, "No findings. 1 file checked, 0 with image code.\n")
