"""One line a finding, for editors and grep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from normlint.findings import Finding
from normlint.report.characters import escaped
from normlint.report.frames import location
from normlint.report.style import Style
from normlint.report.summary import can_be_fixed, fix_line, stale_line, statistics_lines, summary_line

if TYPE_CHECKING:
    from normlint.project import Analysis


def check_concise(
    analysis: Analysis, *, color: bool = False, links: bool = False, statistics: bool = False, quiet: bool = False
) -> str:
    """``path:line:column: CODE [severity] message``, then counts with ``statistics``, the summary unless ``quiet``."""
    style = Style(color, links)
    findings = sorted(analysis.findings, key=lambda finding: finding.order)
    lines = [_line(finding, style, analysis.unsafe_fixes) for finding in findings]
    if statistics:
        lines += statistics_lines(analysis)
    if not quiet:
        lines += filter(None, (summary_line(analysis), fix_line(analysis), stale_line(analysis)))
    return "\n".join(lines)


def _line(finding: Finding, style: Style, unsafe_fixes: bool) -> str:
    code = style.rule(finding.code, style.paint("bold", finding.code))
    severity = style.paint(finding.severity, f"[{finding.severity}]")
    mark = " [*]" if can_be_fixed(finding, unsafe_fixes) else ""
    return f"{location(finding.place)}: {code} {severity}{mark} {escaped(finding.message)}"
