"""From what was observed to findings and sites: facts, rules, comments that silence."""

from __future__ import annotations

from pathlib import Path

from normlint.context import with_context
from normlint.evaluate.log import Log
from normlint.evaluation import Evaluation
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


def judge(
    workspace: Workspace, settings: Settings, root: Path, evaluation: Evaluation, log: Log, *, with_sites: bool
) -> tuple[Outcome, Facts]:
    """What the selected rules make of an evaluation, and the facts that they see."""
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
    sites = tuple(inventory(facts)) if with_sites else None
    return Outcome(tuple(findings), sites, evaluation.reached, statistics), facts
