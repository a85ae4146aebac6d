"""NL202 missing-clamp"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.evaluate.observations import Observation, steps_of
from normlint.facts import Facts
from normlint.findings import Finding
from normlint.fixes import Clamp
from normlint.offers import insert
from normlint.pixelmap import show_interval
from normlint.rules.registry import Rule


def _proven(observation: Observation) -> bool:
    """A finite range is known; an infinite one counts only where noise or an overshooting resize made it so."""
    image = observation.before
    if image is None or image.interval is None:
        return False
    if image.interval.bounded:
        return image.anchored or any(step.operation in {"noise", "overshoot", "bounded"} for step in steps_of(image))
    return any(step.operation == "noise" for step in steps_of(image)) and image.step is not None


def check(facts: Facts) -> Iterator[Finding]:
    """Values that can leave the target range reach an integer cast, or a sink that does not clip.

    ## What it does
    Follows the range of an image to a cast to uint8 (which wraps: 256 becomes 0, -1 becomes 255) or to a sink that wraps.
    Only ranges that are known to leave 0..255 count: a denormalize with other stats than the data has, noise that was
    added, a bicubic resize of floats. An exact inverse of byte data, a sigmoid, a clamp before, or a sink that clips need none.

    ## Why is this bad?
    Bright pixels turn black and dark ones white, in specks that are easily taken for noise of the model.

    ## Example
    ```python
    import numpy as np
    import torch
    from PIL import Image
    from torchvision import transforms

    picture = transforms.ToTensor()(Image.open("a.png"))
    noisy = picture + torch.randn_like(picture)
    pixels = (noisy * 255).numpy().astype(np.uint8)
    ```

    ## Use instead
    ```python
    import numpy as np
    import torch
    from PIL import Image
    from torchvision import transforms

    picture = transforms.ToTensor()(Image.open("a.png"))
    noisy = picture + torch.randn_like(picture)
    pixels = (noisy * 255).clamp(0, 255).numpy().astype(np.uint8)
    ```

    ## Fix safety
    Safe: a clamp keeps what lies in range, so that only values change that wrapped around. Offered where the kind of array
    is known: `.clamp(0, 255)` for tensors of PyTorch, `np.clip(..., 0, 255)`, `tf.clip_by_value(..., 0, 255)`.
    """
    for observation in facts.certain("cast", "sink"):
        image = observation.before
        if image is None or image.interval is None or image.dtype == "uint8":
            continue
        if observation.kind == "cast":
            if observation.dtype != "uint8" or observation.note == "saturate":
                continue
            low, high = -1.0, 256.0
        elif observation.contract is not None and observation.contract.out_of_range == "wrap":
            low, high = (-1.0, 256.0) if observation.contract.high == 255 else (-0.003, 1.0039)
        else:
            continue
        interval = image.interval
        if (interval.lowest > low and interval.highest < high) or not _proven(observation):
            continue
        sink = "the cast to uint8" if observation.kind == "cast" else observation.api.lstrip(".").rsplit(".", 1)[-1]
        target = "0..255" if high == 256 else "0..1"
        yield RULE.finding(
            observation.place,
            f"values in {show_interval(interval)} reach {sink} without a clamp to {target}: "
            "what lies outside wraps around",
            label=f"clamp to {target} before", key=show_interval(interval),
            fix=insert(observation, (Clamp(0.0, 255.0 if high == 256 else 1.0),), "safe", f"Clamp to {target} first"),
        )


RULE = Rule("NL202", "missing-clamp", "warning", True, check)
