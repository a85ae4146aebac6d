"""The machinery of fixes: bytes that stay, fixes that are refused, what may be changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normlint.findings import Finding
from normlint.fixes import Fix, Remove
from normlint.fixing.document import Document, EditError, Replacement, in_order, moved
from normlint.fixing.preview import previews
from normlint.fixing.repair import MOST_ROUNDS, Repair
from normlint.places import Place
from normlint.project import Analysis, Settings, analyze

SOURCE = """import numpy as np
from PIL import Image
from torchvision import transforms

x = transforms.ToTensor()(Image.open("a.png")).numpy()
pixels = (x * 300).astype(np.uint8)  # the picture
"""
FIXED = SOURCE.replace("(x * 300).astype", "np.clip(x * 300, 0, 255).astype")
LINES = st.lists(st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0\x0c"), max_size=8), max_size=6)


def run(folder: Path, allowed: str = "") -> Mapping[str, bytes]:
    """What the safe and unsafe fixes of the rules on by default change."""
    return Repair(
        lambda overlay: analyze((folder,), Settings(), overlay), lambda path: (folder / path).read_bytes(),
        lambda path: path.startswith(allowed), True,
    ).run().changed  # fmt: skip


@pytest.mark.parametrize(
    ("head", "encoding", "newline"),
    [
        ("", "utf-8", "\n"),
        ("", "utf-8", "\r\n"),
        ("", "utf-8", "\r"),
        ("# naïve 画像\n", "utf-8", "\n"),
        ("# naïve 画像\n", "utf-8-sig", "\r\n"),
        ("# -*- coding: latin-1 -*-\n# naïve\n", "latin-1", "\r\n"),
        ("#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n# €\n", "cp1252", "\n"),
    ],
)
def test_encoding_and_line_ends_are_kept(head: str, encoding: str, newline: str, tmp_path: Path) -> None:
    def data(text: str) -> bytes:
        return (head + text).replace("\n", newline).encode(encoding)

    (tmp_path / "a.py").write_bytes(data(SOURCE))
    assert run(tmp_path) == {"a.py": data(FIXED)}


def test_mixed_line_ends_stay_as_they_are(tmp_path: Path) -> None:
    mixed = SOURCE.replace("\n", "\r\n", 3)
    (tmp_path / "a.py").write_bytes(mixed.encode())
    assert run(tmp_path)["a.py"] == FIXED.replace("\n", "\r\n", 3).encode()


def test_a_last_line_without_an_end_stays_without(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SOURCE.rstrip("\n"))
    assert run(tmp_path)["a.py"] == FIXED.rstrip("\n").encode()


def test_only_named_files_change(tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(SOURCE)
    assert list(run(tmp_path, "b")) == ["b.py"]


def test_a_comment_of_yaml_that_silences_nothing_goes(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"mean: [0.485, 0.456, 0.406]  # normlint: ignore[NL305]\r\nstd: [0.229, 0.224, 0.225]\r\n")
    assert run(tmp_path) == {"a.yaml": b"mean: [0.485, 0.456, 0.406]\r\nstd: [0.229, 0.224, 0.225]\r\n"}


def finding(code: str = "NL901", line: int = 1, key: str = "", fixable: bool = True) -> Finding:
    place = Place("a.py", line, 1, line, 2)
    fix = Fix("safe", place, Remove(), "Delete it") if fixable else None
    return Finding(code, "unused-suppression", "warning", "high", place, "m", key=key, fix=fix)


def answers(*found: tuple[Finding, ...]) -> Repair:
    """A repair of ``x\\ny\\n`` whose analyses, one after the other, find this; the last one again and again."""
    left = list(found)

    def engine(overlay: Mapping[str, bytes]) -> Analysis:
        return Analysis(Path(), left.pop(0) if len(left) > 1 else left[0], ())

    return Repair(engine, lambda path: b"x\ny\n", lambda path: True)


def test_a_fix_that_brings_a_new_finding_is_refused() -> None:
    outcome = answers((finding(),), (finding("NL202", 2, fixable=False),), (finding(),)).run()
    assert outcome.changed == {}
    assert outcome.fixed == ()


def test_why_a_fix_was_refused() -> None:
    outcome = answers((finding(),), (finding(), finding("NL202", 2, fixable=False))).run()
    assert [unfixed.reason for unfixed in outcome.unfixed] == ["NL901 would still be there"]


def test_a_finding_that_only_moves_is_no_new_one() -> None:
    other = finding("NL202", 2, "old", fixable=False)
    said_otherwise = replace(other, place=Place("a.py", 1, 1, 1, 2), message="other numbers", key="new")
    outcome = answers((finding(), other), (said_otherwise,)).run()
    assert outcome.changed == {"a.py": b"y\n"}


def test_a_fix_of_what_stays_is_tried_once() -> None:
    asked = 0

    def engine(overlay: Mapping[str, bytes]) -> Analysis:
        nonlocal asked
        asked += 1
        return Analysis(Path(), (finding(),), ())

    outcome = Repair(engine, lambda path: b"x\ny\n", lambda path: True).run()
    assert (asked, outcome.changed) == (2, {})


def test_fixes_come_to_an_end() -> None:
    """Even where each one makes way for another."""
    asked = 0

    def engine(overlay: Mapping[str, bytes]) -> Analysis:
        nonlocal asked
        asked += 1
        return Analysis(Path(), (finding(f"NL{asked}", 1),) if asked % 2 else (), ())

    lines = b"x\n" * 3 * MOST_ROUNDS
    Repair(engine, lambda path: lines, lambda path: True).run()
    assert asked <= MOST_ROUNDS + 1


def test_one_bad_fix_does_not_hold_up_the_others(tmp_path: Path) -> None:
    """Four fixes together; the analysis shows a new finding whenever the second line is gone."""
    text = b"a\nb\nc\nd\n"

    def engine(overlay: Mapping[str, bytes]) -> Analysis:
        lines = overlay.get("a.py", text).decode().split()
        found = [finding("NL901", number, line) for number, line in enumerate(lines, 1)]
        return Analysis(Path(), (*found, *([] if "b" in lines else [finding("NL202", 1, "bad", fixable=False)])), ())

    outcome = Repair(engine, lambda path: text, lambda path: True).run()
    assert outcome.changed == {"a.py": b"b\n"}
    assert [unfixed.finding.key for unfixed in outcome.unfixed] == ["b"]


def test_an_unsafe_fix_needs_to_be_asked_for() -> None:
    base = finding()
    assert base.fix is not None
    unsafe = replace(base, fix=replace(base.fix, safety="unsafe"))
    assert answers((unsafe,)).run().changed == {}


@given(LINES, st.sampled_from(["\n", "\r\n", "\r"]), st.data())
def test_nothing_changes_but_what_is_replaced(lines: list[str], newline: str, data: st.DataObject) -> None:
    text = "\n".join(lines)
    raw = text.replace("\n", newline).encode()
    document = Document.read("a.txt", raw)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    new = data.draw(st.text("ab \n", max_size=5))
    changed = document.replaced([Replacement(start, end, new)])
    if newline in raw.decode():
        assert changed == (text[:start] + new + text[end:]).replace("\n", newline).encode()
    assert document.replaced([]) == raw
    assert document.faithful
    if start == 0:
        return
    assert moved(start - 1, [Replacement(start, end, new)]) == start - 1
    assert moved(len(text), [Replacement(start, end, new)]) == len(text) + len(new) - (end - start) or start == len(text)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5), st.text("ab", max_size=2)), max_size=4))
def test_replacements_overlap_or_are_made_one_by_one(items: list[tuple[int, int, str]]) -> None:
    text = "0123456789abcdefghijklmno"
    wanted = [Replacement(start, start + length, new) for start, length, new in items]
    try:
        ordered = in_order(wanted)
    except EditError:
        return
    expected = text
    for item in reversed(ordered):
        expected = expected[: item.start] + item.text + expected[item.end :]
    assert Document.read("a.txt", text.encode()).replaced(wanted) == expected.encode()


def test_edits_are_told_in_lines_and_columns(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(SOURCE.replace("\n", "\r\n").encode())
    found = analyze((tmp_path,))
    assert [[(tuple(edit.place[1:5]), edit.text) for edit in edits] for edits in previews(found.root, found.findings)] == [
        [((6, 10, 6, 10), "np.clip"), ((6, 18, 6, 18), ", 0, 255")]
    ]


def test_a_fix_that_hides_the_code_from_the_analysis_is_refused(tmp_path: Path) -> None:
    """The finding is gone as well when nothing is known of the image any more."""
    (tmp_path / "a.py").write_text(SOURCE)
    start = SOURCE.index("transforms.ToTensor()(Image")

    def hidden(overlay: Mapping[str, bytes]) -> Analysis:
        return analyze((tmp_path,), Settings(), {"a.py": (SOURCE[:start] + "unknown()\n").encode()} if overlay else {})

    outcome = Repair(hidden, lambda path: SOURCE.encode(), lambda path: True, True).run()
    assert outcome.changed == {}
    assert [unfixed.reason for unfixed in outcome.unfixed] == ["the analysis would understand less of the file"]
