"""What a run costs, in counts that are the same on every machine: modules imported, files parsed, bytes lowered."""

from __future__ import annotations

import cProfile
import json
import os
import pstats
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import normlint
from normlint.project import analyze
from normlint.report.json_output import check_json
from normlint.settings.model import Settings

RUN = """\
import json, sys
import normlint.cli
try:
    normlint.cli.main({arguments!r})
except SystemExit:
    pass
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
SITE = "import torchvision.transforms as T\nnormalize = T.Normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])\n"
# What a run that the cache answers has no use for.
HEAVY = {
    "libcst", "yaml", "normlint.ir", "normlint.evaluate", "normlint.rules", "normlint.catalogue", "normlint.lowering",
    "normlint.codec", "normlint.ahead", "normlint.sieve", "multiprocessing", "sqlite3", "asyncio",
}  # fmt: skip


def modules(*arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(arguments=list(arguments))], capture_output=True, text=True, timeout=120, check=True,
        cwd=Path(normlint.__file__).parent.parent, env=os.environ | {"NORMLINT_DEBUG": "1"},
    )  # fmt: skip
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "site.py").write_text(SITE)
    (tmp_path / "plain.py").write_text("x = 1\n")
    (tmp_path / "settings.yaml").write_text("a: 1\n")
    for path in tmp_path.iterdir():
        os.utime(path, ns=(10**18, 10**18))
    return tmp_path


def test_a_run_that_the_cache_answers_imports_little(tree: Path) -> None:
    first = modules("check", str(tree))
    assert {"normlint.lowering", "normlint.rules", "normlint.evaluate"} <= first
    for command in ("check", "sites"):
        warm = modules(command, str(tree))
        assert not warm & HEAVY
        assert len([name for name in warm if name.startswith("normlint")]) <= 60


def test_a_start_hardly_looks_for_cycles(tree: Path) -> None:
    code = (
        "import gc, sys\n"
        f"sys.argv = ['normlint', 'check', {str(tree)!r}, '--format', 'json']\n"
        "before = gc.get_stats()[0]['collections']\n"
        "from normlint.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('looks:', gc.get_stats()[0]['collections'] - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout.rpartition("looks:")[2]) < 10


def test_a_constant_that_nobody_names_starts_no_evaluator(tree: Path) -> None:
    modules("check", str(tree))
    for text in ("ROUND = 1\n", "ROUND = 2\n"):
        (tree / "site.py").write_text(SITE + text)
        warm = modules("check", str(tree))
        assert "normlint.contained" in warm
        assert not warm & {"libcst", "yaml", "normlint.evaluate.machine", "normlint.attempt", "normlint.facts", "normlint.rules"}


def test_no_run_without_a_fix_imports_libcst(tree: Path) -> None:
    loaded = modules("check", str(tree), "--no-cache")
    assert not loaded & {"libcst", "yaml"}


def test_what_no_run_needs_is_not_imported(tree: Path) -> None:
    """What only a plugin, a wrong setting, a file to write or a cache to clean takes; git and click import much themselves."""
    unneeded = {"importlib.metadata", "email", "zipfile", "difflib", "tempfile", "random"}
    assert not modules("check", str(tree), "--no-cache") & unneeded
    (tree / "site.py").unlink()
    assert not modules("check", str(tree), "--no-cache") & unneeded


def test_what_cpython_cannot_parse_goes_to_libcst_without_its_slow_parts(tree: Path) -> None:
    (tree / "old.py").write_text("print x / 255\n")
    loaded = modules("check", str(tree), "--no-cache")
    assert "libcst" in loaded
    assert not loaded & {"libcst.matchers", "libcst.codemod", "yaml"}


def test_files_without_a_word_of_normalization_are_not_parsed(tree: Path) -> None:
    (tree / "site.py").unlink()
    (tree / "settings.yaml").unlink()
    loaded = modules("check", str(tree), "--no-cache")
    assert not loaded & {"libcst", "yaml", "normlint.lowering", "normlint.engine", "normlint.ir", "normlint.rules"}


def test_a_run_without_a_site_still_tells_of_comments_and_of_files_that_cannot_be_read(tree: Path) -> None:
    (tree / "site.py").unlink()
    (tree / "plain.py").write_text("x = 1  # normlint: ignore[NL101] why\n")
    (tree / "zero.py").write_bytes(b"x = 1\0\n")
    found = analyze((tree,), Settings(jobs=1), root=tree, with_facts=False)
    assert {(finding.code, finding.place.path) for finding in found.findings} == {("NL901", "plain.py"), ("NL902", "zero.py")}
    (tree / "plain.py").write_text("x = 1\n")
    (tree / "zero.py").unlink()
    plain, whole = (analyze((tree,), Settings(jobs=1), root=tree, with_facts=facts) for facts in (False, True))
    assert plain.known_facts is None and whole.known_facts is not None
    assert check_json(plain, statistics=True) == check_json(whole, statistics=True)


def calls_of_a_run(root: Path) -> dict[tuple[str, int, str], int]:
    """How often each function was called in a run over a project, by file, line and name."""
    profile = cProfile.Profile()
    profile.runcall(analyze, (root,), Settings(jobs=1), root=root, with_facts=False)
    return {function: row[1] for function, row in pstats.Stats(profile).stats.items()}  # type: ignore[attr-defined]


@pytest.mark.parametrize("shape", ["course", "zoo"])
def test_four_times_as_many_files_call_no_function_more_than_four_times_as_often(tmp_path: Path, shape: str) -> None:
    made = runpy.run_path(str(Path(__file__).parent.parent / "benchmarks" / "growth.py"))[shape]
    small, large = (calls_of_a_run(made(tmp_path, files)) for files in (40, 160))
    grown = {function: (small.get(function, 0), count) for function, count in large.items()}
    assert {function: counts for function, counts in grown.items() if counts[1] > 4.5 * counts[0] + 200} == {}
