"""Text that goes."""

from __future__ import annotations

from collections.abc import Iterator

from normlint.fixes import Fix
from normlint.fixing.document import Replacement
from normlint.fixing.files import Files, Patch


def removal(files: Files, fix: Fix) -> Iterator[Patch]:
    """Delete the place with the blanks before it, and the whole line where nothing else is on it."""
    document = files.document(fix.place.path)
    if document is None:
        return
    start, end = document.extent(fix.place)
    text = document.text
    start = len(text[:start].rstrip(" \t"))
    line_start = text.rfind("\n", 0, start) + 1
    if document.is_whole_file and start == line_start and text[end : end + 1] in {"\n", ""}:
        end = min(end + 1, len(text))
    yield {fix.place.path: (Replacement(start, end, ""),)}
