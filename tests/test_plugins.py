"""Rules from installed packages: the example of the documentation, and packages that cannot be used."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parent.parent / "docs" / "plugins.md").read_text(encoding="utf-8")
USER = "from torchvision import transforms as T\n\nN = T.Compose([T.ToTensor(), T.Normalize([0.5] * 3, [0.5] * 3)])\n"


def block(language: str, holding: str) -> str:
    """The block of the page in a language that holds a text."""
    return next(text for text in re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL) if holding in text)


def install(folder: Path, module: str, entry: str) -> None:
    """What an installer would put into a folder of packages."""
    metadata = folder / "acme_normlint-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-normlint\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[normlint.rules]\nacme = {entry}\n")
    (folder / "acme_normlint.py").write_text(module)


def run(packages: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(packages)}
    command = [sys.executable, "-m", "normlint", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    (project / "normlint.toml").write_text('plugins = ["acme-normlint"]\n')
    (project / "a.py").write_text(USER)
    return project


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    entry = re.search(r'acme = "(.*)"', block("toml", "entry-points"))
    assert entry is not None
    install(tmp_path / "packages", block("python", "acme_normlint"), entry[1])
    return tmp_path / "packages"


def test_the_documented_example(folder: Path, packages: Path) -> None:
    done = run(packages, folder, "check", "--format", "json")
    assert done.returncode == 1, done.stderr
    [finding] = json.loads(done.stdout)["findings"]
    assert (finding["rule"], finding["name"], finding["line"]) == ("ACME001", "house-stats", 3)
    assert "not with the stats of our camera" in finding["message"]
    assert run(packages, folder, "check", "--severity", "house-stats=info").returncode == 0
    assert run(packages, folder, "check", "--ignore", "ACME").returncode == 0
    (folder / "a.py").write_text(USER.replace("])\n", "])  # normlint: ignore[ACME001] bought pictures\n"))
    assert run(packages, folder, "check").returncode == 0
    (folder / "a.py").write_text(USER.replace("[0.5] * 3, [0.5] * 3", "[0.41, 0.42, 0.43], [0.21, 0.22, 0.23]"))
    assert run(packages, folder, "check").returncode == 0


def test_it_is_listed_explained_and_in_sarif(folder: Path, packages: Path) -> None:
    assert "ACME001  house-stats" in run(packages, folder, "rules").stdout
    assert "A normalize with other stats than those of our camera." in run(packages, folder, "explain", "acme001").stdout
    tool = json.loads(run(packages, folder, "check", "--format", "sarif").stdout)["runs"][0]["tool"]["driver"]
    assert "ACME001" in [rule["id"] for rule in tool["rules"]]


def test_what_is_not_named_is_not_run(folder: Path, packages: Path) -> None:
    assert run(packages, folder, "check", "--isolated").returncode == 0
    assert "ACME001" not in run(packages, folder.parent, "rules").stdout


RULE = 'from normlint.rules.registry import Rule\nRULE = Rule("{}", "{}", "error", True, check)\n'


@pytest.mark.parametrize(("module", "message"), [
    (None, "plugin acme-normlint is not installed"),
    ("raise ImportError('no torch')", "acme_normlint:RULE cannot be loaded: ImportError: no torch"),
    ("RULE = 3", "is no rule and no list of rules"),
    ("def check(facts): yield\n" + RULE.format("NL001", "a-b"), "a code is ABC123, not NL..."),
    ("def check(facts): yield\n" + RULE.format("ACME001", "wrong-inverse"), "two rules are called ACME001 wrong-inverse"),
    ("def check(facts):\n    yield 1 / 0\n" + RULE.format("ACME001", "a-b"), "ACME001 failed: ZeroDivisionError"),
])  # fmt: skip
def test_what_cannot_be_used_is_one_line(folder: Path, tmp_path: Path, module: str | None, message: str) -> None:
    if module is not None:
        install(tmp_path / "packages", module, "acme_normlint:RULE")
    done = run(tmp_path / "packages", folder, "check")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert message in done.stderr


def test_code_of_the_project_under_audit_is_never_run(folder: Path) -> None:
    install(folder, "print('run')\nRULE = []", "acme_normlint:RULE")
    done = run(folder, folder, "check")
    assert (done.returncode, done.stdout) == (2, "")
    assert "code of that is never run" in done.stderr
