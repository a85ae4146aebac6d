"""Changes of dtype: plain casts, and those that scale by the range of the dtype."""

from __future__ import annotations

import math

from normlint.catalogue import Entry
from normlint.evaluate.emission import flush
from normlint.evaluate.machine import Machine
from normlint.evaluate.observations import Observation
from normlint.evaluate.parameters import dtype_of, flag_of, vector_of
from normlint.immutable import replace
from normlint.pixelmap import BYTES, IDENTITY, UNIT, Affine, Interval
from normlint.places import Place
from normlint.values import Image, Step, Unknown, Value, as_image

INTEGERS = {"uint8": (0.0, 255.0), "uint16": (0.0, 65535.0)}
_SIGNED = frozenset({"int8", "int16", "int32", "int64"})
_FLOATS = frozenset({"float16", "bfloat16", "float32", "float64"})
_IMAGE_NAMES = frozenset({"img", "image", "images", "imgs", "pic", "picture", "frame", "cvimage", "photo"})
_TO_UNIT = Affine((1 / 255,), (0.0,))
_TO_BYTES = Affine((255.0,), (0.0,))


def _image(run: Machine, value: Value) -> Image | None:
    content = run.contents(value)
    if isinstance(content, Image):
        return content
    return as_image(content) if isinstance(content, Unknown) else None


def target_dtype(run: Machine, entry: Entry, arguments: dict[str, Value]) -> str | None:
    """The dtype that a cast leads to: fixed by its name, or among its arguments."""
    fixed = entry.operation.get("dtype_value")
    if isinstance(fixed, str):
        return fixed
    parameter = entry.operation.get("dtype")
    found = dtype_of(run, arguments.get(parameter)) if isinstance(parameter, str) else None
    if found is not None:
        return found
    return next((d for d in (dtype_of(run, value) for value in arguments.values()) if d is not None), None)


def cast(run: Machine, entry: Entry, arguments: dict[str, Value], value: Value, place: Place) -> Value:
    """``astype``, ``.to``, ``.byte``: integers truncate (and wrap or saturate), floats keep the values."""
    dtype = target_dtype(run, entry, arguments)
    numbers = vector_of(run, value)
    if numbers is not None:
        return replace(numbers, dtype=dtype)
    content = run.contents(value)
    if dtype is None or not isinstance(content, (Image, Unknown)):
        return value
    if dtype not in INTEGERS and dtype not in _SIGNED:
        _list_float_cast(run, content, dtype, entry.name, place)
        if isinstance(content, Unknown):
            return value if content.label else replace(as_image(content), dtype=dtype)
        if content.dtype == dtype:
            copy = entry.operation.get("copy")
            return content if isinstance(copy, str) and flag_of(run, arguments.get(copy)) else value
        return replace(content, dtype=dtype, container="numpy" if content.container == "pil" else content.container)
    image = _image(run, flush(run, value))
    if image is None:
        return value
    image = replace(image, pending=None)
    if isinstance(content, Unknown) and dtype in _SIGNED:
        return value
    return cast_image(run, image, dtype, entry.name, place, saturates=bool(entry.operation.get("saturate")))


def _list_float_cast(run: Machine, content: Image | Unknown, dtype: str, api: str, place: Place) -> None:
    """Bytes that become floats without being scaled are a site: known ones, and what is called an image."""
    named = content.origin.name.lower() in _IMAGE_NAMES and (isinstance(content, Unknown) or content.step is None)
    if dtype in _FLOATS and (named if isinstance(content, Unknown) else content.pending is None and (
        content.dtype == "uint8" or (named and content.dtype is None)
    )):  # fmt: skip
        before = as_image(content) if isinstance(content, Unknown) else content
        run.observe(Observation("cast", api, place, IDENTITY, source="literal", before=before, dtype=dtype, helper=True))


def cast_image(run: Machine, image: Image, dtype: str, api: str, place: Place, saturates: bool = False) -> Image:
    """The image as integers; the cast is a site."""
    interval = image.interval
    if dtype in INTEGERS:
        low, high = INTEGERS[dtype]
        inside = interval is not None and interval.within(low, high, slack=0.999)
        whole = interval.clamp(low, high) if inside and interval is not None else Interval((low,), (high,))
    else:
        whole = interval  # type: ignore[assignment]
    if whole is not None:
        whole = Interval(tuple(map(_floor, whole.low)), tuple(map(_floor, whole.high)))
    after = replace(
        image, interval=whole, dtype=dtype,
        step=Step("cast", place, image.step, dtype=dtype, label="saturate" if saturates else ""),
    )  # fmt: skip
    if dtype in INTEGERS or image.anchored:
        run.observe(
            Observation("cast", api, place, IDENTITY, source="literal", before=image, after=after, dtype=dtype,
                        note="saturate" if saturates else "")
        )  # fmt: skip
    return after


def _floor(value: float) -> float:
    return float(math.trunc(value)) if math.isfinite(value) else value


def is_bytes(image: Image) -> bool | None:
    """Whether the image is one that ToTensor divides by 255; None where that is not known."""
    if image.dtype == "uint8" or image.container == "pil":
        return True
    if image.dtype is not None:
        return False
    return None


def to_unit(run: Machine, entry: Entry, arguments: dict[str, Value], value: Value, place: Place) -> Value:
    """ToTensor: divides bytes by 255 and keeps floats; an input nobody knows counts as a decoded picture."""
    image = _image(run, flush(run, value))
    if image is None:
        return run.unknown("output", entry.name, place)
    image = replace(image, pending=None)
    when = entry.operation.get("when")
    if isinstance(when, str) and flag_of(run, arguments.get(when)) is not True:
        return run.unknown("output", entry.name, place)
    unless = entry.operation.get("unless")
    if isinstance(unless, str) and flag_of(run, arguments.get(unless)) is not False:
        return replace(image, dtype="float64")
    layout = entry.operation.get("layout")
    layout = layout if isinstance(layout, str) else "CHW" if "ensor" in entry.name else image.layout
    container = "torch" if "torch" in entry.name else image.container
    if is_bytes(image) is False:
        after = replace(image, layout=layout, container=container, step=Step("float", place, image.step))
        affine = None
    elif image.anchored:
        after = _divided(image, place)
        affine = _TO_UNIT
    elif isinstance(unless, str):  # a function for arrays of any dtype, floats as well: its use proves no bytes
        after = replace(image, map=None, interval=None)
        affine = _TO_UNIT
    else:
        derived = image.step is not None and image.step.operation in {"normalize", "denormalize"}
        affine = _TO_UNIT
        after = _divided(image, place)
        if not derived and image.map is not None and image.map.gain == (1.0,) and image.map.bias == (0.0,):
            after = replace(after, map=Affine((1.0,), (0.0,)), anchored=True, interval=UNIT, assumed=True)
    after = replace(after, dtype="float32", layout=layout, container=container)
    run.observe(
        Observation("to_unit", entry.name, place, _TO_UNIT, source="literal", before=image, after=after,
                    note="" if affine else "float input")
    )  # fmt: skip
    return after


def _divided(image: Image, place: Place) -> Image:
    return replace(
        image, map=image.map.then(_TO_UNIT) if image.map else None,
        interval=image.interval.image(_TO_UNIT) if image.interval else None,
        step=Step("to_unit", place, image.step, _TO_UNIT),
    )  # fmt: skip


def scale_dtype(run: Machine, entry: Entry, arguments: dict[str, Value], value: Value, place: Place) -> Value:
    """convert_image_dtype, ToDtype(scale=True), img_as_ubyte: to floats divides bytes, to bytes multiplies floats."""
    dtype = target_dtype(run, entry, arguments) or "float32"
    scale = entry.operation.get("scale")
    image = _image(run, flush(run, value))
    if image is None:
        return run.unknown("output", entry.name, place)
    image = replace(image, pending=None)
    if isinstance(scale, str):
        if flag_of(run, arguments.get(scale)) is False:
            return cast_image(run, image, dtype, entry.name, place) if dtype in INTEGERS else replace(image, dtype=dtype)
    if dtype == "uint8":
        if image.dtype == "uint8":
            return image
        rounds = bool(entry.operation.get("rounds"))
        scaled = replace(
            image, map=image.map.then(_TO_BYTES) if image.map else None,
            interval=image.interval.image(_TO_BYTES) if image.interval else None,
            step=Step("multiply", place, image.step, _TO_BYTES, (255.0,)),
        )  # fmt: skip
        step = Step("round", place, scaled.step) if rounds else scaled.step
        after = replace(scaled, dtype="uint8", interval=BYTES, step=Step("cast", place, step, dtype="uint8"))
        run.observe(Observation("scale", entry.name, place, _TO_BYTES, source="literal", before=image, after=after))
        return after
    return to_unit(run, entry, arguments, image, place)
