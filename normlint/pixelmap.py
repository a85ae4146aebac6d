"""The algebra of pixel maps: per-channel affine maps, intervals and stats.

A map is ``value = gain * x + bias``; gain and bias hold one number for all channels, or one a channel. Numbers stay
floats; nothing here knows of the source code.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from normlint.immutable import dataclass

Numbers = tuple[float, ...]

RELATIVE_TOLERANCE = 2e-3  # 123.68 beside 123.675 is the same mean (design: relative on the gain)
BIAS_TOLERANCE = 1 / 255


def broadcast(a: Numbers, b: Numbers) -> tuple[Numbers, Numbers] | None:
    """Both at one length; None where the lengths do not fit each other."""
    if len(a) == len(b):
        return a, b
    if len(a) == 1:
        return a * len(b), b
    if len(b) == 1:
        return a, b * len(a)
    return None


def combine(operation: Callable[[float, float], float], a: Numbers, b: Numbers) -> Numbers | None:
    """``operation`` channel by channel; None where the lengths do not fit or the result is no finite number."""
    pair = broadcast(a, b)
    if pair is None:
        return None
    try:
        result = tuple(operation(x, y) for x, y in zip(*pair, strict=True))
    except (ZeroDivisionError, OverflowError):
        return None
    return result if all(math.isfinite(value) for value in result) else None


def collapse(numbers: Numbers) -> Numbers:
    """One number where all channels are equal."""
    return numbers[:1] if numbers and all(value == numbers[0] for value in numbers) else numbers


@dataclass(frozen=True, slots=True)
class Affine:
    """``value = gain * x + bias`` channel by channel."""

    gain: Numbers
    bias: Numbers

    def then(self, after: Affine) -> Affine | None:
        """This map, then ``after``."""
        gain = combine(lambda x, y: x * y, self.gain, after.gain)
        scaled = combine(lambda x, y: x * y, self.bias, after.gain)
        bias = None if scaled is None else combine(lambda x, y: x + y, scaled, after.bias)
        return None if gain is None or bias is None else Affine(gain, bias)

    def inverse(self) -> Affine | None:
        """The map that undoes this one; None where a gain is zero."""
        gain = combine(lambda x, y: x / y, (1.0,), self.gain)
        bias = combine(lambda x, y: -x / y, self.bias, self.gain)
        return None if gain is None or bias is None else Affine(gain, bias)

    def apply(self, numbers: Numbers) -> Numbers | None:
        scaled = combine(lambda x, y: x * y, numbers, self.gain)
        return None if scaled is None else combine(lambda x, y: x + y, scaled, self.bias)

    def close_to(self, other: Affine, span: float = 1.0) -> bool:
        """Equal within the tolerances of spelling; ``span`` is the width of the values that the maps produce."""
        return close(self.gain, other.gain, RELATIVE_TOLERANCE, 1e-9) and close(
            self.bias, other.bias, 0.0, BIAS_TOLERANCE * abs(span) + 1e-9
        )

    @property
    def channels(self) -> int:
        return max(len(self.gain), len(self.bias))

    def reversed(self) -> Affine:
        """The same map with the channels in the other order."""
        return Affine(self.gain[::-1], self.bias[::-1])


IDENTITY = Affine((1.0,), (0.0,))


def close(a: Numbers, b: Numbers, relative: float, absolute: float) -> bool:
    """Whether two lists of numbers agree channel by channel, one number standing for all channels."""
    pair = broadcast(a, b)
    if pair is None:
        return False
    return all(abs(x - y) <= max(relative * max(abs(x), abs(y)), absolute) for x, y in zip(*pair, strict=True))


def normalization(mean: Numbers, std: Numbers, peak: float = 1.0) -> Affine | None:
    """``(x / peak - mean) / std``; None for a std of zero."""
    gain = combine(lambda x, y: x / y / peak, (1.0,), std)
    bias = combine(lambda x, y: -x / y, mean, std)
    return None if gain is None or bias is None else Affine(gain, bias)


def denormalization(mean: Numbers, std: Numbers) -> Affine | None:
    """``x * std + mean``."""
    pair = broadcast(std, mean)
    return None if pair is None else Affine(*pair)


@dataclass(frozen=True, slots=True)
class Interval:
    """The closed interval a channel, or all channels, lie in; infinite ends are allowed."""

    low: Numbers
    high: Numbers

    @property
    def lowest(self) -> float:
        return min(self.low)

    @property
    def highest(self) -> float:
        return max(self.high)

    @property
    def bounded(self) -> bool:
        return math.isfinite(self.lowest) and math.isfinite(self.highest)

    def image(self, affine: Affine) -> Interval | None:
        """The interval after an affine map; ends swap where the gain is negative."""
        ends = [_scaled(end, affine) for end in (self.low, self.high)]
        if ends[0] is None or ends[1] is None:
            return None
        pair = broadcast(ends[0], ends[1])
        if pair is None:
            return None
        pairs = list(zip(*pair, strict=True))
        return Interval(tuple(min(p) for p in pairs), tuple(max(p) for p in pairs))

    def clamp(self, low: float | None, high: float | None) -> Interval:
        def bound(value: float) -> float:
            if low is not None:
                value = max(value, low)
            return value if high is None else min(value, high)

        return Interval(tuple(map(bound, self.low)), tuple(map(bound, self.high)))

    def union(self, other: Interval) -> Interval:
        return Interval((min(self.lowest, other.lowest),), (max(self.highest, other.highest),))

    def within(self, low: float, high: float, slack: float = 0.0) -> bool:
        return self.lowest >= low - slack and self.highest <= high + slack


def _scaled(end: Numbers, affine: Affine) -> Numbers | None:
    pair = broadcast(end, affine.gain)
    if pair is None:
        return None
    scaled = tuple(0.0 if gain == 0 else value * gain for value, gain in zip(*pair, strict=True))
    shifted = broadcast(scaled, affine.bias)
    return None if shifted is None else tuple(value + bias for value, bias in zip(*shifted, strict=True))


UNIT = Interval((0.0,), (1.0,))
BYTES = Interval((0.0,), (255.0,))
UNBOUNDED = Interval((-math.inf,), (math.inf,))


@dataclass(frozen=True, slots=True)
class Stats:
    """Mean and std in canonical form: unit scale, RGB order."""

    mean: Numbers
    std: Numbers

    @property
    def affine(self) -> Affine | None:
        return normalization(self.mean, self.std)

    def same_as(self, other: Stats) -> bool:
        """Agreement within the tolerances of spelling, as maps on the unit range."""
        mine, theirs = self.affine, other.affine
        if mine is None or theirs is None:
            return False
        span = max(abs(gain) for gain in mine.gain)
        return mine.close_to(theirs, span)


def stats_of(affine: Affine) -> Stats | None:
    """The stats that a map from the unit intensity normalizes with: mean = -bias / gain, std = 1 / gain."""
    std = combine(lambda x, y: x / y, (1.0,), affine.gain)
    mean = combine(lambda x, y: -x / y, affine.bias, affine.gain)
    if std is None or mean is None or any(value <= 0 for value in std):
        return None
    return Stats(collapse(mean), collapse(std))


def show(numbers: Numbers, digits: int = 4) -> str:
    """Numbers for a message: equal channels as one, at most ``digits`` significant digits."""
    return ", ".join(f"{round(value, 9) + 0.0:.{digits}g}" for value in collapse(numbers))


def show_interval(interval: Interval) -> str:
    return f"[{interval.lowest:.4g}, {interval.highest:.4g}]"
