"""What the user's settings make of the rules' findings: another severity, or none of their business."""

from __future__ import annotations

from collections.abc import Iterable

from normlint.findings import SEVERITIES, Finding, Severity
from normlint.immutable import replace
from normlint.selection import names, specificity
from normlint.settings.model import CONFIDENCES, Settings


def screen(findings: Iterable[Finding], settings: Settings) -> list[Finding]:
    """The findings with their severities as set, without those of low confidence and those ignored in their file.

    Those of rules that are not to be fixed have no fix.
    """
    least = CONFIDENCES.index(settings.min_confidence)
    return [
        _regraded(finding if not names(settings.unfixable, finding) else replace(finding, fix=None), settings.severity)
        for finding in findings
        if CONFIDENCES.index(finding.confidence) >= least
        and not names(settings.ignores(finding.place.path) if settings.per_file_ignores else (), finding)
    ]


def fails(findings: Iterable[Finding], settings: Settings) -> bool:
    """Whether one of the findings is as severe as ``fail-on`` says."""
    if settings.fail_on == "never":
        return False
    least = SEVERITIES.index(settings.fail_on)
    return any(SEVERITIES.index(finding.severity) >= least for finding in findings)


def _regraded(finding: Finding, severity: tuple[tuple[str, Severity], ...]) -> Finding:
    """The most specific entry decides, of equal ones the last."""
    chosen = max(reversed(severity), key=lambda entry: specificity(finding, entry[0]), default=None)
    if chosen is None or not specificity(finding, chosen[0]):
        return finding
    return replace(finding, severity=chosen[1])
