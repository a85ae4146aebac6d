"""Source code in the report: a place with the lines around it."""

from __future__ import annotations

from normlint.places import Place
from normlint.report.audit.markup import Html, joined, tag
from normlint.report.characters import cells
from normlint.report.frames import location
from normlint.report.lines import SourceLines

AROUND = 2
MAX_LINES = 8
MAX_COLUMNS = 220


def source_frame(place: Place, caption: str, lines: SourceLines, role: str) -> Html:
    """The span marked in its lines, two more above and below; ``role`` is primary or related."""
    last = max(place.line, min(place.end_line, place.line + MAX_LINES - 1))
    # The lines around one in a notebook are other cells, or JSON.
    around = 0 if place.cell is not None else AROUND
    shown = [
        (number, line)
        for number in range(max(1, place.line - around), last + around + 1)
        if (line := lines.get(place.path, number)) is not None
    ]
    margin = min((len(line.text) - len(line.text.lstrip()) for _, line in shown if line.text.strip()), default=0)
    rows = []
    for number, line in shown:
        start = end = len(line.text)
        if place.line <= number <= last:
            start = place.column - line.shift - 1 if number == place.line else len(line.text) - len(line.text.lstrip())
            end = place.end_column - line.shift - 1 if number == place.end_line else len(line.text)
        rows.append(_row(number, line.text[margin:], start - margin, max(end, start) - margin))
    return tag(
        "figure",
        tag("figcaption", tag("span", location(place), class_="place"), tag("span", caption, class_="caption")),
        tag("pre", rows, tabindex="0") if rows else tag("p", "The source cannot be shown.", class_="unknown"),
        class_=f"source {role}",
    )


def _row(number: int, text: str, start: int, end: int) -> Html:
    cut = max(0, start - MAX_COLUMNS // 2) if len(text) > MAX_COLUMNS else 0
    drawn = cells(text[cut : cut + MAX_COLUMNS])
    first, past = min(max(start - cut, 0), len(drawn)), min(max(end - cut, 0), len(drawn))
    marked = "".join(drawn[first:past])
    code = joined(
        "…" if cut else None, "".join(drawn[:first]), tag("mark", marked) if marked else None, "".join(drawn[past:]),
        "…" if cut + MAX_COLUMNS < len(text) else None,
    )  # fmt: skip
    hit = "line hit" if marked else "line"
    return tag("span", tag("span", str(number), class_="number"), tag("code", code), class_=hit)
