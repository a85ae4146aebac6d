"""The line that ends a report, and the optional counts before it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from normlint.findings import SEVERITIES

if TYPE_CHECKING:
    from normlint.project import Analysis


def summary_line(analysis: Analysis) -> str:
    """``Found 3 findings (2 errors, 1 warning) in 2 files; 14 files checked.``"""
    checked = f"{_counted(analysis.files_seen, 'file')} checked"
    if not analysis.findings:
        return f"No findings. {checked}, {analysis.files_lowered} with image code."
    severities = Counter(finding.severity for finding in analysis.findings)
    parts = [
        str(severities[severity]) + " info" if severity == "info" else _counted(severities[severity], severity)
        for severity in reversed(SEVERITIES)
        if severities[severity]
    ]
    files = len({finding.place.path for finding in analysis.findings})
    total = _counted(len(analysis.findings), "finding")
    return f"Found {total} ({', '.join(parts)}) in {_counted(files, 'file')}; {checked}."


def statistics_lines(analysis: Analysis) -> list[str]:
    """Counts per rule, the most frequent first, then the run's own counters."""
    rules = Counter((finding.code, finding.name) for finding in analysis.findings)
    ordered = sorted(rules.items(), key=lambda item: (-item[1], item[0]))
    digits = max((len(str(count)) for count in [*rules.values(), *analysis.statistics.values()]), default=1)
    return [
        *(f"{count:>{digits}}  {code} {name}" for (code, name), count in ordered),
        *(f"{count:>{digits}}  {name}" for name, count in sorted(analysis.statistics.items())),
    ]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
