"""Arithmetic between two images, or an image and a number nobody knows."""

from __future__ import annotations

import math

from normlint.evaluate.machine import Machine
from normlint.immutable import replace
from normlint.pixelmap import IDENTITY, UNIT, Interval
from normlint.places import Place
from normlint.values import Image, Pending, Step, Unknown, Value, as_image

STATISTICS = frozenset({"image-min", "image-max", "image-range"})


def mix(run: Machine, operator: str, a: Image, b: Image, place: Place) -> Value:
    """Two images: the map is lost, the interval follows from interval arithmetic."""
    noise = a.origin.kind == "noise" or b.origin.kind == "noise"
    image, other = (b, a) if a.origin.kind == "noise" else (a, b)
    step = Step("noise" if noise else "mix", place, image.step)
    dtype = a.dtype if a.dtype == b.dtype else (a.dtype or b.dtype)
    return Image(
        image.origin, map=None, interval=_interval(operator, a.interval, b.interval), dtype=dtype,
        order=a.order if a.order == b.order else None, layout=image.layout or other.layout,
        channels=image.channels or other.channels, container=image.container or other.container, step=step,
    )  # fmt: skip


def _interval(operator: str, a: Interval | None, b: Interval | None) -> Interval | None:
    if a is None or b is None or not (a.bounded or b.bounded):
        return None
    try:
        match operator:
            case "+":
                ends = (a.lowest + b.lowest, a.highest + b.highest)
            case "-":
                ends = (a.lowest - b.highest, a.highest - b.lowest)
            case "*":
                products = [x * y for x in (a.lowest, a.highest) for y in (b.lowest, b.highest)]
                ends = (min(products), max(products))
            case _:
                return None
    except OverflowError:
        return None
    return None if any(math.isnan(end) for end in ends) else Interval((ends[0],), (ends[1],))


def with_dynamic(run: Machine, operator: str, a: Image | Unknown, b: Image | Unknown, place: Place) -> Value:
    """An image with a number that is not known: the formula is kept (operation and label), the map is lost."""
    mirrored = isinstance(a, Unknown) and bool(a.label) and not (isinstance(b, Unknown) and b.label)
    if isinstance(b, Image) and isinstance(a, Unknown):
        mirrored = True
    image, operand = (b, a) if mirrored else (a, b)
    if isinstance(operand, Image):
        return run.unknown()
    if isinstance(image, Unknown) and (not operand.label or image.label):
        label = operand.label if operand.label == image.label else ""
        if {image.label, operand.label} == {"image-min", "image-max"}:
            label = "image-range"
        if operator == "/" and {image.label, operand.label} == {"mean", "std"}:
            label = "mean/std"
        return run.unknown(label=label)
    seen = as_image(image) if isinstance(image, Unknown) else image
    pending = seen.pending or Pending(replace(seen, pending=None), IDENTITY, place)
    name = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}.get(operator, "other")
    if mirrored and operator in "-/":
        name = f"mirrored-{name}"
    return replace(
        seen, map=None, interval=_after_statistics(seen, name, operand.label),
        dtype=None if seen.dtype == "uint8" else seen.dtype,
        step=Step(name, place, seen.step, label=operand.label), pending=replace(pending, affine=None, place=place),
    )  # fmt: skip


def _after_statistics(image: Image, operation: str, label: str) -> Interval | None:
    """Min-max stretching ends in [0, 1], whatever came in."""
    if operation == "divide" and label in STATISTICS:
        stretched = image.step is not None and image.step.label == "image-min"
        if stretched or (label == "image-max" and image.interval is not None and image.interval.lowest >= 0):
            return UNIT
    return None
