"""Indexing: elements of sequences, channels, channel flips and views of images."""

from __future__ import annotations

from normlint import ir
from normlint.evaluate.machine import Machine, channel_of, class_member, label_of
from normlint.immutable import replace
from normlint.pixelmap import Interval
from normlint.places import Place
from normlint.values import (
    Bound,
    ChannelRef,
    Constant,
    Dataset,
    DictCell,
    External,
    Image,
    InstanceCell,
    ListCell,
    Loader,
    Ref,
    Slicing,
    Step,
    TupleValue,
    Unknown,
    Value,
    Vector,
)

# What a transform of a whole sample gives back beside the picture.
_BESIDE = frozenset({"mask", "masks", "bboxes", "bbox_labels", "keypoints", "label", "labels"})
_NEW_AXES = (External("numpy.newaxis"), External("tensorflow.newaxis"), External("jax.numpy.newaxis"))


def subscript(run: Machine, base: Value, index: Value, node: ir.Subscript) -> Value:
    if isinstance(base, Bound) and base.name == "shape":
        channels = _channels(run, base, index)
        if channels is not None:
            return Constant(channels)
    content = run.contents(base)
    match content:
        case TupleValue(items=items, label=label):
            return _item(run, items, index, is_list=False, label=label)
        case ListCell(items=items, open=is_open):
            if is_open:
                return items[0] if len(set(map(type, items))) == 1 and len(items) == 1 else run.unknown()
            return _item(run, items, index, is_list=True)
        case DictCell():
            if isinstance(index, Constant):
                found = content.get(index.value)
                if found is not None:
                    return found
                return run.unknown(label=label_of(index.value) if isinstance(index.value, str) else "")
            return _any_of(run, content)
        case Vector():
            return _of_vector(run, content, index)
        case External(dotted=dotted) if dotted.endswith("()"):
            from normlint.evaluate.loading import element_of_reader

            return element_of_reader(run, dotted, "__getitem__", run.place(node)) or run.unknown()
        case Image():
            return of_image(run, base, content, index, run.place(node))
        case InstanceCell(cls=cls) if isinstance(index, Constant) and isinstance(index.value, str):
            from normlint.evaluate.attributes import bind_method
            from normlint.evaluate.calls import call

            member, owner = class_member(cls, "__getitem__")
            return call(run, bind_method(member, base, owner), (index,), (), run.place(node)) if member else run.unknown()
        case InstanceCell() | Dataset() | Loader():
            from normlint.evaluate.datasets import item_of

            return item_of(run, base)
        case Unknown():
            if isinstance(index, Constant) and isinstance(index.value, str):
                configured = run.configured(run.module.path, content.origin.name, index.value)
                if configured is not None:
                    return configured
                return replace(run.element(content, index.value), label=label_of(index.value))
            return run.element(content)
    return run.unknown()


def _channels(run: Machine, shape: Bound, index: Value) -> int | None:
    """``image.shape[2]``: 3 where it is the channel axis of a colour image."""
    image = run.contents(shape.receiver)
    if not isinstance(image, Image) or image.order not in {"RGB", "BGR"} or image.layout is None:
        return None
    if not isinstance(index, Constant):
        return None
    axis = image.layout.find("C")
    return 3 if index.value in {axis, axis - len(image.layout)} and axis >= 0 else None


def _any_of(run: Machine, content: DictCell) -> Value:
    from normlint.evaluate.guards import alternatives

    if content.open or not content.items:
        return run.unknown()
    options = [(frozenset({("0:key", "==", repr(key))}), value) for key, value in content.items]
    return alternatives(options) or run.unknown()


def _item(run: Machine, items: tuple[Value, ...], index: Value, is_list: bool, label: str = "") -> Value:
    if isinstance(index, Constant) and isinstance(index.value, int):
        if -len(items) <= index.value < len(items):
            return items[index.value]
        return run.unknown()
    if isinstance(index, Slicing):
        bounds = _bounds(index)
        if bounds is not None:
            cut = items[bounds]
            return run.allocate(ListCell(cut)) if is_list else TupleValue(cut, label)
        return run.unknown()
    return items[0] if is_list and len(items) == 1 and not isinstance(index, (Constant, TupleValue)) else run.unknown()


def _bounds(index: Slicing) -> slice | None:
    parts: list[int | None] = []
    for part in (index.lower, index.upper, index.step):
        if part is None:
            parts.append(None)
        elif isinstance(part, Constant) and (part.value is None or isinstance(part.value, int)):
            parts.append(part.value)
        else:
            return None
    return None if parts[2] == 0 else slice(*parts)


def _of_vector(run: Machine, vector: Vector, index: Value) -> Value:
    if isinstance(index, Constant) and isinstance(index.value, int) and not isinstance(index.value, bool):
        if len(vector.numbers) > 1 and -len(vector.numbers) <= index.value < len(vector.numbers):
            return replace(vector, numbers=(vector.numbers[index.value],))
        return vector
    if isinstance(index, Slicing):
        bounds = _bounds(index)
        return replace(vector, numbers=vector.numbers[bounds]) if bounds is not None else run.unknown()
    parts = index.items if isinstance(index, TupleValue) else (index,)
    if any(_steps_back(part) for part in parts):
        return replace(vector, numbers=vector.numbers[::-1])
    return vector  # None and : only add axes


def _steps_back(part: Value) -> bool:
    return (
        isinstance(part, Slicing)
        and part.lower is None
        and part.upper is None
        and isinstance(part.step, Constant)
        and part.step.value == -1
    )


def _listed(run: Machine, part: Value) -> tuple[int, ...] | None:
    content = run.contents(part)
    if isinstance(content, Vector):
        return tuple(int(number) for number in content.numbers)
    if isinstance(content, (ListCell, TupleValue)):
        values = [item.value for item in content.items if isinstance(item, Constant)]
        if len(values) == len(content.items) and all(isinstance(value, int) for value in values):
            return tuple(value for value in values if isinstance(value, int))
    return None


def of_image(run: Machine, base: Value, image: Image, index: Value, place: Place) -> Value:
    """A part of an image: a view with the same map, one channel, or the channels in the other order."""
    if isinstance(index, Constant) and index.value in _BESIDE:
        return run.unknown(name=str(index.value))
    parts = index.items if isinstance(index, TupleValue) else (index,)
    if _listed(run, index) == (2, 1, 0) or any(_listed(run, part) == (2, 1, 0) for part in parts):
        return flipped(image, place)  # a list of three numbers picks channels, on whatever axis they are
    if any(_is_new_axis(part) for part in parts):
        return _with_axis(run, base, image, parts)
    axis = channel_axis(image, parts)
    if axis is not None:
        part = parts[axis] if axis >= 0 else parts[len(parts) + axis]
        if _steps_back(part):
            return flipped(image, place)
        if image.layout is None and image.order and any(_steps_back(other) for other in parts):
            return replace(image, order=None)  # a mirror or a flip, nobody knows
        if isinstance(part, Constant) and isinstance(part.value, int) and not isinstance(part.value, bool):
            if isinstance(base, Ref):
                return ChannelRef(base.address, part.value)
            return channel_of(image, part.value)
    elif image.layout is None and image.order and any(_steps_back(part) for part in parts):
        return replace(image, order=None)  # a mirror or a flip, nobody knows
    if len(parts) == 1 and _is_number(parts[0]) and image.layout in {"NCHW", "NHWC"}:
        return replace(image, layout=image.layout[1:])
    return base


def _is_number(part: Value) -> bool:
    return isinstance(part, Constant) and isinstance(part.value, int) and not isinstance(part.value, bool)


def _is_new_axis(part: Value) -> bool:
    return (isinstance(part, Constant) and part.value is None) or part in _NEW_AXES


def _with_axis(run: Machine, base: Value, image: Image, parts: tuple[Value, ...]) -> Value:
    """``x[None]`` and ``x[np.newaxis, ...]`` add an axis in front; elsewhere the layout is not known any more."""
    first = _is_new_axis(parts[0])
    rest = [part for part in parts[1:] if part != External("builtins.Ellipsis")]
    plain = first and all(isinstance(p, Slicing) and p.lower is None and p.upper is None and p.step is None for p in rest)
    layout = f"N{image.layout}" if plain and image.layout in {"HWC", "CHW"} else None
    return base if layout == image.layout else replace(image, layout=layout)


def channel_axis(image: Image, parts: tuple[Value, ...]) -> int | None:
    """Which index of ``parts`` addresses the channels: the last one of HWC data, the first or second of CHW data."""
    ellipsis = [n for n, part in enumerate(parts) if part == External("builtins.Ellipsis")]
    if ellipsis:
        return len(parts) - 1 if ellipsis[0] == len(parts) - 2 else None
    if image.layout == "CHW":
        return 0
    if image.layout == "NCHW":
        return 1 if len(parts) > 1 else None
    if image.layout == "NHWC":
        return 3 if len(parts) == 4 else None
    if len(parts) == 3:
        return 2
    if len(parts) == 4:
        last = parts[3]
        whole = isinstance(last, Slicing) and last.lower is None and last.upper is None and last.step is None
        return 1 if whole and not isinstance(parts[1], Slicing) else 3
    if len(parts) == 2 and image.layout is None:
        first, second = parts
        plain = isinstance(first, Slicing) and first.step is None
        is_channel = isinstance(second, Constant) and isinstance(second.value, int) and 0 <= second.value <= 2
        return 1 if plain and is_channel else None
    if len(parts) == 1 and image.layout is None and _listed_flip(parts[0]):
        return 0
    return None


def _listed_flip(part: Value) -> bool:
    return isinstance(part, TupleValue) and [getattr(i, "value", None) for i in part.items] == [2, 1, 0]


def flipped(image: Image, place: Place, label: str = "") -> Image:
    """The channels in the other order: RGB becomes BGR, per-channel numbers turn round.

    ``label`` is what the source calls the conversion ("BGR2RGB"): a hint where the order before it is not known.
    """
    other = {"RGB": "BGR", "BGR": "RGB"}.get(image.order or "")
    interval = image.interval
    return replace(
        image, map=image.map.reversed() if image.map else None, order=other,
        interval=Interval(interval.low[::-1], interval.high[::-1]) if interval else None,
        step=Step("flip", place, image.step, label=label),
    )  # fmt: skip
