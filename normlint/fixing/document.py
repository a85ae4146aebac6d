"""A file as text with places, and the bytes that it becomes when stretches of it are replaced."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from normlint.fixes import Edit
from normlint.immutable import dataclass
from normlint.places import Place
from normlint.source import SourceText, read_source

_NEWLINE = re.compile(r"\r\n|\r|\n")


class Replacement(NamedTuple):
    """The text between two offsets becomes ``text``. Offsets count in text whose newlines are ``\\n``."""

    start: int
    end: int
    text: str


class EditError(ValueError):
    """Replacements that cannot be made: two touch the same characters, or one runs over what is no text of the document."""


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

    @property
    def is_whole_file(self) -> bool:
        """Whether the text is all that is in the file, so that whole lines can come and go."""
        return True

    def extent(self, place: Place) -> tuple[int, int]:
        """Start and end of a place; the end of the text where there is no such place."""
        return self._offset(place.line, place.column), self._offset(place.end_line, place.end_column)

    def _offset(self, line: int, column: int) -> int:
        if not 1 <= line <= len(self.starts):
            return len(self.text)
        return min(self.starts[line - 1] + column - 1, len(self.text))

    def edits(self, replacements: Iterable[Replacement]) -> tuple[Edit, ...]:
        """The replacements in lines and columns of the file, in order. Raises ``EditError``."""
        return tuple([Edit(self._place(start, end), text) for start, end, text in self._raw_edits(replacements)])

    def replaced(self, replacements: Iterable[Replacement]) -> bytes:
        """The bytes of the file with the replacements made.

        Raises ``EditError``, and ``UnicodeEncodeError`` for text that the file's encoding lacks.
        """
        pieces: list[str] = []
        at = 0
        for start, end, text in self._raw_edits(replacements):
            pieces += (self.source.text[at:start], text.replace("\n", self.newline))
            at = end
        pieces.append(self.source.text[at:])
        return self.source.encode("".join(pieces))

    def _raw_edits(self, replacements: Iterable[Replacement]) -> list[Replacement]:
        """The same with offsets in the file's own text, in order."""
        return [Replacement(self._raw(r.start), self._raw(r.end), r.text) for r in in_order(replacements)]

    def _raw(self, offset: int) -> int:
        line = bisect_right(self.starts, offset) - 1
        return self.raw_starts[line] + offset - self.starts[line]

    def _place(self, start: int, end: int) -> Place:
        first, last = (bisect_right(self.raw_starts, offset) for offset in (start, end))
        return Place(
            self.path, first, start - self.raw_starts[first - 1] + 1, last, end - self.raw_starts[last - 1] + 1
        )  # fmt: skip


def _spells(source: SourceText, data: bytes) -> bool:
    try:
        return source.encode(source.text) == data
    except UnicodeEncodeError:
        return False


def in_order(replacements: Iterable[Replacement]) -> list[Replacement]:
    """Sorted by place; equal ones once. Raises ``EditError``.

    Of several insertions at one place, the order in which they were given is kept.
    """
    ordered = sorted(dict.fromkeys(replacements), key=lambda item: (item.start, item.end))
    for one, other in pairwise(ordered):
        if other.start < one.end:
            raise EditError(f"{one.start}..{one.end} and {other.start}..{other.end}")
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
