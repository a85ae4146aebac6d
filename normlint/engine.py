"""From the files of a workspace to findings: lower, evaluate, reconcile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from normlint.catalogue import catalogue
from normlint.config_composition import ConfigTrees
from normlint.config_values import ConfigValues
from normlint.context import with_context
from normlint.discover import is_text
from normlint.documented_flags import DocumentedFlags
from normlint.evaluate.entries import evaluate_module
from normlint.evaluate.machine import Log, Machine
from normlint.evaluate.relevance import CONFIG_FILE
from normlint.facts import Facts, gather
from normlint.interpreter import with_room
from normlint.inventory import inventory
from normlint.origins import with_origins
from normlint.places import Place
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
        log = evaluate(workspace, settings.jobs, progress)
    finally:
        workspace.close()
    facts = gather(log, settings, workspace.commands())
    selection = Selection(settings.select, settings.ignore, settings.extend_select)
    rules = all_rules(settings.plugins, root)
    findings = with_origins(reconcile(facts, selection, rules), facts) + unreadable(_problems(workspace), selection)
    if settings.suppressions:
        suppressions = workspace.suppressions()
        findings, used = silence(findings, suppressions)
        comments = (comment for path in sorted(suppressions) for comment in suppressions[path])
        findings += unused_suppressions(comments, used, selection, rules)
    findings = with_context(screen(findings, settings), workspace.text)
    findings.sort(key=lambda finding: finding.order)
    statistics = {"budgets spent": log.exhausted, "observations": len(log.observations)}
    return Outcome(tuple(findings), tuple(inventory(facts)), workspace.lowered, statistics), facts


@with_room
def evaluate(workspace: Workspace, jobs: int = 1, progress: Progress | None = None) -> Log:
    """Evaluate every file that may hold a site; up to ``jobs`` processes lower them meanwhile."""
    kept = workspace.kept()
    workspace.lower_ahead((path for path in kept if workspace.files[path].kind != "config"), jobs)
    machine = Machine(workspace.load, frozenset(workspace.files), catalogue())
    read = [path for path, file in workspace.files.items() if file.kind == "config"]
    configs = tuple(path for path in read if not is_text(path))
    machine.replaced = DocumentedFlags(tuple(path for path in read if is_text(path)), workspace.data).replaces
    values = ConfigValues(configs, workspace.data)
    machine.configured, machine.configurable = values.find, values.sets
    machine.config_trees = ConfigTrees(configs, workspace.data)
    machine.relevant_names.update({CONFIG_FILE} if configs else ())
    for done, path in enumerate(kept):
        if progress is not None:
            progress(done, len(kept))
        if workspace.files[path].kind == "config":
            machine.log.observations.extend(workspace.config(path))
        else:
            evaluate_module(machine, path)
        workspace.forget(path)
    return machine.log


def _problems(workspace: Workspace) -> list[tuple[Place, str]]:
    found = []
    for path, problem, message, module in workspace.problems:
        place = module.place(problem.span) if module is not None and problem is not None else Place(path, 1, 1, 1, 1)
        found.append((place, message))
    return found
