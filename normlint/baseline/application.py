"""A baseline applied to an analysis: what is known is set aside, not dropped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from normlint.baseline.matching import Entry, match
from normlint.findings import Finding
from normlint.immutable import replace
from normlint.settings.model import Settings

if TYPE_CHECKING:
    from normlint.project import Analysis


def apply(analysis: Analysis, entries: Iterable[Entry], settings: Settings) -> Analysis:
    """The analysis with the known findings in ``known``, and the entries of rules that ran but match nothing in ``stale``."""
    from normlint.selection import Selection

    everything = (*analysis.findings, *analysis.elsewhere, *analysis.known)
    matched = match((*analysis.findings, *analysis.elsewhere), entries, frozenset(analysis.paths))
    selection = Selection(settings.select, settings.ignore, settings.extend_select)
    ran = {rule.code for rule in analysis.rules if selection.selects(rule)} | {finding.code for finding in everything}
    return replace(
        analysis,
        findings=_marked(analysis.findings, matched.known, False),
        elsewhere=_marked(analysis.elsewhere, matched.known, False),
        known=(*analysis.known, *_marked(analysis.findings, matched.known, True)),
        stale=(*analysis.stale, *(entry for entry in matched.stale if entry.rule in ran)),
        compared=True,
    )


def _marked(findings: tuple[Finding, ...], known: frozenset[int], wanted: bool) -> tuple[Finding, ...]:
    state = "unchanged" if wanted else "new"
    return tuple(replace(f, baseline_state=state) for f in findings if (id(f) in known) == wanted)  # type: ignore[arg-type]
