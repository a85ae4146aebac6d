"""Method calls: containers of Python, arrays and tensors (in place or not), modules and other objects."""

from __future__ import annotations

from normlint.evaluate import configuration, keras_data, metrics, networks, options, records, widgets
from normlint.evaluate.aliasing import changed_cell
from normlint.evaluate.arithmetic import binary
from normlint.evaluate.assignment import channel_image, held, store
from normlint.evaluate.emission import flush
from normlint.evaluate.guards import alternatives
from normlint.evaluate.iteration import GROWS, element_of, items_of
from normlint.evaluate.library import bind_arguments
from normlint.evaluate.machine import Machine
from normlint.evaluate.operations import UNFLUSHED, operate
from normlint.evaluate.parameters import vector_of
from normlint.evaluate.trainers import run_trainer
from normlint.immutable import replace
from normlint.places import Place
from normlint.values import (
    Alternatives,
    Bound,
    ChannelRef,
    Constant,
    Dataset,
    DictCell,
    External,
    FunctionValue,
    Guard,
    Image,
    InstanceCell,
    ListCell,
    Loader,
    ModuleValue,
    Network,
    Ref,
    Transform,
    TupleValue,
    Unknown,
    Value,
    Vector,
    as_image,
)

Named = tuple[tuple[str, Value], ...]

_MODULE_METHODS = frozenset({"to", "cuda", "cpu", "eval", "train", "float", "half", "double", "requires_grad_", "share_memory"})
_TEXT = frozenset({"lower", "upper", "strip", "title", "capitalize"})
_STATISTICS = {"min": "image-min", "max": "image-max", "amin": "image-min", "amax": "image-max", "ptp": "image-range"}


def call_method(run: Machine, method: Bound, positional: tuple[Value, ...], named: Named, place: Place) -> Value:
    receiver = method.receiver
    content = run.contents(receiver)
    if method.name in configuration.READS and configuration.file_named(run, receiver):
        return receiver
    if method.name in widgets.EVENTS and widgets.listen(run, method.name, positional, named, place):
        return run.unknown("output", method.name, place)
    match content:
        case ListCell():
            return _of_list(run, receiver, content, method.name, positional)
        case Alternatives(options=options) if method.name in GROWS and isinstance(receiver, Ref):
            return _of_lists(run, receiver, options, method.name, positional)
        case DictCell():
            return _of_dict(run, receiver, content, method.name, positional, named, place)
        case InstanceCell():
            return _of_instance(run, receiver, content, method.name, positional, named, place)
        case Image() | Unknown() | Vector():
            return _of_array(run, receiver, method.name, positional, named, place)
        case Transform() if (entry := metrics.entry_of(run, content)) is not None:
            return metrics.method(run, content, entry, method.name, positional, named, place)
        case Network():
            return networks.method(run, content, method.name, positional, named, place)
        case Transform() if (made := keras_data.generated(content, method.name, named, place)) is not None:
            return made
        case Dataset() | Loader() if method.name in {"next", "__next__"} and not positional:
            return element_of(run, receiver, place)  # of ``iter(loader)``, as Python 2 spelled it
        case Dataset() | Loader() if (made := keras_data.method(content, method.name, positional, named, place)) is not None:
            return made
    if isinstance(receiver, ChannelRef):
        return _of_array(run, receiver, method.name, positional, named, place)
    _flush(run, positional, named)
    if isinstance(content, TupleValue) and method.name in {"index", "count"}:
        return run.unknown()
    if isinstance(content, Constant) and isinstance(content.value, str) and method.name in _TEXT and not positional:
        return replace(content, value=getattr(content.value, method.name)())
    if isinstance(content, Constant) and isinstance(content.value, str):
        return _of_string(run, content.value, method.name, positional, place, content.source)
    if isinstance(content, (External, ModuleValue, Constant)):
        return run.unknown("output", method.name, place)
    return run.unknown("output", method.name, place)


def _flush(run: Machine, positional: tuple[Value, ...], named: Named) -> None:
    from normlint.evaluate.calls import flush_all

    flush_all(run, positional, named)


def _of_lists(
    run: Machine, receiver: Ref, options: tuple[tuple[Guard, Value], ...], name: str, positional: tuple[Value, ...]
) -> Value:
    """A list that an earlier branch changed or not grows in both forms."""
    items = tuple(held(run, flush(run, value)) for value in positional)
    grown: list[tuple[Guard, Value]] = []
    for guard, option in options:
        cell: object = option  # what a state merges are contents of cells
        if not isinstance(cell, ListCell):
            return run.unknown()
        copy = run.allocate(cell)
        _of_list(run, copy, cell, name, items)
        grown.append((guard, run.cell(copy)))  # type: ignore[arg-type]
    run.state.set(receiver.address, alternatives(grown) or ListCell((), open=True))
    return Constant(None)


def _of_list(run: Machine, receiver: Value, cell: ListCell, name: str, positional: tuple[Value, ...]) -> Value:
    items = tuple(held(run, flush(run, value)) for value in positional)
    changed: ListCell | None = None
    if name == "append" and len(items) == 1:
        changed = replace(cell, items=(*cell.items, items[0]))
    elif name == "extend" and len(items) == 1:
        more = items_of(run, items[0])
        changed = ListCell(cell.items + tuple(more or ()), cell.open or more is None)
    elif name == "insert" and len(items) == 2:
        where = items[0].value if isinstance(items[0], Constant) else None
        if isinstance(where, int):
            kept = list(cell.items)
            kept.insert(where, items[1])
            changed = replace(cell, items=tuple(kept))
        else:
            changed = ListCell((*cell.items, items[1]), True)
    elif name == "pop":
        last = cell.items[-1] if cell.items and not positional else run.unknown()
        changed = ListCell(cell.items[:-1], cell.open or bool(positional))
        _write(run, receiver, changed)
        return last
    elif name == "copy":
        return run.allocate(cell)
    elif name in {"clear", "remove", "reverse", "sort"}:
        changed = ListCell((), open=name != "clear")
    if changed is not None:
        _write(run, receiver, changed)
        return Constant(None)
    return run.unknown()


_QUESTIONS = frozenset({"isupper", "islower", "startswith", "endswith"})
_FORMS = frozenset({"lower", "upper", "strip"})
_LONGEST_LIST = 100  # of numbers in a string: ``"0.485,0.456,0.406".split(",")``


def _of_string(
    run: Machine, text: str, name: str, positional: tuple[Value, ...], place: Place, source: str
) -> Value:  # fmt: skip
    """Questions to a constant string, its other forms and its parts; nothing that could make it grow."""
    given = [value.value for value in positional if isinstance(value, Constant) and isinstance(value.value, str)]
    if len(given) == len(positional) <= 1 and name in _QUESTIONS | _FORMS:
        try:
            return Constant(getattr(text, name)(*given))
        except TypeError:
            pass  # as many arguments as the method does not take
    if name in {"split", "rsplit"} and len(text) <= _LONGEST_LIST:
        most = positional[1].value if len(positional) > 1 and isinstance(positional[1], Constant) else -1
        parts = getattr(text, name)(given[0] or None if given else None, most if isinstance(most, int) else -1)
        return run.allocate(ListCell(tuple(Constant(part, source=source) for part in parts)))
    return run.unknown("output", name, place)


def _write(run: Machine, receiver: Value, cell: ListCell | DictCell) -> None:
    if isinstance(receiver, Ref):
        run.state.set(receiver.address, cell)


def _of_dict(
    run: Machine, receiver: Value, cell: DictCell, name: str, positional: tuple[Value, ...], named: Named, place: Place
) -> Value:  # fmt: skip
    items = tuple(flush(run, value) for value in positional)
    match name:
        case "get" | "pop" | "setdefault" if items and isinstance(items[0], Constant):
            found = cell.get(items[0].value)
            if found is not None:
                return found
            if cell.open:
                return run.unknown()
            return items[1] if len(items) > 1 else Constant(None)
        case "items" if not cell.open:
            pairs = tuple(TupleValue((Constant(key), value)) for key, value in cell.items)
            return run.allocate(ListCell(pairs))
        case "values" if not cell.open:
            return run.allocate(ListCell(tuple(value for _, value in cell.items)))
        case "keys" if not cell.open:
            return run.allocate(ListCell(tuple(Constant(key) for key, _ in cell.items)))
        case "copy":
            return run.allocate(cell)
        case "merge_from_file":
            configuration.merge_file(run, receiver, cell, items, place)
            return Constant(None)
        case "clone" | "copy_and_resolve_references":  # yacs, ml_collections
            return copied(run, receiver)
        case "update":
            merged = cell
            for value in items:
                other = run.contents(value)
                if isinstance(other, DictCell):
                    for key, item in other.items:
                        merged = merged.put(key, item)
                    merged = replace(merged, open=merged.open or other.open)
                else:
                    merged = replace(configuration.without_defaults(run, merged), open=True)
            for key, item in named:
                merged = merged.put(key, flush(run, item))
            _write(run, receiver, merged)
            return Constant(None)
    return run.unknown()


def copied(run: Machine, value: Value, depth: int = 8) -> Value:
    """A deep copy of nested dicts, as config objects are copied before they are changed."""
    content = run.contents(value)
    if not isinstance(content, DictCell) or depth == 0:
        return value
    return run.allocate(DictCell(tuple((key, copied(run, item, depth - 1)) for key, item in content.items), content.open))


def _of_instance(
    run: Machine, receiver: Value, cell: InstanceCell, name: str, positional: tuple[Value, ...], named: Named,
    place: Place,
) -> Value:  # fmt: skip
    """Methods that an object inherits from a library class."""
    from normlint.evaluate.assignment import observe_constant_at
    from normlint.evaluate.attributes import set_attribute

    values = tuple(flush(run, value) for value in positional)
    by_name = {key: flush(run, value) for key, value in named}
    parsed = options.method(run, receiver, cell, name, values, tuple(by_name.items()), place)
    if parsed is not None:
        return parsed
    if name in {"register_buffer", "register_parameter", "add_module", "register_module"}:
        key = values[0] if values else by_name.get("name")
        value = values[1] if len(values) > 1 else by_name.get("tensor")
        if isinstance(key, Constant) and isinstance(key.value, str) and value is not None:
            value = held(run, value)
            set_attribute(run, receiver, key.value, value)
            observe_constant_at(run, key.value, value, place)
        return Constant(None)
    if name in _MODULE_METHODS:
        return receiver
    if name == "_replace":
        return records.replaced(run, (receiver,), named)
    if name == "load_state_dict":
        networks.replaced_weights(run, cell)
    maker = f"{cell.cls.place.path}:{cell.cls.name}" if name == "state_dict" else ""
    return run.unknown("output", name, place, maker=maker)


def _of_array(
    run: Machine, receiver: Value, name: str, positional: tuple[Value, ...], named: Named, place: Place
) -> Value:
    content = run.contents(receiver)
    in_place = name.endswith("_") and not name.endswith("__")
    entry = run.catalogue.method(name) or (run.catalogue.method(name[:-1]) if in_place else None)
    in_place = in_place and run.catalogue.method(name) is None
    if name in _STATISTICS and not isinstance(content, Vector):
        _flush(run, positional, named)
        return run.unknown("output", name, place, label=_STATISTICS[name])
    if name in {"mean", "std", "var"} and isinstance(content, (Image, Unknown)):
        _flush(run, positional, named)
        return run.unknown("output", name, place, label=f"image-{name}")
    if name == "tolist" and isinstance(content, Vector):
        return run.allocate(ListCell(tuple(Constant(n, content.label, content.place) for n in content.numbers)))
    if name == "get" and positional and isinstance(positional[0], Constant) and isinstance(content, Unknown):
        key = positional[0].value
        configured = run.configured(run.module.path, content.origin.name, key) if isinstance(key, str) else None
        if configured is not None:
            return configured
    if name == "get" and len(positional) == 2 and vector_of(run, positional[1]) is not None:
        return positional[1]  # what most callers leave as it is
    if name in {"new_tensor", "new"} and positional and vector_of(run, positional[0]) is not None:
        return vector_of(run, positional[0]) or run.unknown()
    if entry is None:
        flush(run, receiver)
        _flush(run, positional, named)
        _call_back(run, positional, place)
        run_trainer(run, name, positional, named, place)
        maker = content.origin.maker if isinstance(content, Unknown) else ""
        if maker and name in _MODULE_METHODS:
            return receiver
        return run.unknown("output", name, place, maker=maker)
    target: Value = receiver
    if isinstance(receiver, ChannelRef):
        image = channel_image(run, receiver)
        if image is None:
            return run.unknown()
        target = image
    operation = str(entry.operation["op"])
    arguments = bind_arguments(entry, positional, named)
    if operation == "arithmetic":
        other = arguments.get(str(entry.operation.get("other")))
        if other is None:
            return run.unknown("output", name, place)
        left, right = (other, target) if entry.operation.get("reversed") else (target, other)
        result = binary(run, str(entry.operation["operator"]), left, right, place)
    else:
        if operation == "sink" and not _may_sink(content, name):
            _flush(run, positional, named)
            return run.unknown("output", name, place)
        if entry.image:  # a sink method such as ax.imshow(image): the image is an argument
            target = arguments.get(entry.image, run.unknown())
        elif entry.images:
            target = arguments.get(entry.images, run.unknown())
        if operation not in UNFLUSHED:
            arguments = {key: flush(run, value) for key, value in arguments.items()}
        result = run.each(target, lambda option: operate(run, entry, arguments, option, place))
    if in_place:
        return _stored(run, receiver, result, place)
    return result


def _call_back(run: Machine, positional: tuple[Value, ...], place: Place) -> None:
    """``frame.apply(lambda row: show(row, model))``: whoever gets a lambda calls it, with values that nobody knows."""
    from normlint.evaluate.calls import call

    for value in positional:
        if isinstance(value, FunctionValue) and value.name_span is None:
            call(run, value, tuple(run.unknown() for p in value.parameters if p.kind == "positional"), (), place)


def _may_sink(content: object, name: str) -> bool:
    """``.save`` and ``.show`` belong to models and figures as well: only a picture's are sinks."""
    if name in {"save", "show"}:
        return isinstance(content, Image) and content.container == "pil"
    return True


def _stored(run: Machine, receiver: Value, result: Value, place: Place) -> Value:
    content = run.contents(result)
    if isinstance(content, Unknown):
        content = as_image(content)
    if isinstance(content, Alternatives) and isinstance(receiver, Ref):
        run.state.set(receiver.address, content)
        return receiver
    if not isinstance(content, Image):
        return result
    if isinstance(receiver, (Ref, ChannelRef)):
        changed_cell(run, receiver, run.contents(receiver), content, place)
        store(run, receiver, content)
        return receiver
    return content
