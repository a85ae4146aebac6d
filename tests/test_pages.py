"""The documentation pages: current, complete, and what ``normlint explain`` prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from normlint import documentation
from normlint.cli import main
from normlint.report.pages import GROUPS, page, pages, silent_cases
from normlint.rules import RULES, Rule

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
WANTED = pages(ROOT / "fixtures" / "cases")
HEADINGS = [
    "What it does", "Why is this bad?", "Example", "Use instead", "What stays silent", "Options", "Fix safety",
]  # fmt: skip
LINK = re.compile(r"\[[^\]]+\]\(([^)#]+)(?:#[^)]*)?\)")


def test_pages_are_current() -> None:
    there = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / "rules").iterdir()}
    stale = sorted(name for name in {*WANTED, *there} if WANTED.get(name) != there.get(name))
    assert stale == [], "run: python -m normlint.report.pages"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_page_has_its_sections(rule: Rule) -> None:
    found = re.findall(r"^## (.*)$", WANTED[f"{rule.code}.md"], re.MULTILINE)
    silent = silent_cases(ROOT / "fixtures" / "cases" / rule.code)
    assert found == [heading for heading in HEADINGS if silent or heading != "What stays silent"]
    body = re.split(r"^## .*$", WANTED[f"{rule.code}.md"], flags=re.MULTILINE)
    assert all(part.strip() for part in body)


def test_every_rule_is_in_a_group() -> None:
    assert all(any(rule.code.startswith(prefix) for prefix in GROUPS) for rule in RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_explain_prints_the_page(rule: Rule) -> None:
    assert CliRunner().invoke(main, ["explain", rule.name]).stdout == WANTED[f"{rule.code}.md"]


def test_explain_without_a_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(documentation, "_PACKAGE", tmp_path / "normlint")
    assert documentation.page_file("NL103") is None
    shown = CliRunner().invoke(main, ["explain", "NL103"]).stdout
    assert "## What it does" in shown
    assert "## What stays silent" not in shown


def test_folder_cases_show_each_file(tmp_path: Path) -> None:
    folder = tmp_path / "silent_two_files"
    folder.mkdir()
    (folder / "a.py").write_text("A = 1\n")
    (folder / "b.yaml").write_text("b: 1\n")
    text = page(RULES[0], silent_cases(tmp_path))
    assert "### Two files\n\n`a.py`:\n\n```python\nA = 1\n```\n\n`b.yaml`:\n\n```yaml\nb: 1\n```\n" in text


def test_links_in_the_documentation_lead_somewhere() -> None:
    for path in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in LINK.findall(text):
            assert "://" in target or (path.parent / target).exists(), f"{path.name}: {target}"
