"""From the files of a workspace to findings: lower, evaluate, reconcile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from normlint.evaluation import evaluate
from normlint.immutable import dataclass
from normlint.results import Outcome, unaffected
from normlint.settings.model import Settings
from normlint.workspace import Workspace

if TYPE_CHECKING:
    from normlint.facts import Facts

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Found:
    """The outcome of a run, the facts that it rests on (None: it is that of an earlier run), and what names them."""

    outcome: Outcome
    facts: Facts | None
    rests_on: str


def find(
    workspace: Workspace,
    settings: Settings,
    root: Path,
    progress: Progress | None,
    *,
    with_facts: bool = True,
    with_sites: bool = True,
) -> Found:
    """The outcome of a run over the files of ``workspace``.

    Without facts it is that of an earlier run where the evaluation says the same as then; without sites they are not listed.
    """
    known: list[Outcome] = []

    def holds(rests_on: str, reached: tuple[str, ...]) -> bool:
        outcome = unaffected(workspace, settings, rests_on, reached, with_sites=with_sites)
        known.extend(() if outcome is None else (outcome,))
        return outcome is not None

    for anew in (False, True):
        try:
            evaluation = evaluate(workspace, settings.jobs, progress, None if with_facts else holds, anew=anew)
        finally:
            workspace.close()
        if evaluation.logs is None:
            return Found(known[0], None, evaluation.rests_on)
        from normlint.judgement import judge
        from normlint.log_readers import LogError

        listed = with_sites or evaluation.afresh  # next to a first run it costs nothing
        try:
            outcome, facts = judge(
                workspace, settings, root, evaluation, evaluation.logs, with_sites=listed, with_facts=with_facts
            )
        except LogError:
            if anew:
                raise
            workspace.forget_units()
            continue  # what the last run left is damaged
        return Found(outcome, facts, evaluation.rests_on)
    raise AssertionError("an evaluation without anything left reads nothing that was left")
