"""Notebooks: code cells joined, magics blanked, every line traced to the raw file."""

from __future__ import annotations

import json
from typing import Any

import pytest

from normlint import ir
from normlint.lowering import lower


def notebook(*sources: object, **metadata: object) -> dict[str, Any]:
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in sources]
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def lowered(document: object) -> ir.Module:
    return lower("n.ipynb", json.dumps(document, indent=1).encode())


def names(module: ir.Module) -> list[str]:
    """The names that the module assigns at its top."""
    targets = [statement.targets[0] for statement in module.body if isinstance(statement, ir.Assign)]
    return [target.identifier for target in targets if isinstance(target, ir.Name)]


def test_lines_of_a_list_have_their_own_raw_line() -> None:
    document = notebook(["a = 1\n", "b = 2"], ["c = (3,\n", "     4)\n"])
    document["cells"].insert(1, {"cell_type": "markdown", "source": ["x = y\n"]})
    text = json.dumps(document, indent=1)
    module = lower("n.ipynb", text.encode())
    assert names(module) == ["a", "b", "c"] and module.problems == ()
    raw = text.split("\n")
    for statement, shown, cell, cell_line in zip(module.body, ("a = 1", "b = 2", "c = (3,"), (0, 0, 2), (1, 2, 1), strict=True):
        place = module.place(statement.span)
        assert raw[place.line - 1][place.column - 1 :].startswith(shown)
        assert (place.cell, place.cell_line) == (cell, cell_line)
    last = module.place(module.body[2].span)
    assert raw[last.end_line - 1][: last.end_column - 1].endswith("     4)")


def test_a_source_of_one_string_maps_to_its_line() -> None:
    text = json.dumps(notebook("a = 1\nb = 2\n"), indent=1)
    module = lower("n.ipynb", text.encode())
    assert names(module) == ["a", "b"]
    assert [line.cell_line for line in module.cells] == [1, 2]
    for statement in module.body:
        assert '"source": "a = 1' in text.split("\n")[module.place(statement.span).line - 1]


def test_pieces_that_are_no_lines_are_joined() -> None:
    module = lowered(notebook(["a ", "= 1\nb = ", "2\n"]))
    assert names(module) == ["a", "b"]


def test_a_notebook_on_one_line_and_with_windows_newlines() -> None:
    document = notebook(["a = 1\r\n", "b = 2"])
    assert names(lower("n.ipynb", json.dumps(document).encode())) == ["a", "b"]
    module = lower("n.ipynb", json.dumps(document, indent=1).replace("\n", "\r\n").encode())
    assert [module.place(statement.span).line for statement in module.body] == [8, 9]


@pytest.mark.parametrize(
    "line",
    [
        "%matplotlib inline", "!pip install x (", "  %cd ..", "?x", "x.y?", "x??", "files = !ls '", "t = %time f()",
        "%%time", "!a \\\n  b '", "%load_ext x; y",
    ],
)  # fmt: skip
def test_magics_are_blanked(line: str) -> None:
    margin = line[: len(line) - len(line.lstrip())]
    before = "if a:\n" if margin else ""
    module = lowered(notebook(f"{before}{line}\nb = 2\n"))
    assert module.problems == ()
    assert names(module) == ["b"]
    assert module.body[-1].span.line == (before + line).count("\n") + 2


def test_lines_that_only_look_like_magics_are_kept() -> None:
    module = lowered(notebook("a = ('%d'\n% 1)\nb = '''\n!x\n%y\n'''\n"))
    first, second = module.body
    assert isinstance(first, ir.Assign) and isinstance(first.value, ir.Binary)
    assert isinstance(second, ir.Assign) and isinstance(second.value, ir.Constant)
    assert second.value.value == "\n!x\n%y\n"


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%javascript\n", "\n%%writefile a.py", "%%R -i x"])
def test_cells_in_another_language_are_blank(magic: str) -> None:
    module = lowered(notebook(f"{magic}\na = 1\n", "b = 2"))
    assert names(module) == ["b"] and module.problems == ()
    assert module.place(module.body[0].span).cell == 1


@pytest.mark.parametrize("broken", ["c = = 1", "c = (1", "print x", "d = '''", "  e = 1", "b'a' 'b'"])
def test_a_broken_cell_is_named_and_the_others_are_lowered(broken: str) -> None:
    module = lowered(notebook(["a = 1"], ["\n", broken], ["b = 2"]))
    assert names(module) == ["a", "b"]
    (problem,) = module.problems
    place = module.place(problem.span)
    assert place.cell == 1
    assert problem.message.startswith("cell 1: ")
    assert module.place(module.body[1].span).cell == 2


def test_a_deep_cell_loses_its_statement_only() -> None:
    module = lowered(notebook("a = " + "[" * 10_000 + "]" * 10_000 + "\nb = 2"))
    assert names(module) == ["b"]
    assert module.place(module.problems[0].span).cell == 0


@pytest.mark.parametrize("metadata", [{"kernelspec": {"language": "R"}}, {"language_info": {"name": "julia"}}])
def test_other_kernels_are_empty_without_a_problem(metadata: dict[str, object]) -> None:
    assert lowered(notebook("a <- 1", **metadata)) == ir.Module("n.ipynb", ())
    python = {"kernelspec": {"language": "python"}, "language_info": {"name": "ipython"}}
    assert names(lowered(notebook("a = 1", **python))) == ["a"]


def test_format_3_keeps_its_cells_in_worksheets() -> None:
    cells = [{"cell_type": "code", "input": ["a = 1\n"], "language": "python"}, {"cell_type": "heading", "source": ["b"]}]
    assert names(lowered({"metadata": {}, "nbformat": 3, "worksheets": [{"cells": cells}]})) == ["a"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1), ("{\n\n\"cells\": [}", 3), ("[]", 1), ("{}", 1), ("{\"cells\": 1}", 1), ("[" * 100_000, 1), ("{\"a\": nul}", 1),
        ("{\"outputs\":" + "[" * 100_000, 1), ("{\"cells\": []} x", 1), ("{\"a\": \"\\ud8", 1), ("1" * 100_000, 1),
    ],
)  # fmt: skip
def test_broken_json_is_a_problem_with_its_line(text: str, line: int) -> None:
    module = lower("n.ipynb", text.encode())
    assert module.body == () and module.cells == ()
    (problem,) = module.problems
    assert module.place(problem.span).line == line


def test_odd_cells_are_passed_over() -> None:
    document = notebook(["a = 1"], None, 3, [1, None, "b = 2"], {"x": []}, [], "")
    document["cells"] += [None, 1, {"cell_type": ["code"]}, {}]
    module = lowered(document)
    assert names(module) == ["a", "b"] and module.problems == ()
    assert len(module.cells) == 7
