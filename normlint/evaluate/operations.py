"""What the operations of the catalogue do to an image."""

from __future__ import annotations

import math
from collections.abc import Callable

from normlint.catalogue import Entry
from normlint.evaluate import loading, metrics, networks, sinks, widgets
from normlint.evaluate.aliasing import changed_cell, view_of
from normlint.evaluate.casting import cast, scale_dtype, to_unit
from normlint.evaluate.emission import flush
from normlint.evaluate.layouts import after_operation, flips_channels, integers_of
from normlint.evaluate.machine import Machine, channel_of
from normlint.evaluate.observations import Observation
from normlint.evaluate.parameters import flag_of, normalization_of, vector_of
from normlint.evaluate.subscripts import flipped
from normlint.immutable import replace
from normlint.pixelmap import Interval
from normlint.places import Place
from normlint.values import (
    Alternatives,
    Bound,
    Constant,
    External,
    Image,
    ListCell,
    Origin,
    Ref,
    Step,
    TupleValue,
    Unknown,
    Value,
    Vector,
    as_image,
)

Arguments = dict[str, Value]
Operation = Callable[[Machine, Entry, Arguments, Value, Place], Value]

# Operations that leave the numbers alone: arithmetic goes on through them and is reported as one site.
_SAME_OBJECT = frozenset({"to", "cuda", "cpu", "eval", "half", "float", "autoshape"})
_WITH_STATS = frozenset({"normalize", "denormalize", "rescale", "blob"})
UNFLUSHED = frozenset({"identity", "constant", "arithmetic", "flip"})


def operate(run: Machine, entry: Entry, arguments: Arguments, value: Value, place: Place) -> Value:
    """Apply a catalogue entry to a value; what is no image and no number gives an unknown output."""
    if isinstance(value, Bound):
        value = run.contents(value)  # type: ignore[assignment]
    operation = str(entry.operation["op"])
    handler = _OPERATIONS.get(operation)
    if handler is None:
        return run.unknown("output", entry.name, place)
    if operation in _WITH_STATS:
        for name, argument in arguments.items():
            if is_choice(run, argument):
                chosen = choices(run, argument)
                return run.each(chosen, lambda o, key=name: operate(run, entry, {**arguments, key: o}, value, place))  # type: ignore[misc]
    return handler(run, entry, arguments, value, place)


def is_choice(run: Machine, value: Value) -> bool:
    """Whether a number, or each number of a tuple, depends on a condition."""
    content = run.contents(value)
    if isinstance(content, TupleValue) and content.items:
        return all(item == content.items[0] for item in content.items) and is_choice(run, content.items[0])
    return isinstance(content, Alternatives)


def choices(run: Machine, value: Value) -> Value:
    """The alternatives of a number, or of a tuple that repeats one."""
    content = run.contents(value)
    if isinstance(content, TupleValue):
        count = len(content.items)
        return run.each(content.items[0], lambda option: TupleValue((option,) * count))
    return value


def seen(run: Machine, value: Value) -> Image | None:
    """The value as an image with its arithmetic reported."""
    content = run.contents(flush(run, value))
    if isinstance(content, Image):
        return replace(content, pending=None)
    return as_image(content) if isinstance(content, Unknown) else None


def _numeric(run: Machine, value: Value) -> Vector | None:
    return None if isinstance(run.contents(value), (Image, Unknown)) else vector_of(run, value)


def _identity(run: Machine, entry: Entry, arguments: Arguments, value: Value, place: Place) -> Value:
    content = run.contents(value)
    if not isinstance(content, Image):
        if isinstance(content, (ListCell, TupleValue)):
            return vector_of(run, value) or value
        return value
    details = entry.operation
    changes = {name: details[name] for name in ("dtype", "container") if isinstance(details.get(name), str)}
    layout, order = details.get("layout"), details.get("order")
    changed = replace(
        content,
        layout=layout if isinstance(layout, str) else _layout(run, entry, content, arguments),
        order=order if isinstance(order, str) else content.order, **changes,  # type: ignore[arg-type]
    )  # fmt: skip
    if changed.order == "GRAY" and entry.name.rsplit(".", 1)[-1] in _REPEATS:  # ``np.tile(gray[..., None], 3)``
        changed = replace(changed, order=None, channels=None)
    return view_of(run, value, changed, certain=details.get("view") is True) if details.get("view") else changed


def _layout(run: Machine, entry: Entry, image: Image, arguments: Arguments) -> str | None:
    """Axes that move change the layout, other operations keep it."""
    name = entry.name.rsplit(".", 1)[-1].rstrip("_")
    if entry.operation.get("layout", "same") is None:
        return None
    if image.container == "pil" or entry.name.startswith("cv2."):
        return image.layout  # a transposed picture keeps its channels last
    return after_operation(run, name, image.layout, arguments) if name in _MOVING_AXES else image.layout


_REPEATS = frozenset({"tile", "repeat", "repeat_interleave", "expand", "expand_as", "broadcast_to"})
_MOVING_AXES = frozenset(
    {"permute", "transpose", "rearrange", "movedim", "moveaxis", "swapaxes", "reshape", "view", "unsqueeze",
     "squeeze", "expand_dims", "flatten", "rollaxis", "einsum", "T", "ravel", "swapdims", "permute_dims",
     "permute_dimensions"}
)  # fmt: skip


def _flip(run: Machine, entry: Entry, arguments: Arguments, value: Value, place: Place) -> Value:
    """Reversed axes: a mirror, or the channels in the other order where the channel axis is among them."""
    content = run.contents(value)
    if not isinstance(content, Image):
        return value
    axes = integers_of(run, arguments.get(str(entry.operation["axis"])))
    turns = flips_channels(content.layout, axes) if axes is not None else None
    if turns is None:
        return replace(content, order=None)
    return flipped(content, place) if turns else content


def _split(run: Machine, entry: Entry, arguments: Arguments, value: Value, place: Place) -> Value:
    """``b, g, r = cv2.split(image)``: each channel knows which one it is."""
    content = run.contents(value)
    if not isinstance(content, Image) or content.order not in {"RGB", "BGR"}:
        return value
    return TupleValue(tuple(channel_of(content, number) for number in range(3)))


def _construct(run: Machine, entry: Entry, arguments: Arguments, value: Value, place: Place) -> Value:
    """An object of a library whose methods the catalogue knows as ``Class().method``."""
    made, _, method = entry.name.rpartition("().")
    return External(f"{made}()" if method in _SAME_OBJECT else f"{entry.name}()")


def _clamp(run: Machine, entry: Entry, arguments: Arguments, value: Value, place: Place) -> Value:
    bounds: list[float | None] = []
    known = True
    for name in ("low", "high"):
        parameter = entry.operation.get(name)
        given = arguments.get(parameter) if isinstance(parameter, str) else None
        vector = vector_of(run, given)
        bounds.append(vector.numbers[0] if vector is not None else None)
        known = known and (given is None or vector is not None or run.contents(given) == Constant(None))
    low, high = bounds
    numbers = _numeric(run, value)
    if numbers is not None and known:
        clipped = tuple(min(max(n, -math.inf if low is None else low), math.inf if high is None else high)
                        for n in numbers.numbers)  # fmt: skip
        return replace(numbers, numbers=clipped)
    image = seen(run, value)
    if image is None:
        return run.unknown("output", entry.name, place)
    interval = image.interval or Interval((-math.inf,), (math.inf,))
    after = replace(
        image, interval=interval.clamp(low, high) if known and (low is not None or high is not None) else None,
        step=Step("clamp", place, image.step, low=low, high=high),
    )  # fmt: skip
    run.observe(
        Observation(
            "clamp", entry.name, place, source="literal" if known else "unresolved", before=image, after=after,
            low=low, high=high, dtype=image.dtype,
        )
    )  # fmt: skip
    return after


def _round(run: Machine, entry: Entry, arguments: Arguments, value: Value, place: Place) -> Value:
    content = run.contents(value)
    if not isinstance(content, (Image, Unknown)):
        return run.unknown()
    image = seen(run, value)
    if image is None:
        return run.unknown()
    return replace(image, step=Step("round", place, image.step, label=str(entry.operation.get("mode", "nearest"))))


def _normalize(run: Machine, entry: Entry, arguments: Arguments, value: Value, place: Place) -> Value:
    image = seen(run, value)
    if image is None:
        return run.unknown("output", entry.name, place)
    found = normalization_of(run, entry, arguments)
    kind = str(entry.operation["op"])
    affine = found.affine
    stats = (found.mean, found.std) if found.mean is not None and found.std is not None else None
    if kind == "blob":
        swap = flag_of(run, arguments.get(str(entry.operation.get("swap"))))
        image = flipped(image, place) if swap else image
    elif entry.operation.get("order") == "BGR":
        image = flipped(image, place)
    step = Step("normalize" if kind != "denormalize" else "denormalize", place, image.step, affine, stats=stats)
    after = replace(
        image,
        map=image.map.then(affine) if image.map is not None and affine is not None else None,
        interval=image.interval.image(affine) if image.interval is not None and affine is not None else None,
        dtype=image.dtype if image.dtype not in {"uint8", None} else "float32", step=step,
    )  # fmt: skip
    run.observe(
        Observation(
            entry.kind or "normalize", entry.name, place, affine, found.mean, found.std, found.mean_place,
            found.std_place, found.peak, found.source, image, after,
        )
    )  # fmt: skip
    inplace = entry.operation.get("inplace")
    if isinstance(inplace, str) and flag_of(run, arguments.get(inplace)) and isinstance(value, Ref):
        changed_cell(run, value, run.contents(value), after, place)
        run.state.set(value.address, after)
        return value
    return after


def _bounded(run: Machine, entry: Entry, arguments: Arguments, value: Value, place: Place) -> Value:
    low, high = entry.operation.get("low"), entry.operation.get("high")
    flush(run, value)
    content = run.contents(value)
    interval = Interval(
        (float(low) if isinstance(low, (int, float)) else -math.inf,),
        (float(high) if isinstance(high, (int, float)) else math.inf,),
    )
    earlier = content.step if isinstance(content, Image) else None
    return Image(
        Origin("output", run.numbering.next(), entry.name, place), map=None, interval=interval,
        container=content.container if isinstance(content, Image) else None,
        step=Step("bounded", place, earlier, label=entry.name),
    )  # fmt: skip


def _source(run: Machine, entry: Entry, arguments: Arguments, value: Value, place: Place) -> Value:
    image = _bounded(run, entry, arguments, value, place)
    assert isinstance(image, Image)
    blank = entry.operation.get("low") == entry.operation.get("high") and entry.operation.get("low") is not None
    dtype = entry.operation.get("dtype")
    return replace(
        image, origin=replace(image.origin, kind="blank" if blank else "noise"), step=None,
        dtype=dtype if isinstance(dtype, str) else None,
    )  # fmt: skip


def _combine(run: Machine, entry: Entry, arguments: Arguments, value: Value, place: Place) -> Value:
    content = run.contents(value)
    if isinstance(content, (ListCell, TupleValue)):
        numbers = vector_of(run, value)
        if numbers is not None:
            return numbers
        return _joined_items(run, content.items, place)
    return seen(run, value) or run.unknown("output", entry.name, place)


def _joined_items(run: Machine, items: tuple[Value, ...], place: Place) -> Value:
    """The images of a list as one; a single one under each condition that it depends on."""
    if len(items) == 1 and isinstance(run.contents(items[0]), Alternatives):
        return run.each(items[0], lambda option: _joined_items(run, (option,), place))
    images = [seen(run, item) for item in items]
    return joined(run, [image for image in images if image is not None], len(images), place)


def joined(run: Machine, images: list[Image], count: int, place: Place) -> Value:
    """Stacked or concatenated images: of one map where all agree, otherwise only of a common range."""
    if not images or len(images) != count:
        return run.unknown("output", "combine", place)
    sinks.stretched_apart(run, images)
    first = images[0]
    if all((i.map, i.interval, i.dtype, i.anchored) == (first.map, first.interval, first.dtype, first.anchored)
           for i in images) and (first.anchored or len(images) == 1):  # fmt: skip
        return replace(first, order=_joined_order(images))
    intervals = [image.interval for image in images if image.interval is not None]
    interval = None
    if len(intervals) == len(images):
        interval = intervals[0]
        for other in intervals[1:]:
            interval = interval.union(other)
    dtypes = {image.dtype for image in images}
    return Image(
        Origin("output", run.numbering.next(), "combine", place), map=None, interval=interval,
        dtype=first.dtype if len(dtypes) == 1 else None, container=first.container, order=_joined_order(images),
    )  # fmt: skip


def _joined_order(images: list[Image]) -> str | None:
    """The order that all have, or that three channels put together give: ``cv2.merge([r, g, b])``."""
    orders = [image.order for image in images]
    letters = "".join(order or "?" for order in orders)
    if len(orders) == 3 and letters in {"RGB", "BGR"}:
        return letters
    if len(orders) > 1 and set(orders) == {"GRAY"}:
        return None  # a batch, or one picture of three equal channels
    return orders[0] if len(set(orders)) == 1 else None


def _resample(run: Machine, entry: Entry, arguments: Arguments, value: Value, place: Place) -> Value:
    image = seen(run, value)
    if image is None:
        return value
    parameter = entry.operation.get("interpolation")
    given = run.contents(arguments[parameter]) if isinstance(parameter, str) and parameter in arguments else None
    names = entry.operation.get("overshoots") or ()
    spelled = getattr(given, "value", None) or getattr(given, "dotted", "")
    overshoots = isinstance(names, (list, tuple)) and any(
        isinstance(spelled, str) and spelled.upper().endswith(str(name).upper()) for name in names
    )
    if not overshoots or image.dtype == "uint8" or image.container == "pil" or image.interval is None:
        return image
    width = 0.35 * (image.interval.highest - image.interval.lowest)
    grown = Interval((image.interval.lowest - width,), (image.interval.highest + width,))
    return replace(image, interval=grown, step=Step("overshoot", place, image.step, label=str(spelled)))


def _minmax(run: Machine, entry: Entry, arguments: Arguments, value: Value, place: Place) -> Value:
    image = seen(run, value)
    if image is None:
        return run.unknown()
    return replace(image, map=None, interval=None, step=Step("minmax", place, image.step))


def _photometric(run: Machine, entry: Entry, arguments: Arguments, value: Value, place: Place) -> Value:
    return seen(run, value) or run.unknown("output", entry.name, place)


def _swap(run: Machine, entry: Entry, arguments: Arguments, value: Value, place: Place) -> Value:
    image = seen(run, value)
    parameter = entry.operation.get("code")
    code = run.contents(arguments[parameter]) if isinstance(parameter, str) and parameter in arguments else None
    spelled = code.value if isinstance(code, Constant) else getattr(code, "dotted", entry.operation.get("code_value", ""))
    if image is None or not isinstance(spelled, str) or "2" not in spelled:
        return run.unknown("output", entry.name, place)
    source, _, target = spelled.rsplit("_", 1)[-1].upper().partition("2")
    source, target = source.removesuffix("A"), target.removesuffix("A")
    if {source, target} == {"RGB", "BGR"}:
        return flipped(image, place, f"{source}2{target}")
    if source == target:
        return image
    if "GRAY" in {source, target}:
        return replace(image, order="GRAY" if target == "GRAY" else None, channels=1 if target == "GRAY" else 3)
    step = Step("colour", place, image.step, label=f"{source} {image.order or ''}")
    return replace(image, map=None, anchored=False, order=_from_colours(image, source, target), step=step)


def _from_colours(image: Image, source: str, target: str) -> str | None:
    """The order of a picture that comes back from another colour space as it went there; "other" within that space."""
    if target not in {"RGB", "BGR"}:
        return "other"
    step = image.step
    while step is not None and (step.operation != "colour" or step.label.split(" ")[0] not in {"RGB", "BGR"}):
        step = step.previous
    if step is None or source in {"RGB", "BGR"}:
        return None
    went, _, order = step.label.partition(" ")
    if went == target:
        return order or None
    return {"RGB": "BGR", "BGR": "RGB"}.get(order)


def _lambda(run: Machine, entry: Entry, arguments: Arguments, value: Value, place: Place) -> Value:
    from normlint.evaluate.calls import call

    function = arguments.get(str(entry.operation.get("function")))
    return run.unknown() if function is None else call(run, function, (value,), (), place)


def _opaque(run: Machine, entry: Entry, arguments: Arguments, value: Value, place: Place) -> Value:
    flush(run, value)
    return run.unknown("output", entry.name, place)


_OPERATIONS: dict[str, Operation] = {
    "identity": _identity,
    "cast": cast,
    "to_unit": to_unit,
    "scale_dtype": scale_dtype,
    "normalize": _normalize,
    "denormalize": _normalize,
    "rescale": _normalize,
    "blob": _normalize,
    "clamp": _clamp,
    "round": _round,
    "bounded": _bounded,
    "source": _source,
    "load": loading.load,
    "sink": sinks.sink,
    "grid": sinks.grid,
    "widget": widgets.widget,
    "callback": widgets.register,
    "metric": metrics.measure,
    "combine": _combine,
    "constant": loading.array_of,
    "swap": _swap,
    "flip": _flip,
    "split": _split,
    "object": _construct,
    "resample": _resample,
    "minmax": _minmax,
    "photometric": _photometric,
    "lambda": _lambda,
    "opaque": _opaque,
    "checkpoint": networks.load,
}

__all__ = ["UNFLUSHED", "operate", "seen"]
