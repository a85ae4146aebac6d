"""Maps that take data normalized with ImageNet's stats to -1..1, as a network of TensorFlow's wants it.

torchvision==0.29.1 torchvision/models/inception.py:97 (transform_input) and pytorch-fid's first versions have it: each channel
``x * (std / 0.5) + (mean - 0.5) / 0.5``. What is in 0..1 needs ``2 * x - 1`` instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.claims import normalized_stats
from normlint.evaluate.observations import Observation
from normlint.facts import Facts

_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def recentred_unit_images(facts: Facts) -> Iterator[Observation]:
    """The places where such a map gets images in 0..1 that nobody normalized; of three channels the first one."""
    for observation in facts.certain("normalize", "denormalize"):
        image, affine = observation.before, observation.affine
        if image is None or affine is None or not image.anchored or image.interval is None or normalized_stats(image):
            continue
        gain, bias = affine.gain, affine.bias
        width = len(_MEAN) if max(len(gain), len(bias)) == len(_MEAN) else 1
        mean, std = [number / 2 + 0.5 for number in bias], [number / 2 for number in gain]
        whole = len(mean) == len(std) == width and _near(mean, _MEAN[:width]) and _near(std, _STD[:width])
        if whole and abs(image.interval.lowest) < 0.01 and abs(image.interval.highest - 1) < 0.01:
            yield observation


def _near(numbers: list[float], wanted: tuple[float, ...]) -> bool:
    return all(abs(number - known) < 1e-3 for number, known in zip(numbers, wanted, strict=True))
