"""Who changes only the constants, or a config key, is told what breaks where they are used."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from normlint.cli import main

STATS = "MEAN = [0.485, 0.456, 0.406]\nSTD = [0.229, 0.224, 0.225]\nHALF = [0.5, 0.5, 0.5]\nOTHER = [0.1, 0.2, 0.3]\n"
USER = """\
from torchvision import transforms as T
import stats

pipelines = {
    "train": T.Compose([T.ToTensor(), T.Normalize(stats.MEAN, stats.STD)]),
    "val": T.Compose([T.ToTensor(), T.Normalize(stats.HALF, stats.HALF)]),
}
"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["check", "--no-cache", *map(str, arguments)])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "stats.py").write_text(STATS)
    (tmp_path / "user.py").write_text(USER)
    (tmp_path / "idle.py").write_text("from stats import MEAN\n")
    return tmp_path


def test_the_file_of_the_constants_is_an_end_of_the_finding(project: Path) -> None:
    result = run(project / "stats.py")
    assert result.exit_code == 1
    assert "NL101" in result.output and "--> user.py:6:37" in result.output
    assert [line.strip() for line in result.output.splitlines() if "the numbers" in line] == [
        "::: stats.py:3:9  the numbers", "::: stats.py:1:9  the numbers", "::: stats.py:2:8  the numbers",
    ]  # fmt: skip


def test_a_file_that_only_imports_them_is_none(project: Path) -> None:
    assert run(project / "idle.py").exit_code == 0


def test_constants_of_the_same_file_add_nothing(project: Path) -> None:
    (project / "user.py").write_text(STATS + USER.replace("import stats\n", "").replace("stats.", ""))
    result = run(project / "user.py")
    assert result.exit_code == 1
    assert "the numbers" not in result.output


def test_it_is_silenced_where_the_numbers_are(project: Path) -> None:
    (project / "stats.py").write_text(STATS.replace("[0.5, 0.5, 0.5]", "[0.5, 0.5, 0.5]  # normlint: ignore[NL101] on purpose"))
    result = run(project / "user.py")
    assert (result.exit_code, "1 finding silenced" in result.output) == (0, True), result.output
