"""A file as text with places, and the bytes that it becomes when stretches of it are replaced."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from normlint.fixes import Edit
from normlint.places import Place
from normlint.source import SourceText, read_source

_NEWLINE = re.compile(r"\r\n|\r|\n")


class Replacement(NamedTuple):
    """The text between two offsets becomes ``text``. Offsets count in text whose newlines are ``\\n``."""

    start: int
    end: int
    text: str


class OverlapError(ValueError):
    """Two replacements that touch the same characters."""


@dataclass(frozen=True)
class Document:
    """One file. ``text`` has its newlines as ``\\n``; ``raw_starts`` are the offsets of its lines in the file's own text.

    ``faithful`` says whether its text gives the same bytes again: a file in a lossy encoding is not edited.
    """

    path: str
    source: SourceText
    text: str
    starts: tuple[int, ...]
    raw_starts: tuple[int, ...]
    newline: str
    faithful: bool

    @classmethod
    def read(cls, path: str, data: bytes) -> Document:
        """Raises ``normlint.source.SourceError`` for bytes that are no source text."""
        source = read_source(data)
        found = list(_NEWLINE.finditer(source.text))
        text = _NEWLINE.sub("\n", source.text)
        starts = (0, *(at + 1 for at, character in enumerate(text) if character == "\n"))
        raw_starts = (0, *(match.end() for match in found))
        return cls(path, source, text, starts, raw_starts, found[0][0] if found else "\n", _spells(source, data))

    def offset(self, line: int, column: int) -> int:
        """Of a 1-based line and column; past the end of the text where there is no such place."""
        if not 1 <= line <= len(self.starts):
            return len(self.text)
        return min(self.starts[line - 1] + column - 1, len(self.text))

    def extent(self, place: Place) -> tuple[int, int]:
        """Start and end of a place."""
        return self.offset(place.line, place.column), self.offset(place.end_line, place.end_column)

    def edits(self, replacements: Iterable[Replacement]) -> tuple[Edit, ...]:
        """The replacements in lines and columns of the file, in order. Raises ``OverlapError``."""
        return tuple(Edit(self._place(item.start, item.end), item.text) for item in in_order(replacements))

    def replaced(self, replacements: Iterable[Replacement]) -> bytes:
        """The bytes of the file with the replacements made.

        Raises ``OverlapError``, and ``UnicodeEncodeError`` for text that the file's encoding lacks.
        """
        pieces: list[str] = []
        at = 0
        for item in in_order(replacements):
            pieces += (self.source.text[at : self._raw(item.start)], item.text.replace("\n", self.newline))
            at = self._raw(item.end)
        pieces.append(self.source.text[at:])
        return self.source.encode("".join(pieces))

    def _raw(self, offset: int) -> int:
        line = bisect_right(self.starts, offset) - 1
        return self.raw_starts[line] + offset - self.starts[line]

    def _place(self, start: int, end: int) -> Place:
        first, last = (bisect_right(self.starts, offset) for offset in (start, end))
        return Place(
            self.path, first, start - self.starts[first - 1] + 1, last, end - self.starts[last - 1] + 1
        )  # fmt: skip


def _spells(source: SourceText, data: bytes) -> bool:
    try:
        return source.encode(source.text) == data
    except UnicodeEncodeError:
        return False


def in_order(replacements: Iterable[Replacement]) -> list[Replacement]:
    """Sorted by place; equal ones once. Raises ``OverlapError``.

    Of several insertions at one place, the order in which they were given is kept.
    """
    ordered = sorted(dict.fromkeys(replacements), key=lambda item: (item.start, item.end))
    for one, other in pairwise(ordered):
        if other.start < one.end:
            raise OverlapError(f"{one.start}..{one.end} and {other.start}..{other.end}")
    return ordered


def moved(offset: int, replacements: Iterable[Replacement]) -> int:
    """Where a character stands after the replacements; one that is replaced counts as the start of its replacement."""
    shift = 0
    for item in in_order(replacements):
        if item.end <= offset and not (item.start == item.end == offset):
            shift += len(item.text) - (item.end - item.start)
        elif item.start < offset:
            return item.start + shift
    return offset + shift
