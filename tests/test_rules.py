"""Rules against fixture files and against the examples of their own documentation."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from normlint.project import Settings, analyze
from normlint.rules import RULES
from normlint.rules.registry import Rule

CASES = Path(__file__).parent.parent / "fixtures" / "cases"
FILES = sorted(CASES.glob("*/*.py"))
EXPECT = re.compile(r"#\s*expect:\s*([A-Z0-9, ]+)")


def found(source: str, folder: Path, code: str) -> set[tuple[int, str]]:
    """(line, code) of every finding of a one-file project."""
    (folder / "case.py").write_text(source, encoding="utf-8")
    analysis = analyze((folder,), Settings(extend_select=(code,)))
    return {(finding.place.line, finding.code) for finding in analysis.findings}


def expected(source: str) -> set[tuple[int, str]]:
    """(line, code) of the comments ``# expect: NL103``."""
    return {
        (number, code.strip())
        for number, line in enumerate(source.splitlines(), 1)
        if (match := EXPECT.search(line))
        for code in match[1].split(",")
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case(path: Path, tmp_path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    wanted = expected(source)
    assert bool(wanted) == path.stem.startswith("fires"), "the name of a case says whether it fires"
    assert found(source, tmp_path, path.parent.name) == wanted


def example(rule: Rule, heading: str) -> str | None:
    """The first Python block under a heading of a rule's documentation."""
    # From Python 3.13 on, the compiler itself takes the indentation off.
    _, _, rest = inspect.cleandoc(rule.documentation).partition(f"## {heading}\n")
    match = re.match(r"\s*```python\n(.*?)```", rest, re.DOTALL)
    return None if match is None else match[1]


DOCUMENTED = [rule for rule in RULES if rule.code != "NL902"]


@pytest.mark.parametrize("rule", DOCUMENTED, ids=lambda rule: rule.code)
def test_documented_example_fires(rule: Rule, tmp_path: Path) -> None:
    source = example(rule, "Example")
    assert source is not None
    assert rule.code in {code for _, code in found(source, tmp_path, rule.code)}


@pytest.mark.parametrize("rule", DOCUMENTED, ids=lambda rule: rule.code)
def test_documented_cure_is_silent(rule: Rule, tmp_path: Path) -> None:
    source = example(rule, "Use instead")
    assert source is not None
    assert found(source, tmp_path, rule.code) == set()
