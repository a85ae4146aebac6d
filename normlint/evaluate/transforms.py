"""Constructing library transforms: values that map images to images."""

from __future__ import annotations

from normlint.catalogue import Entry
from normlint.evaluate.emission import flush
from normlint.evaluate.guards import compatible
from normlint.evaluate.machine import Machine
from normlint.evaluate.observations import Observation
from normlint.evaluate.parameters import normalization_of
from normlint.pixelmap import Affine
from normlint.places import Place
from normlint.values import Alternatives, Composition, Constant, DictCell, ListCell, Transform, TupleValue, Value

SEQUENTIAL = "keras.Sequential"  # what identifies such a model, whose layers may be added one by one
_LISTED = frozenset({"normalize", "denormalize", "to_unit", "scale_dtype", "rescale"})
_DATA = (ListCell, TupleValue, DictCell, Constant)


def construct(
    run: Machine, entry: Entry, arguments: dict[str, Value], positional: tuple[Value, ...], place: Place
) -> Value:
    operation = str(entry.operation["op"])
    if operation == "compose":
        name = str(entry.operation["transforms"]).lstrip("*")
        steps = arguments.get(name)
        if steps is None:
            return run.unknown("output", entry.name, maker=SEQUENTIAL if entry.name.startswith("keras.") else "")
        return compose(run, entry, steps, place)
    values = tuple((name, flush(run, value)) for name, value in arguments.items())
    transform = Transform(entry.name, values, place)
    if operation in _LISTED and entry.kind is not None:
        _observe(run, entry, dict(values), place)
    return transform


def compose(run: Machine, entry: Entry, steps: Value, place: Place) -> Value:
    """A Compose of the list that it is given at the time of the call."""

    def of(option: Value) -> Value:
        content = run.contents(option)
        choice = bool(entry.operation.get("choice"))
        if isinstance(content, (ListCell, TupleValue)):
            is_open = content.open if isinstance(content, ListCell) else False
            items = tuple(item for item in content.items if item != Constant(None))
            flat = tuple(inner for item in items for inner in _spread(run, item))
            if entry.operation.get("maybe"):  # all of them, or none
                return Composition((Composition(flat, place, is_open), Composition((), place)), place, choice=True)
            return Composition(flat, place, is_open, choice)
        return Composition((), place, open=True)

    return run.each(steps, of)


def _spread(run: Machine, item: Value) -> tuple[Value, ...]:
    content = run.contents(item)
    if isinstance(content, (ListCell, TupleValue)):
        return content.items
    return (item,)


def used_again(run: Machine, transform: Transform, place: Place) -> None:
    """A transform that goes into a list by its name is a site there, too."""
    entry = run.catalogue.lookup(transform.entry)
    if entry is not None and entry.kind is not None and str(entry.operation["op"]) in _LISTED:
        _observe(run, entry, dict(transform.arguments), place, again=True)


def _observe(run: Machine, entry: Entry, arguments: dict[str, Value], place: Place, again: bool = False) -> None:
    operation = str(entry.operation["op"])
    if operation in {"normalize", "denormalize", "rescale"}:
        for name, argument in arguments.items():
            content = run.contents(argument)
            if isinstance(content, Alternatives):
                for guard, option in content.options:
                    if compatible(guard, run.guard):
                        with run.under(run.guard | guard):
                            _observe(run, entry, {**arguments, name: option}, place, again)
                return
        found = normalization_of(run, entry, arguments)
        run.observe(
            Observation(
                entry.kind or "normalize", entry.name, place, found.affine, found.mean, found.std, found.mean_place,
                found.std_place, found.peak, found.source, helper=again,
            )
        )  # fmt: skip
    else:
        affine = Affine((1 / 255,), (0.0,)) if operation == "to_unit" or entry.kind == "to_unit" else None
        run.observe(Observation(entry.kind or "to_unit", entry.name, place, affine, source="literal", helper=again))
