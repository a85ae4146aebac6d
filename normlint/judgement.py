"""From what was observed to findings and sites: facts, rules, comments that silence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from normlint import parts as parts_of_findings
from normlint.command_lines import Command
from normlint.context import with_context
from normlint.evaluation import Evaluation
from normlint.facts import Facts, gather
from normlint.findings import Finding
from normlint.inventory import inventory
from normlint.lazy_facts import facts_from
from normlint.logs import Logs
from normlint.parts import Parts, judged
from normlint.plugins import all_rules
from normlint.reconcile import reconcile, unreadable, unused_suppressions
from normlint.results import SUMMARIES, Outcome, parts_key
from normlint.rules import Rule
from normlint.screening import screen
from normlint.selection import Selection
from normlint.settings.model import Settings
from normlint.summaries import pack
from normlint.suppression.silence import silence
from normlint.workspace import Workspace


def judge(
    workspace: Workspace, settings: Settings, root: Path, evaluation: Evaluation, logs: Logs, *, with_sites: bool,
    with_facts: bool,
) -> tuple[Outcome, Facts]:  # fmt: skip
    """What the selected rules make of an evaluation, and the facts that they see.

    Where neither sites nor facts are wanted, only what differs from the last run is judged. Raises ``LogError`` for a log
    that the last run left and that is damaged.
    """
    selection = Selection(settings.select, settings.ignore, settings.extend_select)
    rules = all_rules(settings.plugins, root)
    chosen = [rule for rule in rules if selection.selects(rule)]
    parts, facts = _parts(workspace, settings, logs, chosen, whole=with_sites or with_facts)
    problems = (*evaluation.problems, *(failure for log in logs.with_list("failures") for failure in log.failures))
    findings = reconcile(parts.findings()) + unreadable(problems, selection)
    findings = _screened(findings, workspace, settings, selection, rules)
    summaries = logs.summaries()
    statistics = {
        "budgets spent": sum(summary.exhausted for summary in summaries.values()),
        "observations": sum(summary.observations for summary in summaries.values()),
    }
    if workspace.store is not None and not settings.plugins:
        workspace.keep_unit(SUMMARIES, pack(summaries))
        workspace.keep_unit(parts_key(settings), parts_of_findings.pack(parts))
    sites = tuple(inventory(facts)) if with_sites else None
    return Outcome(tuple(findings), sites, evaluation.reached, statistics), facts


def _parts(
    workspace: Workspace, settings: Settings, logs: Logs, rules: Sequence[Rule], *, whole: bool
) -> tuple[Parts, Facts]:
    commands: tuple[Command, ...] = workspace.commands()
    if not whole and logs.are_summed_up and not settings.plugins:
        before = parts_of_findings.unpack(workspace.unit(parts_key(settings)))
        difference = logs.difference() if before is not None and before.logs == logs.name_before else None
        if difference is not None and "own_weights" not in difference.lists:
            facts = facts_from(logs, settings, commands)
            return judged(facts, rules, logs.name, before, difference), facts
    facts = gather(logs.whole(), settings, commands)
    return judged(facts, rules, logs.name), facts


def _screened(
    findings: list[Finding], workspace: Workspace, settings: Settings, selection: Selection, rules: tuple[Rule, ...]
) -> list[Finding]:
    """The findings as comments and settings leave them, in their order, with those of comments that silence nothing."""
    if settings.suppressions:
        suppressions = workspace.suppressions()
        findings, used = silence(findings, suppressions)
        comments = (comment for path in sorted(suppressions) for comment in suppressions[path])
        findings += unused_suppressions(comments, used, selection, rules)
    findings = with_context(screen(findings, settings), workspace.text)
    findings.sort(key=lambda finding: finding.order)
    return findings
