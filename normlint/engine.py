"""From the files of a workspace to findings: lower, evaluate, reconcile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from normlint.context import with_context
from normlint.evaluation import evaluate
from normlint.facts import Facts, gather
from normlint.inventory import inventory
from normlint.origins import with_origins
from normlint.plugins import all_rules
from normlint.reconcile import reconcile, unreadable, unused_suppressions
from normlint.results import Outcome
from normlint.screening import screen
from normlint.selection import Selection
from normlint.settings.model import Settings
from normlint.suppression.silence import silence
from normlint.workspace import Workspace

Progress = Callable[[int, int], None]


def find(
    workspace: Workspace, settings: Settings, root: Path, progress: Progress | None
) -> tuple[Outcome, Facts]:
    """The outcome of a run over the files of ``workspace``, and the facts that it rests on."""
    try:
        evaluation = evaluate(workspace, settings.jobs, progress)
    finally:
        workspace.close()
    log = evaluation.log
    facts = gather(log, settings, workspace.commands())
    selection = Selection(settings.select, settings.ignore, settings.extend_select)
    rules = all_rules(settings.plugins, root)
    findings = with_origins(reconcile(facts, selection, rules), facts) + unreadable(evaluation.problems, selection)
    if settings.suppressions:
        suppressions = workspace.suppressions()
        findings, used = silence(findings, suppressions)
        comments = (comment for path in sorted(suppressions) for comment in suppressions[path])
        findings += unused_suppressions(comments, used, selection, rules)
    findings = with_context(screen(findings, settings), workspace.text)
    findings.sort(key=lambda finding: finding.order)
    statistics = {"budgets spent": log.exhausted, "observations": len(log.observations)}
    return Outcome(tuple(findings), tuple(inventory(facts)), evaluation.reached, statistics), facts
