"""GitLab's code quality report: a JSON list, of which GitLab reads the keys below.

Documentation: GitLab, "Code Quality", section "Code Quality report format".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from normlint.findings import Finding, Severity
from normlint.report.characters import escaped
from normlint.report.identity import numbered
from normlint.report.repository import prefix_in_repository

if TYPE_CHECKING:
    from normlint.project import Analysis

_SEVERITIES: dict[Severity, str] = {"error": "major", "warning": "minor", "info": "info"}


def check_gitlab(analysis: Analysis) -> str:
    """The findings with paths relative to the repository. Pure ASCII."""
    prefix = prefix_in_repository(analysis.root)
    return json.dumps([_issue(finding, number, prefix) for finding, number in numbered(analysis.findings)], indent=2)


def _issue(finding: Finding, fingerprint: str, prefix: str) -> dict[str, object]:
    place = finding.place
    related = "".join(f"; {r.place}: {r.message}" for r in finding.related)
    return {
        "description": escaped(f"{finding.code} {finding.name}: {finding.message}{related}"),
        "check_name": finding.code,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": prefix + place.path, "lines": {"begin": place.line, "end": place.end_line}},
    }
