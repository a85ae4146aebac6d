"""The line that ends a report, and the optional counts before it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from normlint.findings import SEVERITIES, Finding

if TYPE_CHECKING:
    from normlint.project import Analysis


def summary_line(analysis: Analysis) -> str:
    """``Found 3 findings (2 errors, 1 warning) in 2 files; 14 files checked.``"""
    checked = f"{_counted(analysis.files_seen, 'file')} checked"
    aside = f"; {_counted(len(analysis.silenced), 'finding')} silenced by comments" if analysis.silenced else ""
    aside += f"; {_counted(len(analysis.known), 'finding')} known before" if analysis.known else ""
    done = f"Fixed {_counted(analysis.fixed, 'finding')}. " if analysis.fixed else ""
    if not analysis.findings:
        return f"{done}No findings{' left' * bool(done)}. {checked}, {analysis.files_lowered} with image code{aside}."
    severities = Counter(finding.severity for finding in analysis.findings)
    parts = [
        str(severities[severity]) + " info" if severity == "info" else _counted(severities[severity], severity)
        for severity in reversed(SEVERITIES)
        if severities[severity]
    ]
    files = len({finding.place.path for finding in analysis.findings})
    total = _counted(len(analysis.findings), "finding")
    return f"{done}Found {total} ({', '.join(parts)}) in {_counted(files, 'file')}; {checked}{aside}."


def stale_line(analysis: Analysis) -> str:
    """What to do about a baseline that knows findings which are gone; empty where there are none."""
    count = sum(entry.count for entry in analysis.stale)
    if not count:
        return ""
    return f"The baseline knows {_counted(count, 'finding')} more than there are: `normlint baseline --prune`."


def fix_line(analysis: Analysis) -> str:
    """``[*] 2 fixable with --fix (1 more with --unsafe-fixes).``; empty where nothing is fixable."""
    usable = sum(can_be_fixed(finding, analysis.unsafe_fixes) for finding in analysis.findings)
    hidden = sum(finding.fixable for finding in analysis.findings) - usable
    if not usable and not hidden:
        return ""
    if not usable:
        return f"No safe fixes; {hidden} fixable with --fix --unsafe-fixes."
    option = "--fix --unsafe-fixes" if analysis.unsafe_fixes else "--fix"
    return f"[*] {usable} fixable with {option}" + (f" ({hidden} more with --unsafe-fixes)." if hidden else ".")


def can_be_fixed(finding: Finding, unsafe: bool) -> bool:
    """Whether ``--fix`` would try to fix the finding, with or without ``--unsafe-fixes``."""
    return finding.fix is not None and (unsafe or finding.fix.safety == "safe")


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
