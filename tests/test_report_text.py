"""Findings and sites as a person reads them."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from normlint.findings import Finding, Related, Severity
from normlint.places import Place
from normlint.project import Analysis
from normlint.report.characters import cells, escaped, width
from normlint.report.concise import check_concise
from normlint.report.frames import MAX_WIDTH, cut
from normlint.report.inventory import sites_text
from normlint.report.text import check_text
from normlint.sites import Site


def finding(
    place: Place,
    *related: Related,
    message: str = "does not undo",
    label: str = "assumes 0.5",
    severity: Severity = "error",
    code: str = "NL103",
) -> Finding:
    return Finding(code, "denormalize-mismatch", severity, "high", place, message, label, related)


def frames(root: Path, *findings: Finding) -> str:
    return check_text(Analysis(root, findings, (), 3, 2), quiet=True)


def test_frame_with_related_places(tmp_path: Path) -> None:
    (tmp_path / "infer.py").write_text("import torch\n\nimage = x * 0.5 + 0.5\n")
    (tmp_path / "train.py").write_text("\n" * 9 + "n = Normalize(mean, std)\n")
    related = Related(Place("train.py", 10, 5, 10, 25), "normalized here with mean=[0.485, 0.456, 0.406]")
    shown = frames(tmp_path, finding(Place("infer.py", 3, 9, 3, 22), related))
    assert shown == (
        "NL103 denormalize-mismatch [error]  does not undo\n"
        "  --> infer.py:3:9\n"
        "   |\n"
        " 3 | image = x * 0.5 + 0.5\n"
        "   |         ^^^^^^^^^^^^^ assumes 0.5\n"
        "  ::: train.py:10:5  normalized here with mean=[0.485, 0.456, 0.406]\n"
        "   |\n"
        "10 | n = Normalize(mean, std)\n"
        "   |     --------------------\n"
    ).removesuffix("\n")


def test_lines_are_those_of_python(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes("\ufeffa = '\u2028\x0c'\r\nb = 1\rc = 2\n".encode())
    assert "3 | c = 2\n" in frames(tmp_path, finding(Place("a.py", 3, 1, 3, 6)))


def test_tabs_are_expanded_and_the_caret_stands_right(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("if x:\n\ty\t= z\n")
    shown = frames(tmp_path, finding(Place("a.py", 2, 6, 2, 7), label="")).splitlines()
    assert shown[-2:] == ["2 |     y   = z", "  |           ^"]


def test_wide_characters_keep_the_caret_in_place(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("名 = '画像'; f(e\u0301, x)\n", encoding="utf-8")
    line = "名 = '画像'; f(e\u0301, x)"
    column = line.index("x") + 1
    shown = frames(tmp_path, finding(Place("a.py", 1, column, 1, column + 1), label="")).splitlines()
    assert shown[-1].index("^") == width("1 | " + line[: column - 1])
    assert width("名é") == 3


def test_multiline_span(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = f(\n    1,\n    2,\n    3,\n    4,\n    5,\n)\n")
    shown = frames(tmp_path, finding(Place("a.py", 1, 5, 7, 2))).splitlines()
    assert shown[3:] == [
        "1 | x = f(",
        "  |     ^^",
        "2 |     1,",
        "  |     ^^",
        "3 |     2,",
        "  |     ^^",
        "4 |     3,",
        "  |     ^^ assumes 0.5",
        "  | ...",
    ]


def test_long_line_is_cut_around_the_span(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = " + "a + " * 500_000 + "TARGET" + " + b" * 500_000 + "\n")
    column = 4 + 2_000_000 + 1
    shown = frames(tmp_path, finding(Place("a.py", 1, column, 1, column + 6), label="")).splitlines()
    source, carets = shown[-2:]
    assert all(len(line) <= MAX_WIDTH + 10 for line in shown)
    assert source.startswith("1 | ...")
    assert source.endswith("...")
    assert source[carets.index("^") : carets.rindex("^") + 1] == "TARGET"


def test_span_longer_than_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("y = " + "a" * 5000 + "\n")
    shown = frames(tmp_path, finding(Place("a.py", 1, 5, 1, 5005), label="")).splitlines()
    assert all(len(line) <= MAX_WIDTH + 10 for line in shown)
    assert shown[-1].count("^") > 50


def test_place_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    places = (Place("gone.py", 1, 1, 1, 1), Place("a.py", 99, 1, 99, 5), Place("a.py", 1, 500, 1, 900))
    shown = frames(tmp_path, *(finding(place) for place in places))
    assert "--> gone.py:1:1" in shown
    assert "a.py:99:1" in shown
    assert "a.py:1:500" in shown


def test_nothing_hostile_reaches_the_terminal(tmp_path: Path) -> None:
    name = "evil\x1b[31m\n\udcff.py"
    (tmp_path / name).write_bytes(b"x = '\x1b]0;owned\x07' # \xe2\x80\xae \xff\n")
    hostile = "\x1b[2J\r\n\u202e\u2066"
    place = Place(name, 1, 1, 1, 6)
    shown = frames(tmp_path, finding(place, Related(place, hostile), message=hostile, label=hostile))
    assert "\\x1b[31m\\n\\xff.py:1:1" in shown
    assert "\\u202e" in shown
    forbidden = {"\x1b", "\x07", "\r", "\u202e", "\u2066", "\udcff"}
    assert not forbidden & set(shown)
    assert not forbidden & set(check_concise(Analysis(tmp_path, (finding(place, message=hostile),), ())))


def test_notebook_line_without_its_quotes(tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_text('{"cells": [{"source": [\n   "f(\\"a\\")\\n",\n   "n = N(\\"b\\")"\n]}]}\n')
    shown = frames(tmp_path, finding(Place("n.ipynb", 3, 9, 3, 15, 0, 2), label="")).splitlines()
    assert shown[1].endswith("--> n.ipynb:3:9 (cells[0] line 2)")
    assert shown[-2:] == ['3 | n = N("b")', "  |     ^^^^^^"]


def test_notebook_whose_source_is_one_string(tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_text('{"cells": [{"source": "a = 1\\nb = 2"}]}\n')
    assert '1 | {"cells"' in frames(tmp_path, finding(Place("n.ipynb", 1, 25, 1, 30, 0, 1)))


def test_color(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    analysis = Analysis(tmp_path, (finding(Place("a.py", 1, 1, 1, 2)),), (), 1, 1)
    assert "\x1b[1;31m[error]\x1b[0m" in check_text(analysis, color=True)
    assert "\x1b" not in check_text(analysis)
    assert "\x1b" in check_concise(analysis, color=True)


def test_summary(tmp_path: Path) -> None:
    found = (
        finding(Place("b.py", 1, 1, 1, 2)),
        finding(Place("b.py", 2, 1, 2, 2)),
        finding(Place("a.py", 1, 1, 1, 2), severity="warning"),
    )
    some = Analysis(tmp_path, found, (), 14, 8)
    expected = "Found 3 findings (2 errors, 1 warning) in 2 files; 14 files checked."
    assert check_text(some).splitlines()[-1] == expected
    assert check_concise(some).splitlines()[-1] == expected
    assert check_text(Analysis(tmp_path, (), (), 14, 8)) == "No findings. 14 files checked, 8 with image code."
    assert check_text(Analysis(tmp_path, (), (), 1, 0), quiet=True) == ""
    one = Analysis(tmp_path, (finding(Place("a.py", 1, 1, 1, 2), severity="info"),), (), 1, 1)
    assert check_concise(one).splitlines()[-1] == "Found 1 finding (1 info) in 1 file; 1 file checked."


def test_statistics(tmp_path: Path) -> None:
    found = tuple(finding(Place("a.py", line, 1, line, 2)) for line in range(1, 12))
    analysis = Analysis(tmp_path, (*found, finding(Place("a.py", 1, 1, 1, 2), code="NL999")), (), 1, 1, {"steps": 5})
    lines = check_concise(analysis, statistics=True, quiet=True).splitlines()
    assert lines[-3:] == ["11  NL103 denormalize-mismatch", " 1  NL999 denormalize-mismatch", " 5  steps"]


def test_findings_come_in_order(tmp_path: Path) -> None:
    places = [Place("b.py", 1, 1, 1, 2), Place("a.py", 10, 1, 10, 2), Place("a.py", 9, 1, 9, 2)]
    lines = check_concise(Analysis(tmp_path, tuple(map(finding, places)), ()), quiet=True).splitlines()
    assert [line.split(": ")[0] for line in lines] == ["a.py:9:1", "a.py:10:1", "b.py:1:1"]


def test_sites(tmp_path: Path) -> None:
    listed = (
        Site(Place("b.py", 1, 1, 1, 9), "scale", "div", scale=(1 / 255,), offset=(0.0,)),
        Site(
            Place("a.py", 12, 5, 12, 9),
            "normalize",
            "torchvision.transforms.Normalize",
            (0.485, 0.456, 0.406),
            (0.229, 0.224, 0.225),
            input_range=(0.0, 1.0),
            output_range=(None, 2.64),
            role="train",
            resolved_from="literal",
        ),
        Site(Place("a.py", 2, 5, 2, 9, 3, 1), "cast", "astype"),
    )
    lines = sites_text(Analysis(tmp_path, (), listed, 7, 2)).splitlines()
    assert [" ".join(line.split()) for line in lines] == [
        "a.py",
        "2:5 cells[3]:1 cast astype - unknown (unresolved)",
        "12:5 normalize torchvision.transforms.Normalize mean=[0.485, 0.456, 0.406] std=[0.229, 0.224, 0.225] "
        "0..1 -> ?..2.64 train (literal)",
        "",
        "b.py",
        "1:1 scale div x*0.003922 + 0 unknown (unresolved)",
        "",
        "3 sites in 2 files; 7 checked.",
    ]
    assert lines[1].index("cast") == lines[2].index("normalize")
    assert lines[1].index("(") == lines[2].index("(literal")


@given(st.text())
def test_escaped_text_is_one_printable_line(text: str) -> None:
    shown = escaped(text)
    assert len(shown.splitlines()) <= 1
    assert not any(0xD800 <= ord(character) < 0xE000 or ord(character) < 32 for character in shown)


@given(st.text())
def test_one_cell_a_character(text: str) -> None:
    assert len(cells(text)) == len(text)


@given(st.text(max_size=400), st.integers(1, 500), st.integers(1, 500))
def test_any_span_is_drawn_within_the_width(text: str, column: int, end: int) -> None:
    shown, before, marked = cut(text.replace("\n", " "), column - 1, end - 1)
    assert width(shown) <= MAX_WIDTH + 3
    assert marked >= 1
    assert before <= max(width(shown), 0)
