"""One line a finding, for editors and grep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from normlint.findings import Finding
from normlint.report.characters import escaped
from normlint.report.frames import location
from normlint.report.style import Style
from normlint.report.summary import statistics_lines, summary_line

if TYPE_CHECKING:
    from normlint.project import Analysis


def check_concise(
    analysis: Analysis, *, color: bool = False, links: bool = False, statistics: bool = False, quiet: bool = False
) -> str:
    """``path:line:column: CODE [severity] message``, then counts with ``statistics``, the summary unless ``quiet``."""
    style = Style(color, links)
    lines = [_line(finding, style) for finding in sorted(analysis.findings, key=lambda finding: finding.order)]
    if statistics:
        lines += statistics_lines(analysis)
    if not quiet:
        lines.append(summary_line(analysis))
    return "\n".join(lines)


def _line(finding: Finding, style: Style) -> str:
    code = style.rule(finding.code, style.paint("bold", finding.code))
    severity = style.paint(finding.severity, f"[{finding.severity}]")
    return f"{location(finding.place)}: {code} {severity} {escaped(finding.message)}"
