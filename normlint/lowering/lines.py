"""Where the lines of a text begin."""

from __future__ import annotations


def line_starts(text: str) -> list[int]:
    """The offset of each line's first character; lines end at ``\\n``."""
    starts = [0]
    find = text.find
    at = find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = find("\n", at + 1)
    return starts
