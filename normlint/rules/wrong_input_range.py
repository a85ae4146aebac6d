"""NL301 wrong-input-range"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.claims import order_of, written
from normlint.evaluate.observations import Observation
from normlint.facts import Facts
from normlint.findings import Finding
from normlint.pixelmap import Affine, Numbers, broadcast, show, show_interval
from normlint.places import Place
from normlint.rules.registry import Rule


def _by_itself(affine: Affine | None, std: Numbers) -> bool:
    """Whether the site divides by the std alone: a scaling to 0..1 in the same expression makes the stats fit."""
    return affine is not None and all(
        abs(gain * s - 1) < 0.01 for gain, s in zip(*(broadcast(affine.gain, std) or ((0.0,), (0.0,))), strict=True)
    )


def _byte_mean(observation: Observation) -> Numbers | None:
    """The mean of a bare subtraction, one number a channel in units of 0..255, from an image that was scaled to 0..1."""
    image, affine = observation.before, observation.affine
    if image is None or affine is None or not image.anchored or image.interval is None or observation.std is not None:
        return None
    if affine.gain != (1.0,) or len(affine.bias) != 3 or not -200 < min(affine.bias) <= max(affine.bias) < -30:
        return None
    return tuple(-number for number in affine.bias) if image.interval.within(0, 1, 0.01) else None


def _fitting(facts: Facts) -> frozenset[Place]:
    """Where some callers subtract a mean for 0..255 data: the others are wrong at their call, see NL101."""
    return frozenset(o.place for o in facts.certain("normalize") if o.affine is not None and min(o.affine.bias) < -30)


def _unit_mean(observation: Observation) -> Numbers | None:
    """The well-known 0..1 mean of a subtraction without a std from an image in 0..255."""
    image, affine = observation.before, observation.affine
    if image is None or affine is None or observation.std is not None or observation.peak not in {None, 1.0}:
        return None
    if not image.anchored or image.interval is None or image.interval.highest < 100 or 0 in affine.gain:
        return None
    gains, biases = broadcast(affine.gain, affine.bias) or ((), ())
    shift = tuple(-bias / gain for gain, bias in zip(gains, biases, strict=True))
    return shift if len(shift) == 3 and max(shift) <= 1 and order_of(shift) is not None else None


def _mean_alone(observation: Observation, fitting: frozenset[Place]) -> tuple[Numbers, str, str] | None:
    """A mean that is subtracted from data in the other unit, whatever the std: its numbers, its unit, and what to do."""
    shift = _byte_mean(observation)
    if shift is not None:
        return shift, "0..255", "the data was scaled to 0..1 before"
    unit_mean = None if observation.place in fitting else _unit_mean(observation)
    return (unit_mean, "0..1", "divide by 255 first") if unit_mean is not None else None


def check(facts: Facts) -> Iterator[Finding]:
    """Stats in one unit are applied to data in another.

    ## What it does
    Reports 0..1 stats (mean 0.485, also a well-known mean alone) on 0..255 data, and 0..255 stats (mean 123.675) on 0..1
    data; also a `max_pixel_value` of 255 on data that was scaled already.

    ## Why is this bad?
    The normalized values are off by a factor of 255; the network sees a constant, or noise far outside of what it knows.

    ## Example
    ```python
    import cv2
    import numpy as np

    image = cv2.imread("a.png")[:, :, ::-1].astype(np.float32)
    inputs = (image - np.array([0.485, 0.456, 0.406])) / np.array([0.229, 0.224, 0.225])
    ```

    ## Use instead
    ```python
    import cv2
    import numpy as np

    image = cv2.imread("a.png")[:, :, ::-1].astype(np.float32) / 255
    inputs = (image - np.array([0.485, 0.456, 0.406])) / np.array([0.229, 0.224, 0.225])
    ```
    """
    fitting = _fitting(facts)
    for observation in facts.certain("normalize"):
        alone = _mean_alone(observation, fitting)
        if alone is not None and observation.before is not None and observation.before.interval is not None:
            shift, unit, label = alone
            yield RULE.finding(
                observation.place,
                f"a mean for {unit} data ({show(shift)}) is subtracted from values in "
                f"{show_interval(observation.before.interval)}",
                label=label, key=show(shift),
            )
            continue
        image, mean, std = observation.before, observation.mean, observation.std
        if image is None or image.interval is None or mean is None or std is None:
            continue
        if not image.anchored or not any(mean) or ((image.container == "pil" or image.dtype == "uint8") and (
            "torchvision" in observation.api
        )):
            continue
        peak = observation.peak or 1.0
        if observation.api == "arithmetic" and not _by_itself(observation.affine, std):
            continue
        high = image.interval.highest / peak
        unit_stats = max(mean) <= 1 and max(std) <= 1
        if unit_stats and high > 100:
            yield RULE.finding(
                observation.place,
                f"stats for 0..1 data ({written(mean, std)}) are applied to values in {show_interval(image.interval)}",
                label="divide by 255 first", key=written(mean, std),
            )
        elif (min(mean) > 1.5 or peak > 1) and image.interval.highest <= 1.01 and image.interval.lowest >= -0.01:
            yield RULE.finding(
                observation.place,
                f"stats for 0..255 data ({written(mean, std)}) are applied to values in {show_interval(image.interval)}",
                label="the data was scaled to 0..1 before", key=written(mean, std),
            )


RULE = Rule("NL301", "wrong-input-range", "error", True, check)
