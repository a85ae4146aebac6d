"""NL203 missing-255"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.evaluate.observations import steps_of
from normlint.facts import Facts
from normlint.findings import Finding
from normlint.pixelmap import show_interval
from normlint.rules.registry import Rule


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
    """
    for observation in facts.observations("cast"):
        image = observation.before
        if image is None or image.interval is None or observation.dtype != "uint8" or observation.helper:
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
                label="multiply by 255 first", key=show_interval(image.interval),
            )


RULE = Rule("NL203", "missing-255", "error", True, check)
