"""Binding values to names, attributes, elements and channels; operations in place."""

from __future__ import annotations

from normlint import ir
from normlint.evaluate import aliasing
from normlint.evaluate.arithmetic import binary
from normlint.evaluate.attributes import set_attribute
from normlint.evaluate.channelwise import is_channelwise, seen_as_image
from normlint.evaluate.constants import constant_site
from normlint.evaluate.emission import flush
from normlint.evaluate.labels import feeds
from normlint.evaluate.machine import Machine, channel_of, label_of
from normlint.evaluate.sharing import rescaled_stats
from normlint.evaluate.subscripts import channel_axis
from normlint.immutable import replace
from normlint.pixelmap import IDENTITY, Affine, Interval, Numbers
from normlint.places import Place
from normlint.values import (
    Alternatives,
    ChannelRef,
    Constant,
    DictCell,
    Image,
    ListCell,
    Ref,
    TupleValue,
    Value,
)


def assign(run: Machine, target: ir.Expression, value: Value, written: ir.Expression) -> None:
    from normlint.evaluate.expressions import evaluate, named
    from normlint.evaluate.pipelines import bound_to_name

    match target:
        case ir.Name(identifier=name):
            bound = held(run, named(run, name, value))
            run.bind(name, bound)
            observe_constant(run, name, bound, target)
            bound_to_name(run, name, bound, written)
        case ir.Attribute(value=receiver, name=name):
            bound = held(run, named(run, name, value))
            set_attribute(run, evaluate(run, receiver), name, bound)
            constant_site(run, name, bound, run.place(target), handed_on=isinstance(written, (ir.Conditional, ir.Subscript)))
            bound_to_name(run, name, bound, written)
        case ir.Subscript(value=base, index=index):
            holder, at = evaluate(run, base), evaluate(run, index)
            if is_channelwise(run, at):
                holder = seen_as_image(run, base, holder)
            _assign_element(run, holder, at, value)
        case ir.Sequence(items=targets):
            _unpack(run, targets, value, written)
        case ir.Starred(value=inner):
            assign(run, inner, run.allocate(ListCell((), open=True)), written)


def held(run: Machine, value: Value) -> Value:
    """Images get a cell of their own when they are bound, so that operations in place are seen by every name."""
    if isinstance(value, Image):
        return run.allocate(value)
    if isinstance(value, Alternatives) and any(isinstance(option, Image) for _, option in value.options):
        address = run.numbering.next()
        run.state.set(address, value)
        return Ref(address)
    return value


def observe_constant(run: Machine, name: str, value: Value, target: ir.Expression) -> None:
    """A named constant that may feed a normalization is listed in the inventory."""
    if feeds(name):
        constant_site(run, name, value, run.place(target))


def observe_constant_at(run: Machine, name: str, value: Value, place: Place) -> None:
    constant_site(run, name, value, place)


def _unpack(run: Machine, targets: tuple[ir.Expression, ...], value: Value, written: ir.Expression) -> None:
    from normlint.evaluate.iteration import element_of, items_of

    content = run.contents(value)
    if isinstance(content, Alternatives):
        for position, target in enumerate(targets):
            part = run.each(value, lambda option, at=position: _part(run, option, at, len(targets)))  # type: ignore[misc]
            assign(run, target, part, written)
        return
    items = items_of(run, value)
    fits = items is not None and len(items) == len(targets) and not any(isinstance(t, ir.Starred) for t in targets)
    for position, target in enumerate(targets):
        if isinstance(content, Image):
            assign(run, target, run.unknown(name=content.origin.name), written)
        else:
            assign(run, target, items[position] if items and fits else element_of(run, value), written)


def _part(run: Machine, option: Value, position: int, count: int) -> Value:
    from normlint.evaluate.iteration import items_of

    items = items_of(run, option)
    return items[position] if items is not None and len(items) == count else run.unknown()


def _assign_element(run: Machine, base: Value, index: Value, value: Value) -> None:
    content = run.contents(base)
    if not isinstance(base, Ref):
        return
    if isinstance(content, DictCell):
        if isinstance(index, Constant):
            name = index.value if isinstance(index.value, str) else ""
            run.state.set(base.address, content.put(index.value, held(run, _labelled(value, name))))
        else:
            run.state.set(base.address, replace(content, open=True))
    elif isinstance(content, ListCell):
        if isinstance(index, Constant) and isinstance(index.value, int) and -len(content.items) <= index.value < len(
            content.items
        ):
            items = list(content.items)
            items[index.value] = value
            run.state.set(base.address, replace(content, items=tuple(items)))
        else:
            run.state.set(base.address, replace(content, open=True))
    elif isinstance(content, Image):
        run.state.set(base.address, _stored(run, content, index, run.contents(value)))


def _labelled(value: Value, name: str) -> Value:
    from normlint.values import relabel

    label = label_of(name)
    return relabel(value, label=label) if label else value


def _stored(run: Machine, image: Image, index: Value, value: object) -> Image:
    """The image after ``image[index] = value``: one channel replaced, the whole, or a mixture."""
    new = value if isinstance(value, Image) else None
    if isinstance(index, Constant) and isinstance(index.value, str):
        return new or image  # sample["image"] = ..., the image standing for the whole sample
    parts = index.items if isinstance(index, TupleValue) else (index,)
    axis = channel_axis(image, parts)
    part = parts[axis] if axis is not None else None
    if isinstance(part, Constant) and isinstance(part.value, int) and 0 <= part.value < 4 and new is not None:
        if image.origin.kind == "blank":  # a new array that is filled channel by channel
            image = replace(new, dtype=image.dtype or new.dtype, layout=image.layout, channels=None)
        return with_channel(image, part.value, new)
    whole = all(_is_whole(p) for p in parts)
    if whole and new is not None:
        return replace(new, dtype=image.dtype or new.dtype, container=image.container)
    if new is not None and new.map is not None and new.map == image.map and new.interval == image.interval:
        return image
    if new is not None and image.origin.kind == "blank":
        return replace(new, dtype=image.dtype or new.dtype)
    interval = None
    if new is not None and new.interval is not None and image.interval is not None:
        interval = image.interval.union(new.interval)
    return replace(image, map=None if new is not None else image.map, interval=interval if new else None)


def _is_whole(part: Value) -> bool:
    from normlint.values import External, Slicing

    if part == External("builtins.Ellipsis"):
        return True
    return isinstance(part, Slicing) and part.lower is None and part.upper is None and part.step is None


def with_channel(image: Image, number: int, new: Image) -> Image:
    """The image with one channel's map and range replaced by another image's."""
    count = max(3, image.channels or 0, number + 1)

    def put(numbers: Numbers, value: Numbers) -> Numbers:
        spread = list(numbers if len(numbers) > 1 else numbers * count)
        if number >= len(spread) or len(value) != 1:
            return numbers
        spread[number] = value[0]
        return tuple(spread)

    whole = None
    if image.map is not None and new.map is not None and new.origin.number == image.origin.number:
        whole = Affine(put(image.map.gain, new.map.gain), put(image.map.bias, new.map.bias))
    interval = None
    if image.interval is not None and new.interval is not None:
        interval = Interval(put(image.interval.low, new.interval.low), put(image.interval.high, new.interval.high))
    dtype = image.dtype if image.dtype == "uint8" else new.dtype
    return replace(
        image, map=whole, interval=interval, step=new.step or image.step, dtype=dtype, pending=None,
        order=_order_with(image, number, new),
    )  # fmt: skip


def _order_with(image: Image, number: int, new: Image) -> str | None:
    """The order after one channel was written: a channel that was read from a picture knows which one it is."""
    if new.order not in {"R", "G", "B"} or number > 2:
        return image.order if new.origin.number == image.origin.number else None
    letters = list(image.order if image.order is not None and len(image.order) == 3 else "???")
    letters[number] = new.order
    return "".join(letters)


def augmented(run: Machine, node: ir.AugmentedAssign) -> None:
    """``target op= value``: arrays change in place, everything else is bound anew."""
    from normlint.evaluate.expressions import evaluate

    current = evaluate(run, node.target)
    value = evaluate(run, node.value)
    result = binary(run, node.operator, current, value, run.place(node))
    rescaled_stats(run, node, current, value)
    aliasing.changes_parameter(run, node, current)
    if isinstance(current, ChannelRef):
        content = run.contents(flush(run, result))
        if isinstance(content, Image):
            store(run, current, replace(content, pending=None))
        return
    if isinstance(current, Ref) and isinstance(run.cell(current), (Image, Alternatives)):
        result = flush(run, result)
        content = run.contents(result)
        if isinstance(content, Image):
            old = run.cell(current)
            if isinstance(old, Image) and old.dtype == "uint8" and content.dtype != "uint8":
                content = replace(content, dtype="uint8")
            aliasing.changed_cell(run, current, old, content, run.place(node))
            run.state.set(current.address, content)
        else:
            run.state.set(current.address, content)
        if isinstance(node.target, ir.Name):
            run.bind(node.target.identifier, current)
        return
    if isinstance(current, Ref) and isinstance(run.cell(current), ListCell):
        content = run.contents(result)
        if isinstance(content, ListCell):
            run.state.set(current.address, content)
        return
    assign(run, node.target, flush(run, result), node.value)


def channel_image(run: Machine, ref: ChannelRef) -> Image | None:
    cell = run.state.get(ref.address)
    return channel_of(cell, ref.channel) if isinstance(cell, Image) else None


def store(run: Machine, receiver: Value, image: Image) -> None:
    """Write the result of an operation in place back to the cell that the receiver stands for."""
    if isinstance(receiver, Ref):
        run.state.set(receiver.address, image)
    elif isinstance(receiver, ChannelRef):
        cell = run.state.get(receiver.address)
        if isinstance(cell, Image):
            changed = with_channel(cell, receiver.channel, image)
            if image.pending is not None:
                base = replace(cell, pending=None) if cell.pending is None else cell.pending.before
                whole = IDENTITY if cell.pending is None else cell.pending.affine
                joined = _in_channel(whole, image.pending.affine, receiver.channel)
                changed = replace(changed, pending=replace(image.pending, before=base, affine=joined))
            run.state.set(receiver.address, changed)


def _in_channel(whole: Affine | None, part: Affine | None, channel: int) -> Affine | None:
    """A map over three channels after one of them went through another map."""
    if whole is None or part is None or len(part.gain) != 1 or len(part.bias) != 1 or channel > 2:
        return None
    gain, bias = (list(numbers * 3)[:3] if len(numbers) == 1 else list(numbers) for numbers in (whole.gain, whole.bias))
    bias[channel] = bias[channel] * part.gain[0] + part.bias[0]
    gain[channel] *= part.gain[0]
    return Affine(tuple(gain), tuple(bias))


def settle(run: Machine, iterable: Value) -> None:
    """After a loop over channels: report the arithmetic that its iterations did to an image together."""
    content = run.contents(iterable)
    if isinstance(content, ListCell):
        for row in content.items:
            for entry in row.items if isinstance(row, TupleValue) else (row,):
                if isinstance(entry, ChannelRef):
                    flush(run, Ref(entry.address))


def expression_statement(run: Machine, node: ir.ExpressionStatement) -> None:
    from normlint.evaluate.discarding import check_discarded
    from normlint.evaluate.expressions import evaluate

    before = len(run.log.observations)
    value = evaluate(run, node.value)
    flushed = value if isinstance(value, ChannelRef) else flush(run, value)
    check_discarded(run, node, flushed, before)
    aliasing.discarded_copy(run, node.value, run.place(node))
    if run.altered:
        aliasing.forget(run, run.place(node.value))

