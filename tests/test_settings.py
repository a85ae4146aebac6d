"""Settings: where they come from, which values they take, and what is said of those they do not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from normlint.cli import main
from normlint.settings import schema
from normlint.settings.files import find_settings
from normlint.settings.keys import KEYS
from normlint.settings.kinds import Origin
from normlint.settings.model import Settings, SettingsError
from normlint.settings.resolve import resolve

SWAPPED = "from torchvision import transforms as T\n\nN = T.Normalize([0.229, 0.224, 0.225], [0.485, 0.456, 0.406])\n"
EXAMPLE = """\
select = ["nl3", "Wrong-Inverse"]
ignore = ["NL302"]
extend-select = ["NL207"]
fail-on = "error"
min-confidence = "medium"
exclude = ["vendor/", "!vendor/ours.py"]
force-exclude = true
respect-gitignore = false
tests = false
notebooks = false
pairs = [{ files = ["train.py", "serve.py"], paired = false }, { files = ["a/train.py", "b/*.py"] }]
catalogue = ["apis.yaml"]
plugins = ["house-rules"]
baseline = "known.json"
cache = false
cache-dir = ".cache"
jobs = 2
fix = true
unsafe-fixes = true
unfixable = ["NL305"]
format = "concise"

[per-file-ignores]
"tests/" = ["NL1"]

[severity]
NL401 = "info"

[roles]
"scripts/*.py" = "inference"
"""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def rules_of(result: Result) -> set[str]:
    return {finding["rule"] for finding in json.loads(result.stdout)["findings"]}


def project(folder: Path, settings: str = "", **files: str) -> Path:
    (folder / "normlint.toml").write_text(settings, encoding="utf-8")
    for name, text in files.items():
        file = folder / name.replace("__", "/")
        file = file.with_name(file.name.replace("_py", ".py").replace("_ipynb", ".ipynb"))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def test_every_key_is_read(tmp_path: Path) -> None:
    (tmp_path / "apis.yaml").write_text("")
    settings = resolve([project(tmp_path, EXAMPLE)]).settings
    assert (settings.select, settings.ignore) == (("NL3", "wrong-inverse"), ("NL302",))
    assert (settings.extend_select, settings.fail_on, settings.min_confidence) == (("NL207",), "error", "medium")
    assert settings.exclude.match("vendor/a.py")
    assert (settings.force_exclude, settings.respect_gitignore) == (True, False)
    assert settings.leaves_out("tests/x.py", False)
    assert settings.leaves_out("a.ipynb", False)
    assert not settings.leaves_out("a.py", False)
    assert settings.pair_of("serve.py", "train.py") is False
    assert settings.pair_of("b/infer.py", "a/train.py") is True
    assert settings.pair_of("train.py", "other.py") is None
    assert settings.catalogue == (tmp_path / "apis.yaml",)
    assert settings.plugins == ("house-rules",)
    assert settings.baseline == tmp_path / "known.json"
    assert settings.cache_dir == tmp_path / ".cache"
    assert (settings.jobs, settings.format) == (2, "concise")
    assert (settings.fix, settings.unsafe_fixes, settings.unfixable) == (True, True, ("NL305",))
    assert settings.ignores("tests/a.py") == ("NL1",)
    assert settings.ignores("a.py") == ()
    assert settings.severity == (("NL401", "info"),)
    assert settings.role_of("scripts/run.py") == "inference"
    assert settings.role_of("run.py") is None


def test_the_same_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "apis.yaml").write_text("")
    monkeypatch.chdir(tmp_path)
    given = {
        "select": ("nl3,Wrong-Inverse",), "ignore": ("NL302",), "extend-select": ("NL207",), "fail-on": ("error",),
        "min-confidence": ("medium",), "exclude": ("vendor/", "!vendor/ours.py"), "force-exclude": ("true",),
        "respect-gitignore": ("false",), "tests": ("false",), "notebooks": ("false",), "catalogue": ("apis.yaml",),
        "pairs": ("train.py:serve.py=false", "a/train.py:b/*.py"), "plugins": ("house-rules",), "baseline": ("known.json",),
        "cache": ("false",), "cache-dir": (".cache",), "jobs": ("2",), "per-file-ignores": ("tests/:NL1",),
        "severity": ("NL401=info",), "roles": ("scripts/*.py=inference",), "format": ("concise",), "fix": ("true",),
        "unsafe-fixes": ("true",), "unfixable": ("NL305",),
    }  # fmt: skip
    assert set(given) == {key.name for key in KEYS}
    by_options = resolve([tmp_path], given)
    assert by_options.settings == resolve([project(tmp_path, EXAMPLE)]).settings
    assert {setting.origin for setting in by_options.listed} == {"command line"}


def test_defaults_are_the_same_in_both_places(tmp_path: Path) -> None:
    assert resolve([tmp_path]).settings == Settings()
    for key in KEYS:
        if key.default is not None:
            assert key.kind.typed(key.default, Origin(tmp_path, False)) == getattr(Settings(), key.field), key.name


@pytest.mark.parametrize(("text", "message"), [
    ("selct = []", "normlint.toml: unknown key selct; did you mean select?"),
    ("per_file_ignores = {}", "normlint.toml: unknown key per_file_ignores; did you mean per-file-ignores?"),
    ("qqq = 1", "normlint.toml: unknown key qqq; `normlint config` lists the keys"),
    ("select = 'NL1'", "normlint.toml: select must be a list of rules"),
    ("fail-on = 'fatal'", "normlint.toml: fail-on must be one of error, warning, info, never"),
    ("severity = {NL1 = 'high'}", "normlint.toml: severity of NL1 must be one of error, warning, info"),
    ("tests = 1", "normlint.toml: tests must be true or false"),
    ("jobs = -1", "normlint.toml: jobs must be a whole number from 0 to 256"),
    ("jobs = true", "normlint.toml: jobs must be a whole number from 0 to 256"),
    ("exclude = ['[a']", "normlint.toml: exclude has a bad pattern [a: the [ is never closed"),
    ("roles = {'a.py' = 'serving'}", "normlint.toml: roles of a.py must be one of train,"),
    ("pairs = [{files = ['a.py']}]", "normlint.toml: pairs files must name two files"),
    ("pairs = [{files = ['a.py', 'b.py'], same = 1}]", "normlint.toml: pairs has an unknown key same"),
    ("catalogue = ['none.yaml']", "normlint.toml: catalogue names a file that does not exist: "),
    ("catalogue = ['../../secret.yaml']", "normlint.toml: catalogue must lie below "),
    ("cache-dir = '/etc'", "normlint.toml: cache-dir must lie below "),
    ("baseline = '../known.json'", "normlint.toml: baseline must lie below "),
    ("format = 'sarif=out.sarif'", "normlint.toml: format must be one of text, concise, json"),
    ("select = [", ": no valid TOML: "),
    ("a = " + "[" * 30_000, ": no valid TOML: "),
])  # fmt: skip
def test_what_cannot_be_used_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    for command in ("check", "sites", "config"):
        result = run(command, project(tmp_path, text))
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1), result.stderr
        assert message in result.stderr


@pytest.mark.parametrize(("options", "message"), [
    (["--jobs", "many"], "--jobs must be a whole number"), (["--severity", "NL1"], "--severity must be RULE=SEVERITY"),
    (["--roles", "a.py"], "--roles must be PATTERN=ROLE"), (["--per-file-ignores", "NL1"], "must be PATTERN:RULES"),
    (["--pair", "a.py"], "--pair must be ONE:OTHER"), (["--exclude", "a\\"], "--exclude has a bad pattern"),
])  # fmt: skip
def test_wrong_options_are_one_line(tmp_path: Path, options: list[str], message: str) -> None:
    result = run("check", *options, tmp_path)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert message in result.stderr


def test_a_rule_that_does_not_exist_is_named_with_its_place(tmp_path: Path) -> None:
    result = run("check", project(tmp_path, "[severity]\nwrong-inverze = 'info'\n"))
    assert result.exit_code == 2
    assert result.stderr == (
        "normlint: error: normlint.toml: severity: unknown rule: wrong-inverze; did you mean wrong-inverse?\n"
    )


def test_found_upward_and_its_folder_is_the_root(tmp_path: Path) -> None:
    project(tmp_path, "jobs = 3", sub__pkg__a_py="")
    (tmp_path / "sub" / "pyproject.toml").write_text("[project]\nname = 'normlint-user'\n")
    resolved = resolve([tmp_path / "sub" / "pkg" / "a.py"])
    assert (resolved.root, resolved.settings.jobs) == (tmp_path, 3)
    (tmp_path / "sub" / "pyproject.toml").write_text("[tool.normlint]\njobs = 4\n")
    nearer = resolve([tmp_path / "sub" / "pkg"])
    assert (nearer.root, nearer.settings.jobs) == (tmp_path / "sub", 4)


def test_not_searched_above_the_repository(tmp_path: Path) -> None:
    project(tmp_path, "jobs = 3", inner__a_py="")
    (tmp_path / "inner" / ".git").mkdir()
    assert find_settings(tmp_path / "inner") is None


def test_two_files_in_one_folder_are_refused(tmp_path: Path) -> None:
    project(tmp_path, "jobs = 3")
    (tmp_path / "pyproject.toml").write_text("[tool.normlint]\njobs = 4\n")
    with pytest.raises(SettingsError, match="keep one of them"):
        find_settings(tmp_path)


def test_a_broken_pyproject_of_somebody_else_is_not_our_business(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.black\n")
    assert find_settings(tmp_path) is None


def test_another_file_and_none(tmp_path: Path) -> None:
    project(tmp_path, "jobs = 3")
    (tmp_path / "other.toml").write_text("jobs = 5")
    assert resolve([tmp_path], file=tmp_path / "other.toml").settings.jobs == 5
    assert resolve([tmp_path], isolated=True).settings.jobs == 0


def test_longest_prefix_wins(tmp_path: Path) -> None:
    project(tmp_path, "select = ['NL3', 'NL902']\nignore = ['NL30']\nextend-select = ['NL305']", a_py=SWAPPED)
    assert rules_of(run("check", "--format", "json", tmp_path)) == {"NL305"}
    assert rules_of(run("check", "--format", "json", "--ignore", "suspicious-stats", tmp_path)) == set()


def test_per_file_ignores_severity_and_fail_on(tmp_path: Path) -> None:
    project(tmp_path, "", a_py=SWAPPED, old__b_py=SWAPPED)
    found = json.loads(run("check", "--format=json", "--per-file-ignores", "old/:NL3", tmp_path).stdout)["findings"]
    assert [(finding["rule"], finding["path"]) for finding in found] == [("NL305", "a.py")]
    assert run("check", tmp_path).exit_code == 1
    assert run("check", "--fail-on", "error", tmp_path).exit_code == 0
    assert run("check", "--fail-on", "error", "--severity", "NL3=info,NL305=error", tmp_path).exit_code == 1
    assert run("check", "--severity", "suspicious-stats=info", tmp_path).exit_code == 0
    assert run("check", "--severity", "suspicious-stats=info", "--fail-on", "info", tmp_path).exit_code == 1
    assert run("check", "--fail-on", "never", tmp_path).exit_code == 0


@pytest.mark.parametrize("git", [False, True])
def test_exclude_tests_and_notebooks(tmp_path: Path, git: bool) -> None:
    notebook = json.dumps({"cells": [{"cell_type": "code", "source": [SWAPPED]}], "nbformat": 4})
    project(tmp_path, "", a_py=SWAPPED, vendor__b_py=SWAPPED, tests__c_py=SWAPPED, n_ipynb=notebook)
    if git:
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)

    def paths(*options: str | Path) -> set[str]:
        result = run("check", "--format", "json", *options)
        return {finding["path"] for finding in json.loads(result.stdout)["findings"]}

    assert paths(tmp_path) == {"a.py", "vendor/b.py", "tests/c.py", "n.ipynb"}
    assert paths("--exclude", "vendor", tmp_path) == {"a.py", "tests/c.py", "n.ipynb"}
    assert paths("--no-tests", "--no-notebooks", tmp_path) == {"a.py", "vendor/b.py"}
    named = tmp_path / "vendor" / "b.py"
    assert paths("--exclude", "vendor", named) == {"vendor/b.py"}
    assert paths("--exclude", "vendor", "--force-exclude", named) == set()


def test_what_git_ignores_can_be_looked_at(tmp_path: Path) -> None:
    project(tmp_path, "", a_py=SWAPPED, b_py="")
    (tmp_path / ".gitignore").write_text("a.py\n")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert run("check", tmp_path).exit_code == 0
    assert run("check", "--no-respect-gitignore", tmp_path).exit_code == 1


def test_config_says_where_each_value_came_from(tmp_path: Path) -> None:
    project(tmp_path, "jobs = 3\nselect = ['NL1', 'NL2']")
    result = run("config", "--fail-on", "error", tmp_path)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert 'select = ["NL1", "NL2"]  # normlint.toml' in lines
    assert 'fail-on = "error"  # command line' in lines
    assert "notebooks = true  # default" in lines
    assert "# baseline is not set" in lines
    document = json.loads(run("config", "--format", "json", tmp_path).stdout)
    assert document["settings"]["jobs"] == {"value": 3, "origin": "normlint.toml"}
    assert set(document["settings"]) == {key.name for key in KEYS}


def test_schema_is_current_and_accepts_what_is_accepted() -> None:
    if sys.version_info < (3, 11):
        pytest.skip("tomllib")
    import tomllib

    assert schema.FILE.read_text(encoding="utf-8") == schema.text(), "run python -m normlint.settings.schema"
    validator = jsonschema.Draft7Validator(schema.schema())
    validator.check_schema(schema.schema())
    validator.validate(tomllib.loads(EXAMPLE))
    for wrong in ("selct = []", "select = 'NL1'", "jobs = -1", "pairs = [{files = ['a.py']}]", "fail-on = 'fatal'"):
        assert not validator.is_valid(tomllib.loads(wrong)), wrong


def test_reading_settings_imports_nothing_heavy(tmp_path: Path) -> None:
    project(tmp_path, "jobs = 3")
    code = (
        "import sys\nfrom pathlib import Path\nfrom normlint.settings.resolve import resolve\n"
        f"assert resolve([Path({str(tmp_path)!r})]).settings.jobs == 3\n"
        "print(sorted({'libcst', 'yaml', 'normlint.rules', 'normlint.project', 'normlint.facts'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr
