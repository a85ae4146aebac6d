"""Calls of library APIs that the catalogue knows; everything else gives an unknown output."""

from __future__ import annotations

from normlint.catalogue import Entry
from normlint.evaluate import datasets, keras_data
from normlint.evaluate.arithmetic import binary
from normlint.evaluate.emission import flush
from normlint.evaluate.machine import Machine
from normlint.evaluate.networks import weights_transform
from normlint.evaluate.operations import UNFLUSHED, operate
from normlint.evaluate.parameters import flag_of
from normlint.evaluate.pipelines import passed_to_dataset
from normlint.evaluate.transforms import construct
from normlint.places import Place
from normlint.values import (
    Alternatives,
    Bound,
    Composition,
    Constant,
    External,
    FunctionValue,
    ListCell,
    Ref,
    Transform,
    TupleValue,
    Unknown,
    Value,
    Vector,
)

Named = tuple[tuple[str, Value], ...]


def call_library(run: Machine, dotted: str, positional: tuple[Value, ...], named: Named, place: Place) -> Value:
    entry = run.catalogue.lookup(dotted)
    if entry is None:
        from normlint.evaluate.calls import file_among, flush_all

        receiver, _, method = dotted.rpartition(".")
        if receiver.endswith("()"):  # an object whose method is known by its bare name only
            from normlint.evaluate.methods import call_method

            return call_method(run, Bound(run.unknown("output", receiver), method), positional, named, place)

        flush_all(run, positional, named)
        processor = weights_transform(dotted, place) if dotted.endswith(".transforms") else None
        if processor is not None:
            return processor
        passed_to_dataset(run, dotted, named, place)
        pictures = keras_data.folder(dotted, named, place) or keras_data.loaded(run, dotted, place)
        pictures = pictures or keras_data.slices(dotted, positional, place)
        if pictures is not None:
            return pictures
        if datasets.is_dataset_call(dotted, named):
            return datasets.make(run, dotted, positional, named, place)
        name = file_among(run, positional, named) or dotted.rsplit(".", 1)[-1]
        return run.unknown("output", name, place, maker=made_of(run, positional) or dotted)
    arguments = bind_arguments(entry, positional, named)
    if entry.call == "transform":
        return construct(run, entry, arguments, positional, place)
    return call_function_entry(run, entry, arguments, place)


def made_of(run: Machine, positional: tuple[Value, ...]) -> str:
    """``keras.backend.function([model.input], [model.output])``: the model that the first argument is a part of."""
    first = run.contents(positional[0]) if positional else None
    if isinstance(first, (ListCell, TupleValue)) and first.items:
        first = run.contents(first.items[0])
    return first.origin.maker if isinstance(first, Unknown) and ":" in first.origin.maker else ""


def bind_arguments(entry: Entry, positional: tuple[Value, ...], named: Named) -> dict[str, Value]:
    """Arguments by parameter name; what the catalogue gives a default for is filled in."""
    names = []
    for parameter in entry.parameters:
        if parameter.startswith("*"):
            break
        names.append(parameter)
    arguments: dict[str, Value] = dict(zip(names, positional, strict=False))
    if len(positional) > len(names) and any(p.startswith("*") and len(p) > 1 for p in entry.parameters):
        variadic = next(p[1:] for p in entry.parameters if p.startswith("*") and len(p) > 1)
        arguments[variadic] = TupleValue(positional[len(names) :])
    arguments.update((entry.renamed.get(name, name), value) for name, value in named)
    for name, value in entry.defaults.items():
        if name not in arguments:
            arguments[name] = default_value(value)
    return arguments


def default_value(value: object) -> Value:
    """A catalogue default as a value."""
    if isinstance(value, (list, tuple)):
        return TupleValue(tuple(default_value(item) for item in value))
    if isinstance(value, (int, float, str)) or value is None:
        return Constant(value, source="catalogue")
    raise TypeError(f"catalogue default of type {type(value).__name__}")


def call_function_entry(run: Machine, entry: Entry, arguments: dict[str, Value], place: Place) -> Value:
    operation = str(entry.operation["op"])
    if operation == "arithmetic":
        return arithmetic_call(run, entry, arguments, place)
    if operation not in UNFLUSHED:
        arguments = {name: flush(run, value) for name, value in arguments.items()}
    if entry.images:
        value = arguments.get(entry.images)
    else:
        value = arguments.get(entry.image or "")
    if value is None:
        value = run.unknown()
    result = run.each(value, lambda option: operate(run, entry, arguments, option, place))
    inplace = entry.operation.get("inplace")
    if isinstance(value, Ref) and isinstance(run.cell(value), Alternatives) and isinstance(result, Alternatives):
        if isinstance(inplace, str) and flag_of(run, arguments.get(inplace)):
            run.state.set(value.address, result)
            return value
    return result


def arithmetic_call(run: Machine, entry: Entry, arguments: dict[str, Value], place: Place) -> Value:
    """``torch.add(x, y)`` and the like are the operator."""
    left = arguments.get(entry.image or "", run.unknown())
    right = arguments.get(str(entry.operation.get("other")), run.unknown())
    if entry.operation.get("reversed"):
        left, right = right, left
    return binary(run, str(entry.operation["operator"]), left, right, place)


def apply_transform(run: Machine, transform: Value, image: Value, place: Place) -> Value:
    """The image after a transform; steps that are not known make the result unknown."""
    content = run.contents(transform)
    match content:
        case Alternatives():
            return run.each(transform, lambda option: apply_transform(run, option, image, place))
        case Composition(steps=steps, open=is_open, choice=choice):
            if choice:
                return _any(run, steps, image, place)
            for step in steps:
                image = apply_transform(run, step, image, place)
            return run.unknown("output", "transform", place) if is_open else image
        case Transform(entry=name, arguments=arguments, place=constructed):
            entry = run.catalogue.lookup(name)
            if entry is None:
                return run.unknown("output", name, place)
            image = flush(run, image)
            run.stack.append(place)
            try:
                return run.each(image, lambda option: operate(run, entry, dict(arguments), option, constructed))
            finally:
                run.stack.pop()
        case FunctionValue() | External() | Unknown() | ListCell() | Constant() | Vector():
            pass
    if isinstance(content, Unknown):
        return run.unknown("output", content.origin.name or "transform", place)
    from normlint.evaluate.calls import call

    return flush(run, call(run, transform, (image,), (), place))


def _any(run: Machine, steps: tuple[Value, ...], image: Value, place: Place) -> Value:
    from normlint.evaluate.guards import alternatives

    options = []
    for number, step in enumerate(steps):
        guard = frozenset({(f"0:{place}", "==", str(number))})
        with run.under(run.guard | guard):
            options.append((guard, apply_transform(run, step, image, place)))
    return alternatives(options) or run.unknown()
