"""NL207 truncating-cast"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.evaluate.observations import Observation, steps_of
from normlint.facts import Facts
from normlint.findings import Finding
from normlint.fixes import Clamp, Fix, Round
from normlint.offers import insert
from normlint.replay import chain_of, lost_levels
from normlint.rules.registry import Rule

_NEAREST = ("round", 0.0, 0.0)


def _fix(observation: Observation) -> Fix | None:
    """Rounding; and a clamp, where a value may reach 255.5 and with it 256, which wraps around."""
    interval = observation.before.interval if observation.before is not None else None
    if observation.dtype != "uint8":
        return None
    if interval is not None and interval.within(0.0, 255.0, slack=0.49):
        return insert(observation, (Round(),), "unsafe", "Round before the cast")
    return insert(observation, (Round(), Clamp(0.0, 255.0)), "unsafe", "Round, and clamp to 0..255, before the cast")


def check(facts: Facts) -> Iterator[Finding]:
    """A float to integer cast truncates where rounding was due.

    ## What it does
    Runs the 256 byte values through the recorded float32 (or float64) operations, one by one, and counts the levels that a
    truncating cast does not give back, though rounding would. Where the values are no decoded bytes it says that truncation
    costs half a level.

    ## Why is this bad?
    `(x + 1) * 127.5` darkens 63 of 256 levels by one; `x * 127.5 + 127.5` none. It biases PSNR and every comparison in
    which one side rounds.

    ## Example
    ```python
    import numpy as np
    from PIL import Image
    from torchvision import transforms

    picture = transforms.ToTensor()(Image.open("a.png")) * 2 - 1
    pixels = ((picture + 1) * 127.5).numpy().astype(np.uint8)
    ```

    ## Use instead
    ```python
    import numpy as np
    from PIL import Image
    from torchvision import transforms

    picture = transforms.ToTensor()(Image.open("a.png")) * 2 - 1
    pixels = ((picture + 1) * 127.5).round().numpy().astype(np.uint8)
    ```

    ## Fix safety
    Unsafe: it changes pixels by one level. Where the values are not known to stay below 255.5 they are clamped as well:
    rounded up to 256, a value would wrap around to 0.
    """
    for observation in facts.observations("cast"):
        image = observation.before
        if image is None or observation.dtype not in {"uint8", "uint16"} or image.dtype == "uint8" or observation.helper:
            continue
        steps = steps_of(image)
        if not steps or any(step.operation == "round" for step in steps):
            continue
        chains = [chain_of(steps, channel) for channel in range(3)] if image.anchored and not image.assumed else [None]
        if None not in chains:
            double = image.dtype == "float64"
            lost = max(lost_levels(chain, double) for chain in chains if chain is not None)
            left = max(lost_levels((*chain, _NEAREST), double) for chain in chains if chain is not None)
            if lost and left * 2 <= lost:  # else it is not the truncation that loses them
                yield RULE.finding(
                    observation.place, f"the truncating cast loses {lost} of the 256 levels; round before it",
                    label="add .round()", key=str(lost), fix=_fix(observation),
                )
        elif any(step.operation in {"multiply", "denormalize"} and max(step.operand or (0.0,)) >= 127 for step in steps[-4:]):
            if not any(step.operation == "add" and max(step.operand or (0.0,)) in {0.5, 128.0} for step in steps[-4:]):
                yield RULE.finding(
                    observation.place, "the cast truncates: values are half a level too dark on average; round before it",
                    label="add .round()", key="truncates", fix=_fix(observation),
                )


RULE = Rule("NL207", "truncating-cast", "info", False, check)
