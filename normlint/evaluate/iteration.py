"""What loops run over, and what a loop that may run any number of times leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from normlint import ir
from normlint.evaluate.machine import Machine
from normlint.evaluate.repeating import left_alone
from normlint.places import Place
from normlint.values import (
    Alternatives,
    ChannelRef,
    Composition,
    Constant,
    Dataset,
    DictCell,
    External,
    Image,
    InstanceCell,
    ListCell,
    Loader,
    Partial,
    Ref,
    TupleValue,
    Unknown,
    Value,
    Vector,
)

GROWS = frozenset({"append", "extend", "insert"})  # methods that make a list longer in place


def items_of(run: Machine, iterable: Value) -> list[Value] | None:
    """The elements of something that is iterated, where all of them are known."""
    content = run.contents(iterable)
    match content:
        case TupleValue(items=items) | ListCell(items=items, open=False):
            return list(items)
        case Vector(numbers=numbers, label=label, place=place, source=source):
            return [Constant(number, label, place, source) for number in numbers]
        case DictCell(items=pairs, open=False):
            return [Constant(key) for key, _ in pairs]
        case Composition(steps=steps, open=False):
            return list(steps)
        case InstanceCell():
            from normlint.evaluate.records import parts_of

            return parts_of(run, content)
    return None


def element_of(run: Machine, iterable: Value, place: Place | None = None) -> Value:
    """Any element of something that is iterated (at ``place``)."""
    content = run.contents(iterable)
    match content:
        case Loader() | Dataset() | InstanceCell():
            from normlint.evaluate.datasets import item_of

            return item_of(run, iterable)
        case Alternatives():
            return run.each(iterable, lambda option: element_of(run, option))
        case Image():
            return iterable if isinstance(iterable, Ref) else content  # a view: what changes it in place changes the whole
        case External(dotted=dotted) if dotted.endswith("()"):
            from normlint.evaluate.loading import element_of_reader

            return element_of_reader(run, dotted, "__iter__", place) or run.unknown()
        case ListCell(items=(first,)):
            return first
        case ListCell(items=items) | TupleValue(items=items) if items and all(item == items[0] for item in items):
            return items[0]
        case Unknown():
            return run.element(content)
        case Partial(function=_, positional=parts):
            return TupleValue(tuple(element_of(run, part) for part in parts))
    return run.unknown()


def zipped(run: Machine, parts: tuple[Value, ...]) -> Value | None:
    """``zip(...)``: tuples as long as the shortest known part.

    An image beside numbers gives its channels, beside anything else what a batch gives.
    """
    known = [items_of(run, part) for part in parts]
    lengths = [len(items) for items in known if items is not None]
    if not lengths or min(lengths) > 64:
        return None
    numbers = all(isinstance(item, (Constant, ChannelRef)) for items in known if items is not None for item in items)
    rows: list[Value] = []
    for row in range(min(lengths)):
        entries: list[Value] = []
        for part, items in zip(parts, known, strict=True):
            if items is not None:
                entries.append(items[row])
            elif numbers and isinstance(part, Ref) and isinstance(run.cell(part), Image):
                entries.append(ChannelRef(part.address, row))
            else:
                entries.append(element_of(run, part))
        rows.append(TupleValue(tuple(entries)))
    return run.allocate(ListCell(tuple(rows)))


def widen(run: Machine, body: tuple[ir.Statement, ...], enter: Callable[[], None] = lambda: None) -> None:
    """Forget what a repeated body changes step by step: names that it assigns from themselves.

    An image that is the same after a turn is kept. ``enter`` binds what the loop runs over.
    """
    key = ("self-assigned", id(body))
    names = run.remembered.get(key)
    if not isinstance(names, tuple):
        names = run.remembered[key] = tuple(_self_assigned(body))
    kept = left_alone(run, names, body, enter) if names else ()
    for name in names:
        if name in kept:
            continue
        value, _ = run.lookup(name)
        if (isinstance(value, Ref) and isinstance(run.cell(value), (Image, Alternatives))) or isinstance(
            value, (Constant, Vector, Image)
        ):
            run.bind(name, run.unknown(name=name))


def _self_assigned(body: tuple[ir.Statement, ...]) -> Iterator[str]:
    assigned: set[str] = set()
    for statement in _flat(body):
        if isinstance(statement, ir.AugmentedAssign) and isinstance(statement.target, ir.Name):
            if statement.target.identifier not in assigned:
                yield statement.target.identifier
        elif isinstance(statement, ir.Assign):
            names = {target.identifier for target in statement.targets if isinstance(target, ir.Name)}
            used = set(_names(statement.value, 12))
            yield from sorted((names & used) - assigned)
            assigned |= names
        elif isinstance(statement, ir.For):
            assigned |= set(_names(statement.target, 6))
        elif isinstance(statement, ir.With):
            for item in statement.items:
                assigned |= set(_names(item.target, 6)) if item.target is not None else set()


def _flat(body: tuple[ir.Statement, ...]) -> Iterator[ir.Statement]:
    for statement in body:
        yield statement
        if isinstance(statement, (ir.If, ir.For, ir.While)):
            yield from _flat(statement.body)
            yield from _flat(statement.otherwise)
        elif isinstance(statement, ir.With):
            yield from _flat(statement.body)
        elif isinstance(statement, ir.Try):
            yield from _flat(statement.body)
            for handler in statement.handlers:
                yield from _flat(handler.body)


def _names(node: object, depth: int) -> Iterator[str]:
    if isinstance(node, ir.Name):
        yield node.identifier
    elif isinstance(node, tuple):
        for item in node:
            yield from _names(item, depth)
    elif isinstance(node, ir.Node) and depth > 0 and not isinstance(node, (ir.Lambda, ir.Constant)):
        for field in node.__dataclass_fields__:
            if field != "span":
                yield from _names(getattr(node, field), depth - 1)
