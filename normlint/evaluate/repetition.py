"""Calls that say nothing new any more.

A module that defines a thousand variants of a model calls the same few functions a thousand times, with other names and
sizes. A function that many calls in a row have got nothing out of is not followed again within the unit, unless numbers,
images or what handles them are handed to it.
"""

from __future__ import annotations

from collections.abc import Iterable

from normlint.evaluate.feeding import is_model
from normlint.evaluate.machine import Machine
from normlint.values import (
    Alternatives,
    Composition,
    Dataset,
    DictCell,
    FunctionValue,
    Image,
    ListCell,
    Loader,
    Network,
    Transform,
    TupleValue,
    Value,
    Vector,
)

QUIET_CALLS = 8
_DEEPEST = 3
_TELLING = (Image, Transform, Composition, Loader, Dataset, Network)


def begin(run: Machine, function: FunctionValue, entering: Iterable[Value]) -> int | None:
    """How much the unit has said before a call; None where the call has to be followed, and says nothing of others."""
    makes = function.name == "__init__" and not (function.owner is not None and is_model(function.owner))
    if makes or run.muted or run.dormant or any(_tells(run, value) for value in entering):
        return None
    return run.unit.heard.take_in(run.log)


def is_quiet(run: Machine, function: FunctionValue) -> bool:
    """Whether no call of a function has brought anything for long."""
    return run.unit.quiet.get(function.place, 0) >= QUIET_CALLS


def end(run: Machine, function: FunctionValue, result: Value, told: int) -> None:
    """A call is over before which the unit had said ``told``."""
    brought = run.unit.heard.take_in(run.log) > told or _tells(run, result)
    run.unit.quiet[function.place] = 0 if brought else run.unit.quiet.get(function.place, 0) + 1


def _tells(run: Machine, value: Value, depth: int = _DEEPEST) -> bool:
    """Whether a value is, or holds, numbers, images or what handles them."""
    content = run.contents(value)
    if isinstance(content, _TELLING):
        return True
    if isinstance(content, Vector):  # no height and width, and no one size for both
        return bool(content.label) or len(content.numbers) > 2 or any(number % 1 for number in content.numbers)
    inner: Iterable[Value] = ()
    if isinstance(content, Alternatives):
        inner = (option for _, option in content.options)
    elif isinstance(content, (TupleValue, ListCell)):
        inner = content.items
    elif isinstance(content, DictCell):
        inner = (item for _, item in content.items)
    return depth > 0 and any(_tells(run, item, depth - 1) for item in inner)
