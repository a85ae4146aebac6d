"""The source lines that frames show, read again from disk."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from normlint.discover import KINDS, ReadError, SourceFile, read
from normlint.immutable import dataclass, field

# Only what Python counts as a line: str.splitlines also breaks at form feeds and Unicode separators.
_NEWLINE = re.compile(r"\r\n|\n|\r")
_JSON_LINE = re.compile(r'^(\s*)("(?:[^"\\]|\\.)*")\s*,?\s*$')
# One character of the decoded string: two escaped surrogates are one.
_JSON_CHARACTER = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]")
MAX_KEPT = 16
LONG_LINE = 100_000


class Line(NamedTuple):
    """One line to show; ``shift`` is subtracted from a raw column (1-based) to get a column in ``text``."""

    text: str
    shift: int = 0


@dataclass(slots=True)
class SourceLines:
    """Lines by path (relative to ``root``) and 1-based number; the last few files are kept.

    ``unsaved`` has the bytes of files that are not as they are on disk.
    """

    root: Path
    unsaved: Mapping[str, bytes] = field(default_factory=dict)
    _files: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def get(self, path: str, number: int) -> Line | None:
        """The line, a notebook's without its JSON quotes; None where the file or the line is gone."""
        lines = self._lines(path)
        if not 1 <= number <= len(lines):
            return None
        raw = lines[number - 1]
        if path.endswith(".ipynb"):
            return _unquoted(raw)
        return Line(raw)

    def raw_column(self, path: str, number: int, column: int) -> int:
        """The column in the raw text of a notebook's line, given the one in which each escape counts as a character."""
        lines = self._lines(path)
        match = _JSON_LINE.match(lines[number - 1]) if 1 <= number <= len(lines) and len(lines[number - 1]) < LONG_LINE else None
        if match is None:
            return column
        start = match.start(2) + 1
        widths = (len(piece) for piece in _JSON_CHARACTER.findall(match[2][1:-1]))
        return start + 1 + sum(islice(widths, max(0, column - start - 1)))

    def _lines(self, path: str) -> tuple[str, ...]:
        known = self._files.get(path)
        if known is None:
            if len(self._files) >= MAX_KEPT:
                self._files.pop(next(iter(self._files)))
            known = self._files[path] = self._read(path)
        return known

    def _read(self, path: str) -> tuple[str, ...]:
        file = SourceFile(path, self.root / path, KINDS.get(Path(path).suffix.lower(), "python"))
        try:
            data = self.unsaved[path] if path in self.unsaved else read(file)
        except ReadError:
            # The finding stands (NL902 is often about this very file); its frame is shown without source.
            return ()
        return tuple(_NEWLINE.split(data.decode("utf-8-sig", "replace")))


def _unquoted(raw: str) -> Line:
    """A line of a cell is a JSON string on a line of its own; anything else is shown as it is."""
    match = _JSON_LINE.match(raw) if len(raw) < LONG_LINE else None
    if match is None:
        return Line(raw)
    try:
        text = json.loads(match[2])
    except json.JSONDecodeError:
        return Line(raw)
    return Line(text.removesuffix("\n").removesuffix("\r"), len(match[1]) + 1)
