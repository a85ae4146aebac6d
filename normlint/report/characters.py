"""Text of hostile origin made safe for a terminal, and its width there."""

from __future__ import annotations

import unicodedata

TAB = 4
# Control, format (bidirectional overrides, zero-width), surrogate, line and paragraph separators.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def escaped(text: str) -> str:
    """The text on one line, without a character that controls the terminal or hides itself: ``\\x1b``, ``\\u202e``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_escaped_character, text))


def cells(text: str) -> list[str]:
    """One printable string for each character of a source line; a tab fills up to the next multiple of 4."""
    drawn: list[str] = []
    column = 0
    for character in text:
        shown = " " * (TAB - column % TAB) if character == "\t" else _escaped_character(character)
        drawn.append(shown)
        column += width(shown)
    return drawn


def width(text: str) -> int:
    """How many terminal columns the printable text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


def _character_width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _escaped_character(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE:
        return character
    point = ord(character)
    # A lone surrogate stands for the undecodable byte of a file name.
    if 0xDC80 <= point <= 0xDCFF:
        return f"\\x{point - 0xDC00:02x}"
    if point <= 0xFF:
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character, f"\\x{point:02x}")
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"
