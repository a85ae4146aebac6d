"""NL203 missing-255"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.evaluate.observations import Observation, steps_of
from normlint.facts import Facts
from normlint.findings import Finding
from normlint.fixes import Fix, Round, Scale
from normlint.offers import insert
from normlint.pixelmap import Interval, show_interval
from normlint.rules.registry import Rule


def _fix(observation: Observation, interval: Interval) -> Fix | None:
    if interval.within(0.0, 1.0, slack=0.01):
        return insert(observation, (Scale(255.0), Round()), "unsafe", "Multiply by 255 and round first")
    if abs(interval.lowest + 1) < 0.02 and abs(interval.highest - 1) < 0.02:
        return insert(observation, (Scale(127.5, 127.5), Round()), "unsafe", "Bring -1..1 to 0..255 and round first")
    return None


def check(facts: Facts) -> Iterator[Finding]:
    """A 0..1 image is cast to an integer image without being multiplied by 255.

    ## What it does
    Reports a cast to uint8 of a picture whose values are known to lie in 0..1 (or -1..1). Masks and labels are left alone:
    only a picture that was scaled to the unit range, or denormalized to it, counts.

    ## Why is this bad?
    All values but the brightest become 0: the picture is black.

    ## Example
    ```python
    import numpy as np
    from PIL import Image
    from torchvision import transforms

    picture = transforms.ToTensor()(Image.open("a.png"))
    pixels = picture.numpy().astype(np.uint8)
    ```

    ## Use instead
    ```python
    import numpy as np
    from PIL import Image
    from torchvision import transforms

    picture = transforms.ToTensor()(Image.open("a.png"))
    pixels = (picture * 255).round().numpy().astype(np.uint8)
    ```

    ## Fix safety
    Unsafe: it changes every pixel, which is what it is for. The fix multiplies by 255 (data in -1..1: by 127.5, and adds
    127.5) and rounds.
    """
    for observation in facts.certain("cast"):
        image = observation.before
        if image is None or image.interval is None or observation.dtype != "uint8":
            continue
        steps = steps_of(image)
        scaled = image.anchored or (any(step.operation == "clamp" for step in steps) and any(
            step.operation in {"denormalize"} or step.label in {"mean", "std"} for step in steps
        ))
        if not scaled or image.dtype == "uint8" or any(step.operation in {"round", "noise", "mix"} for step in steps):
            continue
        if image.interval.within(-1.05, 1.01) and image.interval.highest > image.interval.lowest:
            yield RULE.finding(
                observation.place,
                f"values in {show_interval(image.interval)} are cast to uint8 without x255: nearly all become 0",
                label="multiply by 255 first", key=show_interval(image.interval), fix=_fix(observation, image.interval),
            )


RULE = Rule("NL203", "missing-255", "error", True, check)
