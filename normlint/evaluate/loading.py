"""Where images come from: decoders, and array constructors around numbers and pictures."""

from __future__ import annotations

from normlint.catalogue import Entry
from normlint.evaluate.aliasing import view_of
from normlint.evaluate.casting import INTEGERS, cast_image
from normlint.evaluate.emission import flush
from normlint.evaluate.machine import Machine
from normlint.evaluate.parameters import dtype_of, vector_of
from normlint.immutable import replace
from normlint.pixelmap import BYTES, IDENTITY, Affine
from normlint.places import Place
from normlint.values import Image, ListCell, Origin, TupleValue, Unknown, Value

_DECODED = Affine((255.0,), (0.0,))


def load(run: Machine, entry: Entry, arguments: dict[str, Value], value: Value, place: Place) -> Value:
    """A decoded picture; with ``position`` the reader returns a tuple that holds it there (``flag, frame``)."""
    image = _decoded(run, entry, arguments, place)
    position = entry.operation.get("position")
    return TupleValue((*(run.unknown() for _ in range(position)), image)) if isinstance(position, int) else image


def element_of_reader(run: Machine, dotted: str, method: str, place: Place | None) -> Value | None:
    """What iterating over a reader, or indexing it, gives; None for objects that are no readers."""
    entry = run.catalogue.lookup(f"{dotted}.{method}") if dotted.endswith("()") else None
    return _decoded(run, entry, {}, place) if entry is not None and entry.operation["op"] == "load" else None


def _decoded(run: Machine, entry: Entry, arguments: dict[str, Value], place: Place | None) -> Image:
    """Bytes 0..255 in the decoder's channel order."""
    details = entry.operation
    origin = Origin("picture", run.numbering.next(), entry.name, place)
    text = {name: details.get(name) for name in ("container", "dtype", "order", "layout")}
    container, dtype, order, layout = (v if isinstance(v, str) else None for v in text.values())
    if details.get("depends") or details.get("high") not in {255}:
        return Image(origin, IDENTITY, container=container, order=order)
    flags = [a for name, a in arguments.items() if name in {"flags", "mode"} and a is not None]
    if flags and entry.name.startswith("cv2."):
        content = run.contents(flags[0])
        spelled = str(getattr(content, "value", getattr(content, "dotted", "")))
        if spelled.endswith("IMREAD_COLOR_RGB"):
            order = "RGB"
        elif not spelled.endswith(("IMREAD_COLOR", "1")) or spelled == "-1":
            unchanged = spelled == "-1" or spelled.endswith("UNCHANGED")
            order = "BGR" if unchanged else None
            if not spelled.endswith(("GRAYSCALE", "0")):  # IMREAD_UNCHANGED keeps 16-bit files
                return Image(origin, IDENTITY, container=container, order=order, layout="HWC" if unchanged else None)
    return Image(
        origin, _DECODED, anchored=True, interval=BYTES, dtype=dtype, order=order, layout=layout or "HWC",
        container=container,
    )  # fmt: skip


def array_of(run: Machine, entry: Entry, arguments: dict[str, Value], value: Value, place: Place) -> Value:
    """``np.array(x)``, ``torch.tensor(x)``: numbers become an array, a picture its bytes."""
    parameter = entry.operation.get("dtype")
    dtype = dtype_of(run, arguments.get(parameter if isinstance(parameter, str) else "dtype"))
    fixed = entry.operation.get("dtype_value")
    dtype = fixed if isinstance(fixed, str) else dtype
    numbers = nested_numbers(run, value, 4)
    if numbers is not None:
        vector = vector_of(run, numbers)
        return replace(vector, dtype=dtype) if vector is not None else run.unknown()
    content = run.contents(value)
    if isinstance(content, Unknown):
        if dtype in INTEGERS:
            content = Image(content.origin)
        else:
            return value
    if isinstance(content, (ListCell, TupleValue)):
        flush(run, value)
        return _array_of_images(run, content, entry, dtype, place)
    if not isinstance(content, Image):
        return run.unknown("output", entry.name, place)
    container = "torch" if entry.name.startswith("torch") else "numpy"
    if content.container == "pil" and content.dtype is None and content.anchored:
        content = replace(content, dtype="uint8")
    if dtype in INTEGERS and content.dtype != dtype:
        image = run.contents(flush(run, value))
        if isinstance(image, Image):
            return cast_image(run, replace(image, pending=None, container=container), dtype or "uint8", entry.name, place)
    array = replace(content, container=container, dtype=dtype or content.dtype)
    shared = entry.operation.get("view") and content.container != "pil" and array.dtype == content.dtype
    return view_of(run, value, array) if shared else array


def _array_of_images(
    run: Machine, content: ListCell | TupleValue, entry: Entry, dtype: str | None, place: Place
) -> Value:
    """``np.array([image, ...])``: the images with an axis in front, where all of them are alike."""
    from normlint.evaluate.operations import joined, seen

    images = [seen(run, item) for item in content.items]
    known = [image for image in images if image is not None]
    if dtype in INTEGERS or not known or len(known) != len(images):
        return run.unknown("output", entry.name, place)
    whole = joined(run, known, len(known), place)
    if not isinstance(whole, Image):
        return whole
    layout = {"CHW": "NCHW"}.get(whole.layout or "")
    return replace(whole, layout=layout, container="numpy", dtype=dtype or whole.dtype)


def nested_numbers(run: Machine, value: Value, depth: int) -> Value | None:
    """Numbers under brackets of one element (``[[[0.485]], [[0.456]], ...]``) as a flat value; None for others."""
    content = run.contents(value)
    if vector_of(run, value) is not None:
        return value
    if depth and isinstance(content, (ListCell, TupleValue)) and content.items and len(content.items) <= 8:
        inner = [nested_numbers(run, item, depth - 1) for item in content.items]
        vectors = [vector_of(run, item) for item in inner if item is not None]
        if len(vectors) != len(content.items) or any(v is None for v in vectors):
            return None
        if len(vectors) == 1:
            return vectors[0]
        if all(v is not None and len(v.numbers) == 1 for v in vectors):
            first = vectors[0]
            assert first is not None
            return replace(first, numbers=tuple(v.numbers[0] for v in vectors if v is not None))
    return None
