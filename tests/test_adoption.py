"""What a project takes over: ``normlint init``, the GitHub action, shell completion."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from normlint import __version__
from normlint.cli import main
from normlint.proposals import requirement
from normlint.settings.resolve import resolve

ROOT = Path(__file__).parent.parent
SWAPPED = "from torchvision import transforms as T\n\nN = T.Normalize([0.229, 0.224, 0.225], [0.485, 0.456, 0.406])\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def test_init_prints_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    result = run("init", tmp_path)
    assert result.exit_code == 0, result.output
    for name in ("normlint.toml", ".pre-commit-config.yaml", ".github/workflows/normlint.yml"):
        assert f"# New file {name}\n" in result.stdout
    assert os.listdir(tmp_path) == [".git"]


def test_init_writes_what_is_missing_and_keeps_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"')
    (tmp_path / ".pre-commit-config.yaml").write_text("repos: []\n")
    (tmp_path / "third_party").mkdir()
    result = run("init", "--write", tmp_path)
    assert result.exit_code == 0, result.output
    assert "Added to pyproject.toml" in result.stdout and "# Add to .pre-commit-config.yaml" in result.stdout
    assert (tmp_path / "pyproject.toml").read_text().startswith('[project]\nname = "x"\n\n[tool.normlint]\n')
    settings = resolve([tmp_path]).settings
    assert (settings.fail_on, settings.exclude.match("third_party/a.py")) == ("error", True)
    assert (tmp_path / ".pre-commit-config.yaml").read_text() == "repos: []\n"
    job = yaml.safe_load((tmp_path / ".github" / "workflows" / "normlint.yml").read_text())["jobs"]["normlint"]
    assert job["steps"][-1] == {"run": "normlint check --format github"}
    assert job["steps"][0]["with"] == {"persist-credentials": False}
    pinned = [step["uses"] for step in job["steps"] if "uses" in step]
    assert pinned and all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", uses) for uses in pinned)
    before = (tmp_path / "pyproject.toml").read_bytes()
    assert run("init", "--write", tmp_path).exit_code == 0
    assert (tmp_path / "pyproject.toml").read_bytes() == before


def test_init_writes_nothing_outside_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "project" / ".git").mkdir(parents=True)
    (tmp_path / "project" / ".github").symlink_to(tmp_path / "outside", target_is_directory=True)
    result = run("init", "--write", tmp_path / "project")
    assert (result.exit_code, "leads out of" in result.stderr) == (2, True), result.output
    assert os.listdir(tmp_path / "outside") == []


@pytest.mark.parametrize(("origin", "expected"), [
    (None, f"normlint=={__version__}"),
    ({"dir_info": {"editable": True}, "url": "file:///home/me/normlint"}, f"normlint=={__version__}"),
    ({"vcs_info": {"vcs": "git", "commit_id": "a" * 40}, "url": "https://example.org/n.git"},
     f"normlint @ git+https://example.org/n.git@{'a' * 40}"),
    ({"vcs_info": {"vcs": "git", "commit_id": "a" * 40}, "url": 'https://example.org/";rm -r'}, f"normlint=={__version__}"),
])  # fmt: skip
def test_init_proposes_what_is_installed(origin: object, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Installed:
        def read_text(self, name: str) -> str | None:
            assert name == "direct_url.json"
            return None if origin is None else json.dumps(origin)

    monkeypatch.setattr("importlib.metadata.distribution", lambda name: Installed())
    assert requirement() == expected


def test_init_proposes_gitlab_where_that_is_used(tmp_path: Path) -> None:
    (tmp_path / ".gitlab-ci.yml").write_text("stages: [test]\n")
    (tmp_path / ".git").mkdir()
    result = run("init", tmp_path)
    assert "codequality: gl-code-quality-report.json" in result.stdout
    assert ".github" not in result.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash")
def test_the_check_of_the_action(tmp_path: Path) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    step = action["runs"]["steps"][1]
    assert all("${{" not in step["run"] for step in action["runs"]["steps"]), "inputs must not become part of a script"
    assert set(action["inputs"]) == {"paths", "arguments", "sarif"}
    program = tmp_path / "bin" / "normlint"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m normlint "$@"\n')
    program.chmod(0o755)
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.py").write_text(SWAPPED)
    environment = os.environ | {"NORMLINT": str(program)}

    def check(paths: str, arguments: str = "", sarif: str = "") -> subprocess.CompletedProcess[str]:
        inputs = {"NORMLINT_PATHS": paths, "NORMLINT_ARGUMENTS": arguments, "NORMLINT_SARIF": sarif}
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        return subprocess.run(command, cwd=project, env=environment | inputs, capture_output=True, text=True, check=False)

    done = check(".", sarif="out.sarif")
    assert done.returncode == 1, done.stderr
    assert "::warning file=a.py" in done.stdout or "::warning " in done.stdout
    assert (project / "out.sarif").is_file()
    assert check(".", "--fail-on error --no-notebooks").returncode == 0
    assert check("$(touch pwned)").returncode == 2
    assert not (project / "pwned").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completion(shell: str) -> None:
    environment = os.environ | {"_NORMLINT_COMPLETE": f"{shell}_source"}
    code = "import sys; sys.argv[0] = 'normlint'; from normlint.cli import main; main(prog_name='normlint')"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert "_NORMLINT_COMPLETE" in done.stdout, done.stderr
