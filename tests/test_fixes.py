"""Fixes as data: ``fixtures/fixes/<rule>/<case>/before.py`` becomes ``after.py``, to the letter."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from normlint.fixing.repair import Outcome, Repair
from normlint.project import Settings, analyze
from normlint.rules import RULES

CASES = sorted((Path(__file__).parent.parent / "fixtures" / "fixes").glob("*/*"))


def fixed(folder: Path, code: str, unsafe: bool = True) -> Outcome:
    """The project in a folder with every fix of one rule made, in memory."""
    chosen = Settings(select=(code,))
    return Repair(
        lambda overlay: analyze((folder,), chosen, overlay), lambda path: (folder / path).read_bytes(), lambda path: True,
        unsafe, lambda path: (folder / path).is_file(),
    ).run()  # fmt: skip


def project(case: Path, folder: Path) -> bytes:
    """A copy of a case, its ``before.py`` under a name that says nothing of a role; the text of that file."""
    for file in case.iterdir():
        if file.name not in {"before.py", "after.py"}:
            shutil.copy(file, folder / file.name)
    before = (case / "before.py").read_bytes()
    (folder / "case.py").write_bytes(before)
    return before


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_fix(case: Path, tmp_path: Path) -> None:
    before = project(case, tmp_path)
    outcome = fixed(tmp_path, case.parent.name)
    after = outcome.changed.get("case.py", before)
    assert after.decode() == (case / "after.py").read_text(encoding="utf-8")
    assert set(outcome.changed) <= {"case.py"}
    if case.name.startswith("refused"):
        assert after == before
        assert outcome.unfixed and not outcome.fixed
        assert outcome.unfixed[0].finding.code == case.parent.name
    else:
        assert outcome.fixed
        assert not outcome.analysis.findings
        assert not outcome.unfixed


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_only_safe_fixes_are_made_without_being_asked_for_more(case: Path, tmp_path: Path) -> None:
    project(case, tmp_path)
    outcome = fixed(tmp_path, case.parent.name, unsafe=False)
    assert all(finding.fix is not None and finding.fix.safety == "safe" for finding in outcome.fixed)
    assert bool(outcome.changed) == bool(outcome.fixed)


def test_which_fixes_are_safe(tmp_path: Path) -> None:
    """Whoever makes another kind of fix safe has to say so here."""
    found = set()
    for number, case in enumerate(CASES):
        folder = tmp_path / str(number)
        folder.mkdir()
        project(case, folder)
        for finding in analyze((folder,), Settings(select=(case.parent.name,))).findings:
            if finding.fix is not None and finding.fix.safety == "safe":
                found.add((finding.code, finding.fix.description))
    assert found == {
        ("NL202", "Clamp to 0..255 first"),
        ("NL202", "Clamp to 0..1 first"),
        ("NL204", "Clamp before the cast"),
        ("NL304", "Move Normalize behind ToTensor"),
        ("NL901", "Delete the comment"),
    }


def test_every_rule_with_fixes_has_cases() -> None:
    documented = {rule.code for rule in RULES if "## Fix safety" in rule.documentation}
    assert documented == {case.parent.name for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_fix_of_a_file_from_windows(case: Path, tmp_path: Path) -> None:
    """The same with a byte order mark and other line ends, down to the byte."""

    def data(name: str) -> bytes:
        return b"\xef\xbb\xbf" + (case / name).read_bytes().replace(b"\n", b"\r\n")

    project(case, tmp_path)
    (tmp_path / "case.py").write_bytes(data("before.py"))
    outcome = fixed(tmp_path, case.parent.name)
    assert outcome.changed.get("case.py", data("before.py")) == data("after.py")
