"""Metrics and perceptual losses: both images of a comparison, and the range that the call says they have."""

from __future__ import annotations

from normlint.catalogue import Entry
from normlint.evaluate.emission import flush
from normlint.evaluate.machine import Machine
from normlint.evaluate.observations import Observation
from normlint.evaluate.parameters import flag_of, vector_of
from normlint.evaluate.sinks import contract_of
from normlint.immutable import replace
from normlint.places import Place
from normlint.values import Alternatives, Constant, Image, ListCell, Transform, TupleValue, Unknown, Value, as_image

Named = tuple[tuple[str, Value], ...]

_SAME_OBJECT = frozenset({"to", "cuda", "cpu", "eval", "train", "float", "requires_grad_", "double", "half"})
_MEASURES = frozenset({"update", "forward", "__call__"})


def entry_of(run: Machine, transform: Transform) -> Entry | None:
    """The entry of an object that measures; None for other transforms."""
    entry = run.catalogue.lookup(transform.entry)
    return entry if entry is not None and entry.operation["op"] == "metric" else None


def measure(run: Machine, entry: Entry, arguments: dict[str, Value], value: Value, place: Place) -> Value:
    """``psnr(a, b, data_range=1.0)``: the handler of the catalogue's operation."""
    images = [value]
    names = [name.lstrip("*") for name in entry.parameters]
    if entry.image in names:
        second = names[names.index(entry.image) + 1 :][:1] or names[max(names.index(entry.image) - 1, 0) :][:1]
        images += [arguments[name] for name in second if name in arguments and name != entry.operation.get("data_range")]
    return compare(run, entry, arguments, tuple(images), place)


def method(
    run: Machine, transform: Transform, entry: Entry, name: str, positional: tuple[Value, ...], named: Named, place: Place
) -> Value:
    """``metric.update(images, real=True)``, ``metric.to(device)``"""
    if name in _SAME_OBJECT:
        return transform
    for value in (*positional, *(value for _, value in named)):
        flush(run, value)
    return call(run, transform, entry, positional, named, place) if name in _MEASURES else run.unknown("output", name, place)


def call(
    run: Machine, transform: Transform, entry: Entry, positional: tuple[Value, ...], named: Named, place: Place
) -> Value:
    """A call of an object that measures, with one or two images."""
    return compare(run, entry, {**dict(transform.arguments), **dict(named)}, positional[:2], place)


def compare(
    run: Machine, entry: Entry, arguments: dict[str, Value], values: tuple[Value, ...], place: Place
) -> Value:
    """Write down every image that is measured, with the range that the metric takes."""
    contract, note = contract_of(entry), ""
    flag = entry.operation.get("normalize")
    if isinstance(flag, str) and flag in arguments:
        given = flag_of(run, arguments[flag])
        if given is None:
            contract, note = replace(contract, low=None, high=None, uint8_only=False), "unknown"
        elif given:
            contract = replace(contract, low=0.0, high=1.0, uint8_only=False)
    peak = _peak(run, entry, arguments)
    for value in values:
        content = run.contents(flush(run, value))
        if isinstance(content, (ListCell, TupleValue)) and content.items:
            content = run.contents(content.items[0])
        options = content.options if isinstance(content, Alternatives) else ((frozenset(), content),)
        for guard, option in options:
            image = option if isinstance(option, Image) else run.contents(option)  # type: ignore[arg-type]
            image = as_image(image) if isinstance(image, Unknown) else image
            if isinstance(image, Image):
                with run.under(run.guard | guard):
                    run.observe(
                        Observation(
                            entry.kind or "metric", entry.name, place, before=replace(image, pending=None), contract=contract,
                            peak=peak, source="literal", note=note,
                        )
                    )  # fmt: skip
    if not values:
        run.observe(Observation(entry.kind or "metric", entry.name, place, contract=contract, peak=peak, source="literal"))
    return run.unknown("output", entry.name, place)


def _peak(run: Machine, entry: Entry, arguments: dict[str, Value]) -> float | None:
    """The width of the range that the call says the images have: ``data_range=1.0`` or ``data_range=(-1, 1)``."""
    name = entry.operation.get("data_range")
    value = arguments.get(name) if isinstance(name, str) else None
    if value is None or run.contents(value) == Constant(None):
        return None
    vector = vector_of(run, value)
    if vector is None or len(vector.numbers) > 2:
        return None
    return vector.numbers[0] if len(vector.numbers) == 1 else vector.numbers[1] - vector.numbers[0]
