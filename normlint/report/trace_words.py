"""A step, a state and an origin in words; shared by the reports that show where values come from."""

from __future__ import annotations

import math

from normlint.pixelmap import Affine, Interval, Numbers, collapse, show
from normlint.trace import Stage, State
from normlint.values import Origin

_OPERATIONS = {
    "add": "add",
    "subtract": "subtract",
    "multiply": "multiply by",
    "divide": "divide by",
    "mirrored-subtract": "subtract from",
    "mirrored-divide": "divide into",
    "to_unit": "to the unit scale: divide by 255",
    "float": "to a tensor; floats keep their values",
    "flip": "reverse the channel order",
    "bounded": "bounded by",
    "overshoot": "resize that overshoots:",
    "minmax": "stretch to the range of the data",
    "noise": "mix with noise",
    "mix": "mix with another image",
    "colour": "change the colour space:",
    "other": "arithmetic that is no affine map",
}


def operation_of(stage: Stage) -> str:
    """What a step does, with its numbers: ``divide by 255``, ``clamp to 0..1``, ``cast to uint8``."""
    step = stage.step
    match step.operation:
        case "clamp":
            return f"clamp to {bound(step.low)}..{bound(step.high)}"
        case "cast":
            return f"cast to {step.dtype}{', saturating' if step.label == 'saturate' else ''}"
        case "round":
            return "round" + (f" ({step.label})" if step.label not in {"", "nearest"} else "")
        case "normalize" | "denormalize" as name:
            api = stage.observation.api if stage.observation is not None else ""
            return f"{name} ({api})" if api not in {"", "arithmetic"} else name
        case "bounded" | "overshoot" | "colour" as name:
            return f"{_OPERATIONS[name]} {step.label}".rstrip()
    words = _OPERATIONS.get(step.operation, step.operation)
    if step.operand is not None and words.endswith(("add", "subtract", "by", "from", "into")):
        return f"{words} {show(step.operand, 6)}"
    return f"{words} {step.label or 'an unknown number'}" if words.endswith(("add", "subtract", "by")) else words


def origin_of(origin: Origin) -> str:
    """``decoded picture (PIL.Image.open)``, ``parameter image``, ``output of model``."""
    match origin.kind:
        case "picture":
            return "decoded picture" if origin.name in {"", "decoded picture"} else f"decoded picture ({origin.name})"
        case "parameter":
            return f"parameter {origin.name}".rstrip()
        case "output":
            return f"output of {origin.name or 'a call'}"
        case "noise" | "blank" as kind:
            return f"{kind} ({origin.name})" if origin.name else kind
    return f"value of {origin.name}" if origin.name else "a value that nothing is known of"


def state_of(state: State) -> str:
    """``-2.118..2.64, float32, RGB``"""
    parts = ["range unknown" if state.interval is None else range_of(state.interval)]
    return ", ".join([*parts, *(word for word in (state.dtype, state.order) if word)])


def map_of(state: State) -> str:
    """``4.367, 4.464, 4.444 * u - 2.118, 2.036, 1.804``; ``u`` is the unit intensity, ``x`` an opaque origin."""
    if state.map is None:
        return "unknown"
    text = affine_of(state.map, "u" if state.anchored else "x")
    return f"{text}, clipped" if state.clipped else text


def affine_of(affine: Affine, variable: str) -> str:
    """A map as a formula."""
    gain, bias = (collapse(tuple(round(n, 9) for n in numbers)) for numbers in (affine.gain, affine.bias))
    text = variable if gain == (1.0,) else f"{_grouped(gain)} * {variable}"
    if not any(bias):
        return text
    if max(bias) <= 0:
        return f"{text} - {_grouped(tuple(-number for number in bias))}"
    return f"{text} + {_grouped(bias)}"


def range_of(interval: Interval) -> str:
    """``0..255``; an end that is infinite as ``?``"""
    return "..".join(bound(end) for end in (interval.lowest, interval.highest))


def bound(value: float | None) -> str:
    """One end of a range."""
    return "?" if value is None or not math.isfinite(value) else f"{value:.4g}"


def _grouped(numbers: Numbers) -> str:
    return show(numbers) if len(numbers) == 1 else f"({show(numbers)})"
