"""The command line: exit codes, streams, options."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import normlint
from normlint import project
from normlint.cli import COMMANDS, main
from normlint.findings import Finding, Severity
from normlint.places import Place
from normlint.project import Analysis, Settings

# x * 0.5 + 0.5 undoes 0.5/0.5, not the ImageNet statistics.
MISTAKE = """\
import torchvision.transforms as T

normalize = T.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])
pipeline = T.Compose([T.ToTensor(), normalize])


def show(path):
    x = pipeline(Image.open(path))
    return x * torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1) + torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


def swapped(x):
    return T.Normalize(mean=[0.229, 0.224, 0.225], std=[0.485, 0.456, 0.406])(x)
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def run_process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(normlint.__file__).parent.parent,
        env=os.environ | environment,
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "clean.py").write_text("x = 1\n")
    (tmp_path / "wrong.py").write_text(MISTAKE)
    return tmp_path


def answer_with(monkeypatch: pytest.MonkeyPatch, root: Path, *severities: Severity) -> list[Settings]:
    """Replaces the engine by one with these findings; returns the settings it was asked for."""
    asked: list[Settings] = []

    def analyze(paths: tuple[Path, ...], settings: Settings, *rest: object, **named: object) -> Analysis:
        asked.append(settings)
        found = tuple(
            Finding("NL305", "suspicious-stats", severity, "high", Place("wrong.py", line, 1, line, 2), "m")
            for line, severity in enumerate(severities, 1)
        )
        return Analysis(root, found, (), 2, 1, {"steps": 3})

    monkeypatch.setattr(project, "analyze", analyze)
    return asked


def test_finding_in_a_real_run(tree: Path) -> None:
    result = run("check", str(tree))
    assert result.exit_code == 1, result.output
    assert "wrong.py:" in result.stdout
    assert "\nFound " in result.stdout
    assert run("check", "--exit-zero", str(tree)).exit_code == 0


def test_clean_run(tmp_path: Path) -> None:
    (tmp_path / "clean.py").write_text("x = 1\n")
    result = run("check", str(tmp_path))
    assert result.exit_code == 0, result.output
    assert result.stdout == "No findings. 1 file checked, 0 with image code.\n"


def test_default_path_is_the_current_folder(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    assert run("check", "--format", "json").stdout == run("check", "--format", "json", str(tree)).stdout


def test_json_of_a_real_run(tree: Path) -> None:
    result = run("check", "--format", "json", str(tree))
    document = json.loads(result.stdout)
    assert {finding["path"] for finding in document["findings"]} == {"wrong.py"}
    assert document["summary"]["files_checked"] == 2
    listed = json.loads(run("sites", "--format", "json", str(tree)).stdout)["sites"]
    assert [0.485, 0.456, 0.406] in [site["mean"] for site in listed]


def test_sites_text_of_a_real_run(tree: Path) -> None:
    result = run("sites", str(tree))
    assert result.exit_code == 0, result.output
    assert "normalize" in result.stdout


def test_select_and_ignore_in_a_real_run(tree: Path) -> None:
    codes = {finding["rule"] for finding in json.loads(run("check", "--format=json", str(tree)).stdout)["findings"]}
    assert codes
    one = sorted(codes)[0]
    only = json.loads(run("check", "--format=json", "--select", one, str(tree)).stdout)["findings"]
    rest = json.loads(run("check", "--format=json", "--ignore", one, str(tree)).stdout)["findings"]
    assert {finding["rule"] for finding in only} == {one}
    assert {finding["rule"] for finding in rest} == codes - {one}


@pytest.mark.parametrize(
    ("severities", "code"),
    [((), 0), (("info",), 0), (("warning",), 1), (("error",), 1), (("info", "error"), 1)],
)
def test_exit_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, severities: tuple[Severity, ...], code: int
) -> None:
    answer_with(monkeypatch, tmp_path, *severities)
    for output in ("text", "concise", "json"):
        assert run("check", "--format", output).exit_code == code
        assert run("check", "--format", output, "--exit-zero").exit_code == 0


def test_quiet_and_statistics(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    answer_with(monkeypatch, tmp_path, "error")
    assert run("check", "--quiet", "--format", "concise").stdout == "wrong.py:1:1: NL305 [error] m\n"
    assert "1  NL305 suspicious-stats\n3  steps\n" in run("check", "--statistics").stdout
    answer_with(monkeypatch, tmp_path)
    assert run("check", "--quiet").stdout == ""


def test_color(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    answer_with(monkeypatch, tmp_path, "error")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    assert "\x1b" not in run("check").stdout
    assert "\x1b" in run("check", "--color", "always").stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" in run("check").stdout
    assert "\x1b" not in run("check", "--color", "never").stdout
    assert "\x1b" not in run("check", "--format", "json").stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("check").stdout


def test_rule_names_are_split_and_normalized(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = answer_with(monkeypatch, tmp_path)
    result = run("check", "--select", "nl2, Wrong-Inverse", "--select=NL103", "--ignore=all", "--extend-select=NL207")
    assert result.exit_code == 0, result.output
    [settings] = asked
    assert (settings.select, settings.ignore) == (("NL2", "wrong-inverse", "NL103"), ("ALL",))
    assert settings.extend_select == ("NL207",)


@pytest.mark.parametrize(
    ("wrong", "near"),
    [("NL333", "NL3"), ("wrong-inverze", "wrong-inverse"), ("denormalise-mismatch", "denormalize-mismatch")],
)
@pytest.mark.parametrize("option", ["--select", "--ignore", "--extend-select"])
def test_unknown_rule(option: str, wrong: str, near: str, tmp_path: Path) -> None:
    result = run("check", option, wrong, str(tmp_path))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"normlint: error: unknown rule: {wrong}; did you mean {near}")
    assert result.stderr.count("\n") == 1


def test_missing_path_is_one_line(tmp_path: Path) -> None:
    for command in ("check", "sites"):
        result = run(command, str(tmp_path / "no\nwhere\x1b[31m"))
        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr.startswith("normlint: error: path does not exist: ")
        assert result.stderr.count("\n") == 1
        assert "\x1b" not in result.stderr


def test_internal_error_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(paths: tuple[Path, ...], settings: Settings, *rest: object, **named: object) -> Analysis:
        raise RecursionError("too\ndeep")

    monkeypatch.setattr(project, "analyze", broken)
    monkeypatch.delenv("NORMLINT_DEBUG", raising=False)
    result = run("check", str(tmp_path))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("normlint: error: internal error: RecursionError: too\\ndeep (please report")
    assert result.stderr.count("\n") == 1
    monkeypatch.setenv("NORMLINT_DEBUG", "1")
    assert isinstance(run("check", str(tmp_path)).exception, RecursionError)


def test_usage_errors() -> None:
    assert run("check", "--format", "sarif2").exit_code == 2
    assert run("nonsense").exit_code == 2
    assert "Did you mean 'check'?" in run("chek").stderr
    assert "'check'? It takes paths." in run(__file__).stderr
    assert "Did you mean" not in run("nonsense").stderr


def test_rules() -> None:
    lines = run("rules").stdout.splitlines()
    assert lines[0].split() == ["CODE", "NAME", "SEVERITY", "DEFAULT", "REPORTS"]
    codes = [line.split()[0] for line in lines[1:]]
    assert codes == sorted(codes)
    assert {"NL103", "NL201", "NL902"} <= set(codes)
    listed = json.loads(run("rules", "--format", "json").stdout)["rules"]
    assert [rule["code"] for rule in listed] == codes
    assert all(rule["summary"] for rule in listed)


def test_explain() -> None:
    by_code, by_name = run("explain", "nl201"), run("explain", "wrong-inverse")
    assert by_code.exit_code == 0, by_code.output
    assert by_code.stdout == by_name.stdout
    assert by_code.stdout.startswith("# NL201 wrong-inverse\n\nSeverity: error; on by default.\n")
    unknown = run("explain", "wrong-invers")
    assert unknown.exit_code == 2
    assert unknown.stderr.endswith("did you mean wrong-inverse?\n")


# What click itself imports (Python 3.10: uuid, and with it subprocess) does not count.
def test_version_and_help_import_nothing_heavy() -> None:
    for option in ("--version", "--help"):
        code = (
            "import sys\nimport click\nbefore = set(sys.modules)\nfrom normlint.cli import main\n"
            f"try:\n    main([{option!r}])\nexcept SystemExit as stop:\n    assert not stop.code, stop.code\n"
            "heavy = {'libcst', 'yaml', 'normlint.project', 'normlint.rules', 'normlint.discover', 'subprocess'}\n"
            "print(sorted(heavy & (set(sys.modules) - before)))\n"
        )
        done = run_process("-c", code)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1] == "[]"
    assert run("--version").stdout == f"normlint, version {normlint.__version__}\n"


def test_a_command_is_imported_when_it_is_asked_for() -> None:
    code = (
        "import sys\nimport click\nbefore = set(sys.modules)\nimport normlint.cli\n"
        "heavy = {'libcst', 'yaml', 'normlint.project', 'normlint.rules', 'normlint.discover', 'subprocess'}\n"
        "commands = {f'normlint.commands.{name}' for name in normlint.cli.COMMANDS}\n"
        "print(sorted((heavy | commands) & (set(sys.modules) - before)))\n"
    )
    done = run_process("-c", code)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_every_command_is_listed_and_described() -> None:
    listed = run("--help").stdout.partition("Commands:")[2].split("\n")[1:]
    assert tuple(line.split()[0] for line in listed if line.strip()) == COMMANDS
    for name in COMMANDS:
        assert run(name, "--help").exit_code == 0


def test_output_encoding_without_the_characters(tmp_path: Path) -> None:
    (tmp_path / "名.py").write_text("def f(:\n    normalize\n", encoding="utf-8")
    done = run_process("-m", "normlint", "check", "--format=concise", str(tmp_path), PYTHONIOENCODING="ascii")
    assert done.returncode == 1, done.stderr
    assert "\\u540d.py:" in done.stdout
    assert "Traceback" not in done.stderr
