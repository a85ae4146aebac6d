"""GitHub workflow commands: annotations on the changed files of a pull request.

The syntax and its escapes are those of ``@actions/core`` (packages/core/src/command.ts). GitHub shows the first ten
annotations of each level that a step prints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from normlint.findings import SEVERITIES, Finding, Severity
from normlint.report.characters import escaped
from normlint.report.repository import prefix_in_repository
from normlint.report.summary import statistics_lines, summary_line

if TYPE_CHECKING:
    from normlint.project import Analysis

_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def check_github(analysis: Analysis, *, statistics: bool = False, quiet: bool = False) -> str:
    """One workflow command a finding, errors first; then counts with ``statistics``, the summary unless ``quiet``."""
    prefix = prefix_in_repository(analysis.root)
    ordered = sorted(analysis.findings, key=lambda finding: (-SEVERITIES.index(finding.severity), finding.order))
    lines = [_command(finding, prefix) for finding in ordered]
    if statistics:
        lines += statistics_lines(analysis)
    if not quiet:
        lines.append(summary_line(analysis))
    return "\n".join(lines)


def _command(finding: Finding, prefix: str) -> str:
    place = finding.place
    properties = {"file": prefix + place.path, "line": str(place.line), "endLine": str(place.end_line)}
    if place.line == place.end_line:
        # GitHub refuses columns for annotations of several lines.
        properties |= {"col": str(place.column), "endColumn": str(place.end_column)}
    properties["title"] = f"{finding.code} {finding.name}"
    shown = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    related = [f"{prefix}{r.place.path}:{r.place.line}: {r.message}" for r in finding.related]
    message = "\n".join(map(escaped, [finding.message, *related]))
    return f"::{_LEVELS[finding.severity]} {shown}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C").encode("utf-8", "backslashreplace").decode("utf-8")
