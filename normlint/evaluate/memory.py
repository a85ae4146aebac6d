"""Results of calls that were evaluated before with arguments that say the same.

Only calls whose arguments carry no image history are remembered: what an unknown argument becomes is the same every time
but for its origin, which is put in anew.
"""

from __future__ import annotations

from collections.abc import Hashable

from normlint.evaluate.machine import Machine
from normlint.evaluate.observations import Observation, steps_since
from normlint.evaluate.state import Content
from normlint.immutable import dataclass, replace
from normlint.values import (
    Alternatives,
    Bound,
    Constant,
    DictCell,
    FunctionValue,
    Image,
    Imported,
    InstanceCell,
    ListCell,
    Origin,
    Ref,
    TupleValue,
    Unknown,
    Value,
    Vector,
)

_DEEPEST_KEY = 4


@dataclass(frozen=True, slots=True)
class Remembered:
    """A result, the contents behind it, the origins that entered, and which of them reached a sink.

    What has an origin numbered above ``born`` came into being during the call.
    """

    result: Value
    content: Content
    origins: tuple[int, ...]
    sunk: tuple[int, ...]
    born: int


def key_of(run: Machine, function: FunctionValue, values: tuple[Value, ...]) -> Hashable | None:
    """A key under which a call's result may be used again; None where an argument has a history of its own."""
    parts = []
    for value in values:
        part = part_of(run, value)
        if part is None:
            return None
        parts.append(part)
    receiver = function.receiver.address if isinstance(function.receiver, Ref) else 0
    return (function.place, function.scope, receiver, tuple(parts))


def part_of(run: Machine, value: Value, depth: int = _DEEPEST_KEY) -> Hashable | None:
    content = run.contents(value)
    match content:
        case Unknown(label=label, text=text):
            return ("?", label, text)
        case Constant(value=constant, label=label):
            return (type(constant).__name__, constant, label)
        case Vector(numbers=numbers, label=label):
            return ("vector", numbers, label)
        case Image():
            plain = content.step is None and not content.anchored and content.interval is None
            return ("?", "", "") if plain and content.dtype is None else None
        case TupleValue(items=items) | ListCell(items=items):
            return _parts(run, items, depth)
        case DictCell(items=pairs):
            return _parts(run, tuple(item for _, item in pairs), depth)
        case InstanceCell():
            return ("instance", value.address if isinstance(value, Ref) else 0)
        case Alternatives():
            return None
    return value


def _parts(run: Machine, items: tuple[Value, ...], depth: int) -> Hashable | None:
    if depth == 0 or len(items) > 16:
        return None
    parts = tuple(part_of(run, item, depth - 1) for item in items)
    return None if any(part is None for part in parts) else parts


def origins_of(run: Machine, values: tuple[Value, ...]) -> tuple[int, ...]:
    """The number of the opaque origin of each value; 0 for one that has none."""
    numbers = []
    for value in values:
        content = run.contents(value)
        numbers.append(content.origin.number if isinstance(content, (Unknown, Image)) else 0)
    return tuple(numbers)


def sunk_by(observations: list[Observation], entering: tuple[tuple[int, Image], ...]) -> tuple[int, ...]:
    """Which of the entering images reached a sink."""
    sinks = [o.before for o in observations if o.kind == "sink" and o.before is not None]
    return tuple(
        index for index, image in entering if any(steps_since(before, image) is not None for before in sinks)
    )


def recalled(run: Machine, known: Remembered, values: tuple[Value, ...]) -> Value:
    """The remembered result with the origins of this call's arguments."""
    origins: dict[int, Origin] = {}
    for number, value in zip(known.origins, values, strict=False):
        content = run.contents(value)
        if number and isinstance(content, (Unknown, Image)):
            origins[number] = content.origin
    if isinstance(known.result, Ref):
        content = known.content
        if isinstance(content, InstanceCell):
            return known.result
        moved = _moved(run, content, origins)
        address = run.numbering.next()
        run.state.set(address, moved)
        return Ref(address)
    moved = _moved(run, known.result, origins)
    return known.result if isinstance(moved, (ListCell, DictCell, InstanceCell, Imported)) else moved


def _moved(run: Machine, content: Content, origins: dict[int, Origin]) -> Content:
    match content:
        case Image(origin=origin) | Unknown(origin=origin):
            if origin.within in origins:
                origin = replace(origin, within=origins[origin.within].number)
            return replace(content, origin=origins.get(origin.number, origin))
        case TupleValue(items=items):
            return replace(content, items=tuple(_moved(run, item, origins) for item in items))  # type: ignore[misc]
        case Alternatives(options=options):
            return Alternatives(tuple((g, _moved(run, option, origins)) for g, option in options))  # type: ignore[misc]
        case Bound(receiver=receiver):
            return replace(content, receiver=_moved(run, receiver, origins))  # type: ignore[arg-type]
        case Ref():
            held = run.state.get(content.address)
            if isinstance(held, Image) and held.origin.number in origins:
                return run.allocate(replace(held, origin=origins[held.origin.number]))
    return content
