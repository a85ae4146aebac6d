"""The progress bar: late, at a terminal only, and gone at the end."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from normlint.commands import progress
from normlint.commands.progress import Bar, progress_bar
from normlint.project import analyze

DEMO = Path(__file__).parent.parent / "fixtures" / "demo"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_bar_waits_and_does_not_flicker() -> None:
    now = [0.0]
    stream = Terminal()
    bar = Bar(stream, lambda: now[0])
    for now[0] in (0.5, 1.0, 1.05, 1.2):
        bar(int(now[0] * 100), 200)
    drawn = stream.getvalue().split("\r")[1:]
    assert [line.split("] ")[1] for line in drawn] == ["100/200 files", "120/200 files"]
    assert drawn[0].count("#") == progress.WIDTH // 2
    bar.clear()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_short_run_draws_nothing() -> None:
    stream = Terminal()
    bar = Bar(stream)
    bar(1, 10)
    bar.clear()
    assert stream.getvalue() == ""


def test_only_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TERM", raising=False)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress_bar() as bar:
        assert bar is None
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress_bar() as bar:
        assert bar is not None
    with progress_bar(wanted=False) as bar:
        assert bar is None
    monkeypatch.setenv("TERM", "dumb")
    with progress_bar() as bar:
        assert bar is None


def test_analysis_reports_every_file() -> None:
    seen: list[tuple[int, int]] = []
    analysis = analyze((DEMO,), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(done, analysis.files_seen) for done in range(analysis.files_seen)]


def test_bar_of_a_real_run_goes_to_the_terminal_and_not_to_the_report() -> None:
    pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")
    code = (
        "import normlint.commands.progress as progress\nprogress.PATIENCE = progress.INTERVAL = 0.0\n"
        f"from normlint.cli import main\nmain(['check', '--no-cache', '--format=concise', '--exit-zero', {str(DEMO)!r}])\n"
    )
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm"}
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=environment) as run:
        os.close(theirs)
        assert run.stdout is not None
        report = run.stdout.read()
    shown = os.read(ours, 10_000)
    os.close(ours)
    assert run.returncode == 0
    assert b"files" in shown and shown.endswith(b"\r\x1b[K")
    assert b"\r" not in report and report.startswith(b"train.py:17:9: ")
