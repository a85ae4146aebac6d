"""Notebooks: the code of all cells as one text, edited inside of the JSON strings that hold it."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable

from normlint.fixing.document import Document, EditError, Replacement, in_order
from normlint.immutable import dataclass
from normlint.ir import CellLine
from normlint.lowering.parsing import unreadable
from normlint.notebooks import read_notebook
from normlint.places import Place

# One character of a JSON string: a pair of surrogates, another escape, or itself.
_CHARACTER = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\\"]")


@dataclass(frozen=True)
class NotebookDocument(Document):
    """``text`` is the joined code, ``lines`` says where each line of it stands in the file."""

    lines: tuple[CellLine, ...] = ()

    @classmethod
    def read(cls, path: str, data: bytes) -> NotebookDocument:
        """Raises ``normlint.source.SourceError`` for bytes that are no text; a notebook without code has an empty text.

        Cells that are no Python are empty lines, and so are magics, as for the analysis.
        """
        whole = Document.read(path, data)
        cells = read_notebook(whole.text).cells
        text = "".join(cell.text if unreadable(cell.text) is None else "\n" * len(cell.lines) for cell in cells)
        starts = (0, *(at + 1 for at, character in enumerate(text) if character == "\n"))
        lines = tuple(line for cell in cells for line in cell.lines)
        return cls(path, whole.source, text, starts, whole.raw_starts, whole.newline, whole.faithful, lines)

    @property
    def is_whole_file(self) -> bool:
        return False

    def extent(self, place: Place) -> tuple[int, int]:
        """Start and end of a place; the end of the text where lines cannot be told apart by their places."""
        first = [number for number, line in enumerate(self.lines)
                 if (line.cell, line.cell_line) == (place.cell, place.cell_line)]  # fmt: skip
        last = [number for number, line in enumerate(self.lines)
                if line.raw_line == place.end_line and line.raw_column <= place.end_column]  # fmt: skip
        if not first or not last or self._ambiguous(first[0]) or self._ambiguous(last[-1]):
            return len(self.text), len(self.text)
        start = self.starts[first[0]] + place.column - self.lines[first[0]].raw_column
        return start, self.starts[last[-1]] + place.end_column - self.lines[last[-1]].raw_column

    def _ambiguous(self, number: int) -> bool:
        """Whether another line comes out of the same string."""
        mine = self.lines[number]
        return any(
            (self.lines[other].raw_line, self.lines[other].raw_column) == (mine.raw_line, mine.raw_column)
            for other in (number - 1, number + 1)
            if 0 <= other < len(self.lines)
        )

    def _raw_edits(self, replacements: Iterable[Replacement]) -> list[Replacement]:
        edits = []
        for start, end, text in in_order(replacements):
            if "\n" in self.text[start:end] or "\n" in text:
                raise EditError("an edit of a notebook stays in its line")
            edits.append(Replacement(self._raw(start), self._raw(end), json.dumps(text, ensure_ascii=False)[1:-1]))
        return edits

    def _raw(self, offset: int) -> int:
        """Where a character of the code stands in the JSON text. Raises ``EditError``."""
        number = bisect_right(self.starts, offset) - 1
        if number >= len(self.lines) or self._ambiguous(number):
            raise EditError("no line of a notebook by itself")
        line = self.lines[number]
        at = self.raw_starts[line.raw_line - 1] + line.raw_column - 1
        for _ in range(offset - self.starts[number]):
            character = _CHARACTER.match(self.source.text, at)
            if character is None:
                raise EditError("the line is made of several strings")
            at = character.end()
        return at


def reads_as(data: bytes, before: NotebookDocument, replacements: Iterable[Replacement]) -> bool:
    """Whether the code of the new notebook is that of the old one with the replacements made, in the same cells."""
    after = NotebookDocument.read(before.path, data)
    text = before.text
    for start, end, new in reversed(in_order(replacements)):
        text = text[:start] + new + text[end:]
    cells = [[(line.cell, line.cell_line) for line in document.lines] for document in (before, after)]
    return after.text == text and cells[0] == cells[1]
