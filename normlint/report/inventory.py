"""The sites as text: one line each, grouped by file, in columns."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

from normlint.report.characters import escaped, width
from normlint.report.json_output import site_order
from normlint.sites import Numbers, Site

if TYPE_CHECKING:
    from normlint.project import Analysis

MAX_NUMBERS = 4


def sites_text(analysis: Analysis) -> str:
    """One line a site below the name of its file; the number of sites last."""
    ordered = sorted(analysis.sites, key=site_order)
    blocks = []
    for path, group in groupby(ordered, key=lambda site: site.place.path):
        blocks.append("\n".join([escaped(path), *_table(map(_row, group))]))
    files = f"{len(blocks)} file{'' if len(blocks) == 1 else 's'}"
    count = f"{len(ordered)} site{'' if len(ordered) == 1 else 's'}"
    blocks.append(f"{count} in {files}; {analysis.files_seen} checked.")
    return "\n\n".join(blocks)


def _row(site: Site) -> tuple[str, ...]:
    place = f"{site.place.line}:{site.place.column}"
    if site.place.cell is not None:
        place += f" cells[{site.place.cell}]:{site.place.cell_line}"
    return (place, site.kind, escaped(site.api), _values(site), site.role, f"({site.resolved_from})")


def _values(site: Site) -> str:
    """Stats, else the affine map, then the ranges; what is not known is left out."""
    parts = []
    if site.mean is not None or site.std is not None:
        parts.append(f"mean={_numbers(site.mean)} std={_numbers(site.std)}")
    elif site.scale is not None or site.offset is not None:
        parts.append(f"x*{_numbers(site.scale)} + {_numbers(site.offset)}")
    if site.input_range is not None or site.output_range is not None:
        parts.append(f"{_range(site.input_range)} -> {_range(site.output_range)}")
    return "  ".join(parts) or "-"


def _numbers(values: Numbers | None) -> str:
    if values is None:
        return "?"
    shown = [_number(value) for value in values[:MAX_NUMBERS]]
    if len(values) == 1:
        return shown[0]
    return f"[{', '.join(shown)}{', ...' if len(values) > MAX_NUMBERS else ''}]"


def _range(ends: tuple[float | None, float | None] | None) -> str:
    return "?" if ends is None else "..".join("?" if end is None else _number(end) for end in ends)


def _number(value: float) -> str:
    return f"{value:.4g}"


def _table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    kept = list(rows)
    widths = [max(map(width, column)) for column in zip(*kept, strict=True)]
    return [
        "  " + "  ".join(cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=True)).rstrip()
        for row in kept
    ]
