"""The top level of a module is evaluated the same way wherever something first needs it, also in the middle of a call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from normlint.evaluate.machine import STEPS_PER_MODULE, Machine
from normlint.evaluate.scopes import Frame
from normlint.values import ALWAYS


@contextmanager
def afresh(run: Machine, scope: int) -> Iterator[None]:
    """For the length of a ``with`` nothing else is under evaluation: on top of what finished modules have left, in ``scope``.

    Arrays that share memory, and those that a call has changed, are noted for good: a body that is under way sees the new
    ones, as one does that begins later.
    """
    outer = (run.state, run.scope, run.guard, run.frames, run.stack, run.steps_left, run.depth, run.dormant, run.muted)
    within = (run.touched, run.decorating, run.repeating, run.views, run.altered)
    views, altered = dict(run.lasting_views), dict(run.lasting_altered)
    run.state, run.scope, run.guard, run.frames, run.stack = run.root.fork(), scope, ALWAYS, [Frame(None)], []
    run.steps_left, run.depth, run.dormant, run.muted = STEPS_PER_MODULE, 0, 0, 0
    run.touched, run.decorating, run.repeating, run.views, run.altered = {}, 0, 0, run.lasting_views, run.lasting_altered
    try:
        yield
    finally:
        (run.state, run.scope, run.guard, run.frames, run.stack, run.steps_left, run.depth, run.dormant, run.muted) = outer
        run.touched, run.decorating, run.repeating, run.views, run.altered = within
        run.views.update(item for item in run.lasting_views.items() if item not in views.items())
        run.altered.update(item for item in run.lasting_altered.items() if item not in altered.items())
