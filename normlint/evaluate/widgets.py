"""Pages that show and take pictures (gradio): what a part of the page hands to the function that is called with it."""

from __future__ import annotations

from normlint.catalogue import Entry
from normlint.evaluate import sinks
from normlint.evaluate.machine import Machine
from normlint.immutable import replace
from normlint.pixelmap import BYTES, Affine
from normlint.places import Place
from normlint.values import (
    Bound,
    Constant,
    FunctionValue,
    Image,
    InstanceCell,
    ListCell,
    Origin,
    Partial,
    Ref,
    TupleValue,
    Value,
    Widget,
)

Named = tuple[tuple[str, Value], ...]

# Events of gradio's components, all with the parameters (fn, inputs, outputs). Source: gradio==4.44.1 gradio/events.py.
EVENTS = frozenset(
    {"click", "change", "submit", "upload", "input", "select", "clear", "release", "stream", "edit", "load", "then", "success",
     "double_click", "start_recording", "stop_recording", "apply"}
)  # fmt: skip
_DECODED = Affine((255.0,), (0.0,))
_MOST_INPUTS = 16


def widget(run: Machine, entry: Entry, arguments: dict[str, Value], value: Value, place: Place) -> Value:
    """A part of a page that takes a picture, and shows the one that it is given."""
    if entry.image in arguments:
        sinks.sink(run, entry, arguments, value, place)
    return Widget(_content(run, entry, arguments, place))


def _content(run: Machine, entry: Entry, arguments: dict[str, Value], place: Place) -> Value:
    """The picture that the user puts there, as RGB bytes; unknown where it is a path, a drawing, or in another mode."""
    unless = arguments.get(str(entry.operation.get("unless")), Constant(None))
    kind, mode = (arguments.get(str(entry.operation[name])) for name in ("type", "mode"))
    container = kind.value if isinstance(kind, Constant) else None
    if unless not in {Constant(None), Constant("editor")} or container not in {"numpy", "pil"}:
        return run.unknown("parameter", "upload", place)
    if not isinstance(mode, Constant) or mode.value not in {"RGB", "L"}:
        return run.unknown("parameter", "upload", place)
    gray = mode.value == "L"
    return Image(
        Origin("picture", run.numbering.next(), entry.name, place), _DECODED, anchored=True, interval=BYTES,
        dtype="uint8" if container == "numpy" else None, order="GRAY" if gray else "RGB", layout="HW" if gray else "HWC",
        channels=1 if gray else None, container=str(container),
    )  # fmt: skip


def register(run: Machine, entry: Entry, arguments: dict[str, Value], value: Value, place: Place) -> Value:
    """``Interface(fn, inputs, ...)``: the page calls the function with what its inputs hold."""
    function = arguments.get(str(entry.operation["function"]))
    inputs = arguments.get(str(entry.operation["inputs"]))
    if function is not None and inputs is not None:
        _hand_over(run, function, inputs, place)
    return run.unknown("output", entry.name, place)


def listen(run: Machine, event: str, positional: tuple[Value, ...], named: Named, place: Place) -> bool:
    """``button.click(fn, inputs=[picture])``; False where the arguments are no event of a page with pictures."""
    arguments = {**dict(zip(("fn", "inputs"), positional, strict=False)), **dict(named)}
    function, inputs = arguments.get("fn"), arguments.get("inputs")
    if event not in EVENTS or function is None or inputs is None:
        return False
    if not any(isinstance(item, Widget) for item in _items(run, inputs)):
        return False
    _hand_over(run, function, inputs, place)
    return True


def _hand_over(run: Machine, function: Value, inputs: Value, place: Place) -> None:
    from normlint.evaluate.calls import call

    if not _may_call(run, function):
        return
    values = tuple(_delivered(run, item, place) for item in _items(run, inputs)[:_MOST_INPUTS])
    if any(isinstance(value, Image) for value in values):
        call(run, function, values, (), place)


def _may_call(run: Machine, function: Value) -> bool:
    if isinstance(function, (FunctionValue, Bound, Partial)):
        return True
    return isinstance(function, Ref) and isinstance(run.contents(function), InstanceCell)


def _items(run: Machine, inputs: Value) -> tuple[Value, ...]:
    content = run.contents(inputs)
    return content.items if isinstance(content, (ListCell, TupleValue)) else (inputs,)


def _delivered(run: Machine, item: Value, place: Place) -> Value:
    """What one input hands over; the word "image" is a short form of a part that has all its defaults."""
    if isinstance(item, Constant) and item.value == "image":
        entry = run.catalogue.lookup("gradio.Image")
        if entry is not None:
            from normlint.evaluate.library import bind_arguments

            return _content(run, entry, bind_arguments(entry, (), ()), place)
    if not isinstance(item, Widget):
        return run.unknown("parameter", "input", place)
    if isinstance(item.content, Image):  # another picture each time
        return replace(item.content, origin=replace(item.content.origin, number=run.numbering.next()))
    return item.content


__all__ = ["EVENTS", "listen", "register", "widget"]
