"""Files that other processes look at are known as if this one had looked, and dead processes are no trouble."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from normlint import ahead, workspace
from normlint.discover import SourceFile, discover
from normlint.looking import look_at
from normlint.workspace import Workspace

FIXTURES = Path(__file__).parent.parent / "fixtures"
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few bytes are many."""
    monkeypatch.setattr(ahead, "WORTHWHILE", 100)
    monkeypatch.setattr(workspace, "_FEW_BYTES", 0)


def opened() -> Workspace:
    return Workspace(discover(FIXTURES, (FIXTURES,), lambda path, folder: False))


def counting(monkeypatch: pytest.MonkeyPatch, dies: Callable[[SourceFile], bool] = lambda file: False) -> list[str]:
    """The files that this process looks at; others die where they are told to."""
    seen: list[str] = []
    original, here = Workspace._look, os.getpid()

    def look(self: Workspace, file: SourceFile) -> object:
        seen.append(file.path)
        if os.getpid() != here and dies(file):
            os.kill(os.getpid(), signal.SIGKILL)
        return original(self, file)

    monkeypatch.setattr(Workspace, "_look", look)
    return seen


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("jobs", [2, 3])
def test_what_others_saw_is_what_this_process_sees(monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    alone, shared = opened(), opened()
    expected = {path: alone.look(path) for path in alone.files}
    seen = counting(monkeypatch)
    shared.looked(jobs)
    assert {path: shared.look(path) for path in shared.files} == expected
    assert len(seen) <= len(expected) / jobs + 1
    assert shared.kept() == alone.kept()


@pytest.mark.usefixtures("small")
def test_what_a_dead_process_has_not_told_is_looked_at_here(monkeypatch: pytest.MonkeyPatch) -> None:
    alone, shared = opened(), opened()
    expected = {path: alone.look(path) for path in alone.files}
    seen = counting(monkeypatch, dies=lambda file: True)
    shared.looked(2)
    assert {path: shared.look(path) for path in shared.files} == expected
    assert sorted(seen) == sorted(expected)


@pytest.mark.usefixtures("small")
def test_a_file_that_cannot_be_read_is_a_problem_once(tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d"):
        (tmp_path / f"{name}.py").write_text("import torch\n" * 20)
    project = Workspace(discover(tmp_path, (tmp_path,), lambda path, folder: False))
    (tmp_path / "b.py").unlink()
    project.looked(2)
    assert [path for path in project.files if project.look(path) is None] == ["b.py"]
    assert [place.path for place, _ in project.problems] == ["b.py"]


def test_small_projects_start_no_process() -> None:
    looked: list[str] = []
    assert look_at(["a.py", "b.py"], 1_000, 8, lambda path: looked.append(path)) == {}
    assert looked == []
