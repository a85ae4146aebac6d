"""Jupyter notebooks to the source of their code cells, and where each line of it stands in the file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from normlint.immutable import dataclass
from normlint.ir import CellLine, Problem
from normlint.json_text import JsonError, JsonList, JsonObject, JsonString, JsonValue, parse
from normlint.logical_lines import skipped_lines
from normlint.places import Span

MAX_CHARACTERS = 40_000_000

# Cell magics that time or capture what is plain Python below them.
_PYTHON_CELL_MAGICS = frozenset({"time", "timeit", "capture", "prun", "python", "python3", "pypy", "memit", "mprun"})
_CELL_MAGIC = re.compile(r"\s*%%\s*(\w*)")
# Where a statement starts, none of these can be Python: %magic, !shell, ?help, help?, name = !shell.
_MAGIC = re.compile(
    r"(?P<margin>[ \t]*)(?:[%!?]|[\w.*]+\?{1,2}[ \t]*(?=\n|$)|[\w., \t]+=[ \t]*[!%])(?:[^\n\\]|\\\n|\\.)*\\?"
)
_STAND_IN = "pass"
_UNREAD = frozenset({"outputs", "attachments", "widgets"})


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell: its Python, magics blanked, each line ended; and the place of each line."""

    text: str
    lines: tuple[CellLine, ...]


@dataclass(frozen=True, slots=True)
class Notebook:
    """``problems`` say why there are no cells; their spans count in the raw file."""

    cells: tuple[Cell, ...]
    problems: tuple[Problem, ...] = ()


def read_notebook(text: str) -> Notebook:
    """The code cells of a notebook's JSON, formats 3 and 4; none for a notebook in another language.

    ``text`` has its newlines as ``\\n``. Raises nothing: broken JSON is a problem.
    """
    if len(text) > MAX_CHARACTERS:
        return _refused(1, f"too large ({len(text)} characters, limit {MAX_CHARACTERS})")
    try:
        document = parse(text, _UNREAD)
    except JsonError as error:
        return _refused(error.line, f"not JSON: {error}")
    if not isinstance(document, JsonObject):
        return _refused(1, "not a notebook: no JSON object")
    if not _is_python(document):
        return Notebook(())
    sources = _code_cells(document)
    if sources is None:
        return _refused(1, "not a notebook: no cells")
    return Notebook(tuple([_cell(index, source) for index, source in sources]))


def _refused(line: int, message: str) -> Notebook:
    return Notebook((), (Problem(Span(line, 1, line, 1), message),))


def _cell(index: int, source: JsonValue | None) -> Cell:
    lines = _source(index, source)
    return Cell(_without_magics("".join([line + "\n" for line, _ in lines])), tuple([place for _, place in lines]))


def _is_python(document: JsonObject) -> bool:
    metadata = document.get("metadata")
    if not isinstance(metadata, JsonObject):
        return True
    for holder, key in (("kernelspec", "language"), ("language_info", "name")):
        inner = metadata.get(holder)
        language = inner.get(key) if isinstance(inner, JsonObject) else None
        if isinstance(language, JsonString) and language.value:
            return "python" in language.value.lower()
    return True


def _code_cells(document: JsonObject) -> list[tuple[int, JsonValue | None]] | None:
    """Number and source of each code cell, in the formats 3 and 4."""
    listed = document.get("cells")
    key = "source"
    if not isinstance(listed, JsonList):
        sheets = document.get("worksheets")
        if not isinstance(sheets, JsonList):
            return None
        key = "input"
        inner = [sheet.get("cells") for sheet in sheets.items if isinstance(sheet, JsonObject)]
        cells = [cell for cells in inner if isinstance(cells, JsonList) for cell in cells.items]
    else:
        cells = list(listed.items)
    found: list[tuple[int, JsonValue | None]] = []
    for index, cell in enumerate(cells):
        if not isinstance(cell, JsonObject):
            continue
        kind = cell.get("cell_type")
        if isinstance(kind, JsonString) and kind.value == "code":
            found.append((index, cell.get(key)))
    return found


def _source(index: int, source: JsonValue | None) -> list[tuple[str, CellLine]]:
    """The lines of a cell with their places; at least one, so that cells never run into each other."""
    pieces = [item for item in source.items if isinstance(item, JsonString)] if isinstance(source, JsonList) else []
    if isinstance(source, JsonString):
        pieces = [source]
    lines: list[tuple[str, CellLine]] = []
    open_line = ""
    opened: JsonString | None = None
    for piece in pieces:
        parts = piece.value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for part in parts[:-1]:
            start = opened or piece
            lines.append((open_line + part, CellLine(start.line, start.column + 1, index, len(lines) + 1)))
            open_line, opened = "", None
        if parts[-1]:
            open_line, opened = open_line + parts[-1], opened or piece
    if opened is not None:
        lines.append((open_line, CellLine(opened.line, opened.column + 1, index, len(lines) + 1)))
    if not lines:
        lines.append(("", CellLine(1, 1, index, 1)))
    return lines


def _without_magics(text: str) -> str:
    """The same lines, those that are no Python blanked."""
    cell_magic = _CELL_MAGIC.match(text)
    if cell_magic and cell_magic.group(1).lower() not in _PYTHON_CELL_MAGICS:
        return "\n" * text.count("\n")
    return _blanked(text, skipped_lines(text, _MAGIC))


def _blanked(text: str, stretches: Sequence[tuple[int, int]]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end in stretches:
        line = text[start:end]
        margin = line[: len(line) - len(line.lstrip(" \t"))]
        pieces += (text[at:start], margin, _STAND_IN, "\n" * line.count("\n"))
        at = end
    pieces.append(text[at:])
    return "".join(pieces)
