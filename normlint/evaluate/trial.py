"""Evaluating something with few steps and nothing logged, or to see what would come of it, with nothing kept either."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from normlint.evaluate.machine import BudgetSpent, Machine


@contextmanager
def unheard(run: Machine, steps: int) -> Iterator[None]:
    """For the length of a ``with`` nothing is logged; what takes more ``steps`` just ends."""
    budget = min(steps, run.steps_left)
    left, depth, run.steps_left = run.steps_left - budget, run.depth, budget
    frames, guard, stack, scope = len(run.frames), run.guard, len(run.stack), run.scope
    log, exhausted = run.log, run.log.exhausted
    run.muted += 1
    try:
        yield
    except BudgetSpent:
        pass
    finally:
        log.exhausted = exhausted  # what is given up costs nothing that would have been seen otherwise
        run.muted -= 1
        run.steps_left += left
        run.depth, run.guard, run.scope = depth, guard, scope
        del run.frames[frames:], run.stack[stack:]


@contextmanager
def trial(run: Machine, steps: int) -> Iterator[None]:
    """``unheard``, and no change is kept."""
    from normlint.evaluate.statements import dormancy

    with unheard(run, steps), dormancy(run):
        yield
