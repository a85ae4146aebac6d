"""What fixes change, as a unified diff."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping

from normlint.source import SourceError, read_source

_NO_NEWLINE = "\n\\ No newline at end of file\n"


def unified_diff(changed: Mapping[str, bytes], read: Callable[[str], bytes | None]) -> str:
    """Of every changed file, in the order of their paths; lines keep their own ends."""
    pieces: list[str] = []
    for path in sorted(changed):
        old, new = _lines(read(path)), _lines(changed[path])
        for line in difflib.unified_diff(old, new, path, path):
            pieces.append(line if line.endswith("\n") else line + _NO_NEWLINE)
    return "".join(pieces)


def _lines(data: bytes | None) -> list[str]:
    """Lines as ``patch`` counts them, ended by line feeds."""
    if data is None:
        return []
    try:
        text = read_source(data).text
    except SourceError:
        return []
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
