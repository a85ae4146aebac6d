"""Every command of the page that compares normlint with its peers exits, and prints, what the page says."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from normlint.cli import main

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "comparison.md").read_text(encoding="utf-8")
SHOWN = re.compile(r"`(?P<command>[^`]+)` → (?P<code>\d)(?: `(?P<text>[^`]+)`)?$")
ROWS = [re.split(r"(?<!\\)\|", line.strip().strip("|")) for line in PAGE.splitlines() if re.match(r"\| [^-|]", line)]

pytestmark = pytest.mark.skipif(shutil.which("bash") is None or shutil.which("git") is None, reason="bash and git")


@pytest.fixture(scope="session")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, committed to git, with what was read of it in the cache, and ``normlint`` on the path beside it."""
    folder = tmp_path_factory.mktemp("comparison")
    shutil.copytree(ROOT / "fixtures" / "demo", folder / "project", ignore=shutil.ignore_patterns(".normlint_cache"))
    program = folder / "bin" / "normlint"
    program.parent.mkdir()
    start = "from normlint.cli import main; main(prog_name='normlint')"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{start}" "$@"\n')
    program.chmod(0o755)
    for command in ("git init -q", "git add -A", "git -c user.name=a -c user.email=a@b.c commit -qm start", "normlint check -q"):
        run(command, folder / "project")
    return folder


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") and k not in {"NO_COLOR", "FORCE_COLOR"}}
    environment = kept | {"PATH": f"{folder.parent / 'bin'}{os.pathsep}{os.environ['PATH']}", "GIT_CONFIG_GLOBAL": os.devnull}
    bash = ["bash", "--noprofile", "--norc", "-c", command]
    return subprocess.run(
        bash, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=False
    )


def test_every_row_is_complete() -> None:
    assert len(ROWS) > 70
    for cells in ROWS:
        assert len(cells) == 7, cells
        assert SHOWN.search(cells[-1].strip()), cells


@pytest.mark.parametrize("cells", ROWS, ids=lambda cells: cells[0].strip())
def test_command(cells: list[str], committed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = SHOWN.search(cells[-1].strip())
    assert shown is not None
    project = tmp_path / "copy" / "project"
    shutil.copytree(committed / "project", project)
    words = shlex.split(shown["command"])
    if words[0] == "normlint" and not set(shown["command"]) & set("|;&<>$="):
        # Most need no shell, and no process.
        monkeypatch.chdir(project)
        result = CliRunner().invoke(main, words[1:])
        code, output = result.exit_code, result.output
    else:
        shutil.copytree(committed / "bin", tmp_path / "copy" / "bin")
        done = run(shown["command"].replace("\\|", "|"), project)
        code, output = done.returncode, done.stdout
    assert str(code) == shown["code"], output
    assert (shown["text"] or "") in output
