"""Canonical claims: what an observation says about the data, as stats on the unit scale, and how to say it in words."""

from __future__ import annotations

from normlint.catalogue import catalogue
from normlint.evaluate.observations import Observation
from normlint.pixelmap import Affine, Numbers, Stats, broadcast, close, show, stats_of
from normlint.values import Image

_BYTES = 1 / 255
_HALF_LEVEL = 0.51


def normalized_stats(image: Image | None) -> Stats | None:
    """The stats that an image of a known origin is normalized with; None where it is not, or nobody knows."""
    if image is None or not image.anchored or image.map is None or min(image.map.bias) >= 0:
        return None
    stats = stats_of(image.map)
    if stats is not None and image.assumed and max(stats.std) < _BYTES:
        return None  # unit stats on bytes: what was assumed to be a decoded picture is a tensor
    return stats


def normalize_claim(observation: Observation) -> Stats | None:
    """The stats of a normalize, on the unit scale: from the data flow where the input is known, else from the numbers."""
    found = normalized_stats(observation.after)
    if found is not None:
        return found
    if observation.affine is None:
        return None
    if observation.mean is not None and observation.std is not None:
        if observation.peak not in {None, 1.0}:
            return Stats(observation.mean, observation.std)
        unit = 255.0 if max(map(abs, observation.mean)) > 1.5 else 1.0
        if unit == 255.0 and max(observation.std) <= 1.0:
            return None
        return Stats(tuple(m / unit for m in observation.mean), tuple(s / unit for s in observation.std))
    return stats_of(_from_unit(observation.affine))


def _from_unit(affine: Affine) -> Affine:
    """A map from bytes seen as a map from the unit scale; one from the unit scale stays."""
    if max(map(abs, affine.gain)) < 0.1:
        return Affine(tuple(gain * 255 for gain in affine.gain), affine.bias)
    return affine


def denormalize_claims(affine: Affine) -> tuple[Stats, ...]:
    """The stats that ``gain * x + bias`` would undo: read for a target of 0..255 where the numbers are large, else of 0..1."""
    if max(affine.gain) > 2.5:
        gain, bias = (tuple(number * _BYTES for number in numbers) for numbers in (affine.gain, affine.bias))
        rounding = tuple(max(number - 0.5 * _BYTES, 0.0) for number in bias)
        return tuple(Stats(b, gain) for b in (bias, rounding) if min(gain) > 0)
    return (Stats(affine.bias, affine.gain),) if min(affine.gain) > 0 else ()


def undoes(affine: Affine, stats: Stats) -> bool:
    """Whether a denormalize gives back the unit scale or 0..255 (with or without a rounding half) of normalized data."""
    forward = stats.affine
    whole = forward.then(affine) if forward is not None else None
    return whole is not None and is_picture(whole)


def is_picture(whole: Affine) -> bool:
    """Whether a map from the unit intensity gives the unit scale or bytes."""
    for peak in (1.0, 255.0):
        gain = tuple(number / peak for number in whole.gain)
        slack = 0.008 if peak == 1.0 else _HALF_LEVEL
        if close(gain, (1.0,), 0.006, 0.0) and all(abs(number) <= slack * 1.01 for number in whole.bias):
            return True
    return False


def is_half(affine: Affine | None, stats: Stats) -> bool:
    """A map that only scales, or only shifts what has a std: half of an inverse, whose other half stands elsewhere."""
    if affine is None:
        return False
    return not any(affine.bias) or (set(affine.gain) == {1.0} and max(stats.std) < 1)


def undone_by(claim: Stats, stats: Stats) -> bool:
    """Whether a denormalize that claims these stats undoes a normalize with those, at least for one channel of a loop."""
    if claim.same_as(stats):
        return True
    if len(claim.mean) > 1 or len(claim.std) > 1:
        return False
    channels = broadcast(stats.mean, stats.std) or ((), ())
    return any(claim.same_as(Stats((mean,), (std,))) for mean, std in zip(*channels, strict=True))


def name_of(stats: Stats) -> str:
    """The name that well-known stats go by; empty for others."""
    for known in catalogue().known_stats:
        if len(known.mean) == len(stats.mean) or len(set(stats.mean)) == 1 == len(set(known.mean)):
            if close(known.mean, stats.mean, 0.0, 6e-4) and close(known.std, stats.std, 0.0, 6e-4):
                return known.name
    return ""


def describe(stats: Stats) -> str:
    """Stats for a message: the name, the mean and the std."""
    name = name_of(stats)
    numbers = f"mean {show(stats.mean)}, std {show(stats.std)}"
    return f"{name} {numbers}" if name else numbers


def written_pair(observation: Observation) -> tuple[Numbers, Numbers] | None:
    """Mean and std as written, also where the division is a statement after the subtraction."""
    if observation.mean is not None and observation.std is not None:
        return observation.mean, observation.std
    step = observation.after.step if observation.after is not None else None
    if step is None or step.operation != "divide" or step.operand is None or step.place != observation.place:
        return None
    earlier = step.previous
    if earlier is None or earlier.operation != "subtract" or earlier.operand is None:
        return None
    return earlier.operand, step.operand


def written(mean: Numbers | None, std: Numbers | None) -> str:
    """Mean and std as written in the source."""
    parts = []
    if mean is not None:
        parts.append(f"mean {show(mean, 6)}")
    if std is not None:
        parts.append(f"std {show(std, 6)}")
    return ", ".join(parts)


_ORDER_TOLERANCE = 0.004  # one level of 255: 123 is 123.675 and 104 is 103.94
_LEAST_DIFFERENCE = 0.02  # between red and blue: less says nothing of the order


def order_of(mean: Numbers) -> str | None:
    """The channel order that a mean of three different numbers is written in: "RGB" or "BGR" of well-known stats.

    Numbers above 1.5 are in units of 0..255. None for stats that nobody knows, and where red and blue are alike.
    """
    if len(mean) != 3 or min(mean) <= 0:
        return None
    unit = tuple(number / 255 for number in mean) if max(mean) > 1.5 else mean
    if abs(unit[0] - unit[2]) < _LEAST_DIFFERENCE:
        return None
    means = [known.mean for known in catalogue().known_stats if len(known.mean) == 3]
    straight, reverse = (
        any(close(known, numbers, 0.0, _ORDER_TOLERANCE) for known in means) for numbers in (unit, unit[::-1])
    )
    return None if straight == reverse else "RGB" if straight else "BGR"
