"""A place drawn with its source: line numbers, carets under the span, a label beside them."""

from __future__ import annotations

from normlint.places import Place
from normlint.report.characters import cells, escaped, width
from normlint.report.lines import SourceLines
from normlint.report.style import Style

MAX_WIDTH = 110
MAX_LINES = 4
CUT = "..."


def location(place: Place) -> str:
    """``path:line:column``, and for a notebook the cell by its index and the line in it."""
    text = f"{escaped(place.path)}:{place.line}:{place.column}"
    if place.cell is not None:
        text += f" (cells[{place.cell}] line {place.cell_line})"
    return text


def frame(place: Place, label: str, lines: SourceLines, gutter: int, style: Style, role: str) -> list[str]:
    """The span's lines (at most 4 of them) with their carets; ``gutter`` is the width of the line numbers.

    Empty where there is no source to show.
    """
    mark = "-" if role == "related" else "^"
    last = max(place.line, min(place.end_line, place.line + MAX_LINES - 1))
    drawn: list[str] = []
    rail = style.paint("rail", " " * gutter + " |")
    for number in range(place.line, last + 1):
        line = lines.get(place.path, number)
        if line is None:
            break
        start = place.column - line.shift if number == place.line else 1
        end = place.end_column - line.shift if number == place.end_line else len(line.text) + 1
        if number != place.line:
            start += len(line.text) - len(line.text.lstrip())
        shown, before, marked = cut(line.text, start - 1, end - 1)
        drawn.append(f"{style.paint('rail', f'{number:>{gutter}} |')} {shown}".rstrip())
        note = f" {escaped(label)}" if label and number == last else ""
        if marked:
            drawn.append(f"{rail} {' ' * before}{style.paint(role, mark * marked + note)}")
    if not drawn:
        return []
    if last < place.end_line:
        drawn.append(f"{rail} {CUT}")
    return [rail, *drawn]


def cut(text: str, start: int, end: int) -> tuple[str, int, int]:
    """The line cut to the terminal around characters ``start`` to ``end`` (0-based, end excluded).

    Returns the text to print, the columns before the marks, and the number of marks.
    """
    start = min(max(start, 0), len(text))
    end = min(max(end, start + 1), max(len(text), start + 1))
    # Far more characters than can be shown need not be measured: a generated line can have millions.
    low = max(0, start - MAX_WIDTH * 2)
    high = min(len(text), max(start + MAX_WIDTH * 2, 1))
    drawn = cells(text[low:high])
    begin, stop = start - low, min(end - low, len(drawn))
    marked = max(1, sum(map(width, drawn[begin:stop])))
    left = 0
    while left < begin and sum(map(width, drawn[left:begin])) + min(marked, MAX_WIDTH // 2) > MAX_WIDTH - 10:
        left += 1
    if left or low:
        # Some text before the span says more than a full line after it.
        left = max(left, begin - MAX_WIDTH // 3)
    prefix = CUT if left or low else ""
    before = width(prefix) + sum(map(width, drawn[left:begin]))
    shown, used = prefix, width(prefix)
    for position in range(left, len(drawn)):
        if used + width(drawn[position]) > MAX_WIDTH:
            return shown + CUT, before, min(marked, max(1, used - before))
        shown += drawn[position]
        used += width(drawn[position])
    return shown + (CUT if high < len(text) else ""), before, marked
