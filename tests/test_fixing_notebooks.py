"""Fixes inside of the JSON strings of a notebook: everything else in the file stays to the byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from normlint.fixing.document import EditError, Replacement
from normlint.fixing.notebook import NotebookDocument, reads_as
from normlint.fixing.preview import previews
from normlint.fixing.repair import Outcome, Repair
from normlint.project import Settings, analyze

HEAD = "%matplotlib inline\nimport numpy as np\nfrom PIL import Image\nfrom torchvision import transforms\n"
CODE = 'x = transforms.ToTensor()(Image.open("a.png")).numpy()\n'
CAST = 'name = "naïve\\t"; pixels = (x * 300).astype("uint8")  # "bytes" 画像\n'
CAST_FIXED = CAST.replace("(x * 300).astype", "np.clip(x * 300, 0, 255).astype")


def notebook(*cells: str, indent: int | None = 1, ascii_only: bool = False, newline: str = "\n") -> bytes:
    """A notebook with these code cells, one string a line."""
    listed = [
        {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": cell.splitlines(keepends=True)}
        for cell in cells
    ]
    document = {"cells": listed, "metadata": {"a": [1.50, "é"]}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, indent=indent, ensure_ascii=ascii_only).replace("\n", newline).encode()


def run(folder: Path) -> Outcome:
    return Repair(
        lambda overlay: analyze((folder,), Settings(), overlay), lambda path: (folder / path).read_bytes(), lambda path: True,
        True,
    ).run()  # fmt: skip


@pytest.mark.parametrize("indent", [1, 4, None])
@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_cell_changes_and_nothing_else(indent: int | None, ascii_only: bool, newline: str, tmp_path: Path) -> None:
    def data(cast: str) -> bytes:
        return notebook(HEAD, "!ls\n", CODE + "\n" + cast, indent=indent, ascii_only=ascii_only, newline=newline)

    (tmp_path / "a.ipynb").write_bytes(data(CAST))
    outcome = run(tmp_path)
    assert [finding.code for finding in outcome.fixed] == ["NL202"]
    assert outcome.changed == {"a.ipynb": data(CAST_FIXED)}


def test_a_comment_that_silences_nothing_goes(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_bytes(notebook(HEAD, 'x = "a"  # normlint: ignore[NL305] not here\ny = 1\n'))
    assert run(tmp_path).changed == {"a.ipynb": notebook(HEAD, 'x = "a"\ny = 1\n')}


def test_a_quote_in_the_new_text_is_escaped() -> None:
    before = NotebookDocument.read("a.ipynb", notebook('x = "a"\n'))
    changed = before.replaced([Replacement(4, 7, '"\\\\é"')])
    assert changed == notebook('x = "\\\\é"\n')
    assert reads_as(changed, before, [Replacement(4, 7, '"\\\\é"')])


def test_an_edit_stays_in_its_line() -> None:
    before = NotebookDocument.read("a.ipynb", notebook("x = 1\ny = 2\n"))
    for replacement in (Replacement(2, 8, ""), Replacement(0, 0, "import a\n")):
        with pytest.raises(EditError):
            before.replaced([replacement])


def test_a_cell_in_one_string_is_left_alone(tmp_path: Path) -> None:
    whole = json.loads(notebook(HEAD, CODE, CAST))
    for cell in whole["cells"]:
        cell["source"] = "".join(cell["source"])
    whole["cells"][0]["source"] += CODE + CAST
    (tmp_path / "a.ipynb").write_text(json.dumps(whole))
    outcome = run(tmp_path)
    assert all(path == "a.ipynb" for path in outcome.changed)
    kept = json.loads(outcome.changed.get("a.ipynb", b"{}")) or whole
    assert kept["cells"][0]["source"] == whole["cells"][0]["source"]


def test_a_cell_that_is_no_python_does_not_hold_up_the_others(tmp_path: Path) -> None:
    def data(cast: str) -> bytes:
        return notebook(HEAD, "def broken(:\n", CODE, cast)

    (tmp_path / "a.ipynb").write_bytes(data(CAST))
    assert run(tmp_path).changed == {"a.ipynb": data(CAST_FIXED)}


def test_edits_are_told_in_the_lines_of_the_raw_file(tmp_path: Path) -> None:
    data = notebook(HEAD, CODE, CAST)
    (tmp_path / "a.ipynb").write_bytes(data)
    found = analyze((tmp_path,))
    (edits,) = previews(found.root, found.findings)
    lines = data.decode().split("\n")
    assert [lines[edit.place.line - 1][edit.place.column - 1 :][:8] for edit in edits] == ["(x * 300", ").astype"]


def test_a_notebook_in_another_language_has_no_text() -> None:
    other = json.loads(notebook("x <- 1\n"))
    other["metadata"] = {"kernelspec": {"language": "R"}}
    assert NotebookDocument.read("a.ipynb", json.dumps(other).encode()).text == ""
