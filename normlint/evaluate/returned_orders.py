"""Functions whose branches return pictures of different channel orders."""

from __future__ import annotations

import re
from collections.abc import Iterator

from normlint.evaluate.machine import Machine
from normlint.evaluate.observations import ReturnedOrders, steps_of
from normlint.evaluate.order_guards import is_chosen, names_order
from normlint.evaluate.scopes import Frame
from normlint.evaluate.state import Content
from normlint.places import Place
from normlint.values import Alternatives, FunctionValue, Guard, Image, TupleValue, Value

_BY_KIND = re.compile(r"isinstance|\btype\(")
_MOST_ITEMS = 4


def observe_returns(run: Machine, function: FunctionValue, frame: Frame, scope: int) -> None:
    """Log a function that returns RGB for one kind of argument (a path, an array) and BGR for another.

    A flag that switches a transform off is somebody's choice; the type of an argument should make no difference. An order
    that a picture had before the call, whose scope has this number, is its caller's.
    """
    if names_order(function.name) or run.muted:
        return
    for position in range(_MOST_ITEMS):
        found: dict[tuple[str, Place], bool] = {}
        images = list(_images(run, frame.returns, position))
        shared: Guard = frozenset.intersection(*(guard for guard, _ in images)) if images else frozenset()
        for guard, image in images:
            known = _order(image)
            by_kind = any(_BY_KIND.search(subject) for subject, _, _ in guard - shared)
            made = known is not None and (image.origin.number > scope or _inside(run, function, known[1]))
            if known is not None and made and by_kind and not is_chosen(guard):
                found[known] = found.get(known, False) or image.order is not None
        here = any(_inside(run, function, place) for _, place in found)
        if here and {order for order, _ in found} == {"RGB", "BGR"} and any(found.values()):
            run.log.returned_orders.append(ReturnedOrders(function.name, function.place, tuple(found)))


def _inside(run: Machine, function: FunctionValue, place: Place) -> bool:
    """Whether a place lies in the function: what only passes through it is told where it was made."""
    if not isinstance(function.body, tuple) or place.path != function.place.path:
        return False
    last = run.scopes[function.scope].module.place(function.body[-1].span).end_line
    return function.place.line <= place.line <= last


def _images(run: Machine, returns: list[tuple[Guard, Value]], position: int) -> Iterator[tuple[Guard, Image]]:
    for guard, value in returns:
        content = run.contents(value)
        if isinstance(content, TupleValue):
            content = run.contents(content.items[position]) if position < len(content.items) else content
        elif position > 0:
            continue
        yield from _flat(run, guard, content)


def _flat(run: Machine, guard: Guard, content: Content, depth: int = 3) -> Iterator[tuple[Guard, Image]]:
    if isinstance(content, Alternatives) and depth:
        for inner, option in content.options:
            yield from _flat(run, guard | inner, run.contents(option), depth - 1)
    elif isinstance(content, Image):
        yield guard, content


def _order(image: Image) -> tuple[str, Place] | None:
    """The order of a picture with the place that it has it from: known from its reader, or named by its conversion."""
    turn = next((step for step in reversed(steps_of(image)) if step.operation == "flip"), None)
    if image.order in {"RGB", "BGR"}:
        place = turn.place if turn is not None else image.origin.place
        return (image.order, place) if place is not None and not image.assumed else None
    if image.order is None and turn is not None and turn.label:
        return turn.label.rpartition("2")[2], turn.place
    return None
