"""Path patterns against git's own reading of them."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from normlint.settings.patterns import PathPatterns, PatternError

PATHS = (
    "a.py", "train.py", "src/a.py", "src/train.py", "src/deep/a.py", "src/deep/b.ipynb", "tests/a.py", "lib/tests/a.py",
    "build/x/y.py", "x-1.py", "x y.py", "#a.py", "!a.py", "[b].py", ".hidden/a.py", "A.py", "a", "src/a",
)  # fmt: skip
PATTERNS = (
    ["a.py"], ["/a.py"], ["*.py"], ["*.py", "!a.py"], ["src"], ["src/"], ["/src/"], ["src/*"], ["src/**"], ["src/*.py"],
    ["**/a.py"], ["**/tests"], ["**/tests/"], ["src/**/a.py"], ["**/deep/**"], ["**"], ["**/"], ["tests/", "!tests/a.py"],
    ["src/*", "!src/a.py"], ["?.py"], ["[ab].py"], ["[!a].py"], ["[^a].py"], ["[a-c].py"], ["\\[b\\].py"], ["\\#a.py"],
    ["\\!a.py"], ["x\\ y.py"], ["x?y.py"], ["x-[[:digit:]].py"], ["[[:upper:]].py"], ["*a*.py"], ["t*n.p*"], ["**a.py"],
    ["s**c/a.py"], ["a"], ["a/"], ["lib/*/a.py"], ["lib/tests"], ["[]b].py"], ["*", "!*.py"], ["*", "!*/", "!*.py"], ["src/**/"],
    ["***/*"], ["src/***"],
)  # fmt: skip
PIECES = ("*", "**", "***", "?", "a", "src", "/", "/", ".py", "deep", "tests", "x", "[a-t]")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    folders = {path for path in PATHS if any(other.startswith(path + "/") for other in PATHS)}
    for path in PATHS:
        if path not in folders:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text("")
    return root


def by_git(root: Path, patterns: list[str]) -> set[str]:
    (root / ".gitignore").write_text("".join(f"{pattern}\n" for pattern in patterns), encoding="utf-8")
    command = ["git", "-C", str(root), "check-ignore", "--no-index", "-z", "--stdin"]
    done = subprocess.run(command, input="\0".join(PATHS), capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return set(done.stdout.split("\0")) - {""}


def by_us(patterns: list[str]) -> set[str]:
    compiled = PathPatterns.of(patterns)
    return {path for path in PATHS if compiled.match(path)}


@pytest.mark.parametrize("patterns", PATTERNS, ids=" ".join)
def test_patterns_mean_what_they_mean_to_git(repository: Path, patterns: list[str]) -> None:
    assert by_us(patterns) == by_git(repository, patterns)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map("".join), min_size=1, max_size=3))
def test_any_patterns_mean_what_they_mean_to_git(repository: Path, patterns: list[str]) -> None:
    if any("//" in pattern or not pattern.strip("/") for pattern in patterns):
        return  # git never matches these
    if any(re.search(r"[^/]\*\*+/", pattern) for pattern in patterns):
        return  # git compares the plain start of a pattern first and reads what is left (**/) as if a folder began there
    assert by_us(patterns) == by_git(repository, patterns)


def test_a_hostile_pattern_takes_no_time() -> None:
    compiled = PathPatterns.of(["*a" * 40 + "b", "/".join(["**", "a"] * 40) + "/b"])
    start = time.process_time()
    assert not compiled.match("a" * 250)
    assert not compiled.match("/".join(["a"] * 400))
    assert time.process_time() - start < 1


@pytest.mark.parametrize(("pattern", "reason"), [
    ("[a", "never closed"), ("a\\", "backslash"), ("/", "empty"), ("", "empty"), ("[[:nope:]]", "no class"), ("[z-a]", "no set"),
])  # fmt: skip
def test_what_can_never_match_is_refused(pattern: str, reason: str) -> None:
    with pytest.raises(PatternError, match=reason):
        PathPatterns.of([pattern])
