"""Findings as a person reads them: the message, then every place involved with its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from normlint.findings import Finding
from normlint.places import Place
from normlint.report.characters import escaped
from normlint.report.frames import frame, location
from normlint.report.lines import SourceLines
from normlint.report.style import Style
from normlint.report.summary import can_be_fixed, fix_line, stale_line, statistics_lines, summary_line

if TYPE_CHECKING:
    from normlint.project import Analysis


def check_text(
    analysis: Analysis, *, color: bool = False, links: bool = False, statistics: bool = False, quiet: bool = False
) -> str:
    """The findings as source frames, then counts with ``statistics``, then the summary unless ``quiet``."""
    style = Style(color, links)
    lines = SourceLines(analysis.root, analysis.unsaved)
    blocks = [
        "\n".join(_block(finding, lines, style, analysis.unsafe_fixes)) + "\n"
        for finding in sorted(analysis.findings, key=lambda finding: finding.order)
    ]
    if statistics:
        counts = statistics_lines(analysis)
        if counts:
            blocks.append("\n".join(counts) + "\n")
    if not quiet:
        summary = (style.paint("bold", summary_line(analysis)), fix_line(analysis), stale_line(analysis))
        blocks.append("\n".join(filter(None, summary)))
    return "\n".join(blocks).removesuffix("\n")


def _block(finding: Finding, lines: SourceLines, style: Style, unsafe_fixes: bool) -> list[str]:
    gutter = max(len(str(_last_line(place))) for place in (finding.place, *(r.place for r in finding.related)))
    head = style.rule(finding.code, style.paint("bold", f"{finding.code} {finding.name}"))
    severity = style.paint(finding.severity, f"[{finding.severity}]")
    arrow = style.paint("rail", " " * gutter + "-->")
    mark = " [*]" if can_be_fixed(finding, unsafe_fixes) else ""
    block = [f"{head} {severity}{mark}  {escaped(finding.message)}", f"{arrow} {location(finding.place)}"]
    block += frame(finding.place, finding.label, lines, gutter, style, finding.severity)
    for related in finding.related:
        colons = style.paint("rail", " " * gutter + ":::")
        block.append(f"{colons} {location(related.place)}  {escaped(related.message)}".rstrip())
        block += frame(related.place, "", lines, gutter, style, "related")
    if finding.fix is not None:
        unsafe = " (unsafe)" if finding.fix.safety == "unsafe" else ""
        block.append(f"{style.paint('rail', ' ' * gutter + ' =')} fix{unsafe}: {escaped(finding.fix.description)}")
    return block


def _last_line(place: Place) -> int:
    return max(place.line, place.end_line)
