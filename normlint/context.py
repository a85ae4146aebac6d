"""The source text of a finding's places, without what formatters change: by it a finding is known again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from normlint.findings import Finding
from normlint.immutable import replace
from normlint.places import Place

LONGEST = 2_000
_NEWLINE = re.compile(r"\r\n|\n|\r")
_COMMENT = re.compile(r"#[^\n]*")
_LAST_COMMA = re.compile(r",(?=[)\]}])")


def with_context(findings: Iterable[Finding], read: Callable[[str], bytes | None]) -> list[Finding]:
    """The findings with the text of their places; ``read`` gives a file's bytes, None where it cannot be read."""
    lines: dict[str, list[str]] = {}

    def text(place: Place) -> str:
        if place.path not in lines:
            lines[place.path] = _NEWLINE.split((read(place.path) or b"").decode("utf-8-sig", "replace"))
        return normalized(_stretch(lines[place.path], place))

    return [
        replace(finding, context=(text(finding.place), *(text(related.place) for related in finding.related)))
        for finding in findings
    ]


def normalized(text: str) -> str:
    """Without spaces, line breaks, comments and trailing commas, and with one kind of quotes."""
    bare = "".join(_COMMENT.sub("", text).split()) or "".join(text.split())
    return _LAST_COMMA.sub("", bare).replace('"', "'")[:LONGEST]


def _stretch(lines: list[str], place: Place) -> str:
    """The place's own text; columns count characters."""
    kept = lines[place.line - 1 : place.end_line][:200]
    if not kept:
        return ""
    if place.end_line - place.line < 200:
        kept[-1] = kept[-1][: max(place.end_column - 1, 0)]
    kept[0] = kept[0][place.column - 1 :]
    return "\n".join(line[:LONGEST] for line in kept)
