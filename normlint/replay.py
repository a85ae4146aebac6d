"""Running the 256 byte values through recorded arithmetic, operation by operation, in the precision it is done in.

Gain and bias cannot tell ``(x + 1) * 127.5`` (loses 63 of 256 levels to a truncating cast) from ``x * 127.5 + 127.5`` (loses
none): the order of the roundings decides. A sum, product or quotient of two float32 numbers computed in float64 and rounded
once more is the correctly rounded float32 result, so ``struct`` is all this needs.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache

from normlint.pixelmap import Numbers
from normlint.values import Step

_FLOAT = struct.Struct("f")


def _single(value: float) -> float:
    try:
        return float(_FLOAT.unpack(_FLOAT.pack(value))[0])
    except OverflowError:
        return value


def _double(value: float) -> float:
    return value


Chain = tuple[tuple[str, float, float], ...]


def chain_of(steps: tuple[Step, ...], channel: int) -> Chain | None:
    """The arithmetic of one channel as (operation, number, second number); None where a step cannot be replayed."""
    chain: list[tuple[str, float, float]] = []
    for step in steps:
        operation = step.operation
        if operation in {"add", "subtract", "multiply", "divide", "mirrored-subtract"} and step.operand is not None:
            chain.append((operation, _of(step.operand, channel), 0.0))
        elif operation in {"normalize", "denormalize"} and step.affine is not None:
            if step.stats is not None and operation == "normalize":
                chain.append((operation, _of(step.stats[0], channel), _of(step.stats[1], channel)))
            else:
                chain += [("multiply", _of(step.affine.gain, channel), 0.0), ("add", _of(step.affine.bias, channel), 0.0)]
        elif operation == "to_unit":
            chain.append(("divide", 255.0, 0.0))
        elif operation == "round":
            chain.append(("round", 0.0, 0.0) if step.label in {"nearest", ""} else ("floor", 0.0, 0.0))
        elif operation == "clamp":
            chain.append(("clamp", _bound(step.low, -1e30), _bound(step.high, 1e30)))
        elif operation not in {"float", "view"}:
            return None
    return tuple(chain)


def _of(numbers: Numbers, channel: int) -> float:
    return numbers[channel] if len(numbers) > channel else numbers[0]


def _bound(value: float | None, default: float) -> float:
    return default if value is None else value


@lru_cache(maxsize=256)
def lost_levels(chain: Chain, double: bool = False) -> int:
    """How many of the 256 byte values do not come back when the chain ends in a truncating cast to uint8."""
    rounded: Callable[[float], float] = _double if double else _single
    lost = 0
    for level in range(256):
        value = float(level)
        for operation, number, second in chain:
            value = _apply(rounded, operation, value, rounded(number), rounded(second))
        lost += int(value) != level
    return lost


def _apply(rounded: Callable[[float], float], operation: str, value: float, number: float, second: float) -> float:
    match operation:
        case "add":
            return rounded(value + number)
        case "subtract":
            return rounded(value - number)
        case "mirrored-subtract":
            return rounded(number - value)
        case "multiply":
            return rounded(value * number)
        case "divide":
            return rounded(value / number) if number else value
        case "normalize":
            return rounded(rounded(value - number) / second) if second else value
        case "round":
            return float(round(value))
        case "floor":
            return float(value // 1)
        case "clamp":
            return min(max(value, number), second)
    return value
