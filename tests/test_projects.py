"""Whole small projects, each kind of link between files as a wrong and a right twin."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from normlint.project import analyze

PROJECTS = Path(__file__).parent.parent / "fixtures" / "projects"
TWINS = sorted(path for path in PROJECTS.glob("*/*") if path.is_dir())
EXPECT = re.compile(r"#\s*expect:\s*([A-Z0-9, ]+)")


def expected(folder: Path) -> set[tuple[str, int, str]]:
    """(path, line, code) of the comments ``# expect: NL103``."""
    return {
        (path.relative_to(folder).as_posix(), number, code.strip())
        for path in folder.rglob("*")
        if path.is_file()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (match := EXPECT.search(line))
        for code in match[1].split(",")
    }


@pytest.mark.parametrize("twin", TWINS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_project(twin: Path, tmp_path: Path) -> None:
    wanted = expected(twin)
    assert bool(wanted) == (twin.name == "wrong")
    project = tmp_path / "project"
    shutil.copytree(twin, project)
    (project / "normlint.toml").touch()
    analysis = analyze((project,))
    assert {(f.place.path, f.place.line, f.code) for f in analysis.findings} == wanted
