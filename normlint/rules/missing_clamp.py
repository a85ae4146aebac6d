"""NL202 missing-clamp"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.catalogue import catalogue
from normlint.evaluate.observations import Observation, steps_of
from normlint.facts import Facts
from normlint.findings import Finding, Related
from normlint.fixes import Clamp
from normlint.offers import insert
from normlint.pixelmap import show_interval
from normlint.rules.registry import Rule
from normlint.values import Image


def _proven(observation: Observation) -> bool:
    """A finite range is known; an infinite one counts only where noise or an overshooting resize made it so."""
    image = observation.before
    if image is None or image.interval is None:
        return False
    if image.interval.bounded:
        return image.anchored or any(step.operation in {"noise", "overshoot", "bounded"} for step in steps_of(image))
    return any(step.operation == "noise" for step in steps_of(image)) and image.step is not None


def _from_network(image: Image) -> bool:
    """A network's output behind a layer that bounds nothing, scaled to 0..255."""
    entry = catalogue().lookup(image.origin.name) if image.origin.kind == "output" else None
    if entry is None or not entry.operation.get("unbounded") or image.interval is not None or image.map is None:
        return False
    return min(image.map.gain) > 100


def _stretches(observation: Observation) -> bool:
    return observation.contract is not None and observation.contract.out_of_range == "stretch"


def _overflow(observation: Observation, sink: str, high: float) -> Finding:
    shown = show_interval(observation.before.interval) if observation.before and observation.before.interval else ""
    bounds = "0..255" if high == 256 else "0..1"
    return RULE.finding(
        observation.place,
        f"values in {shown} reach {sink} without a clamp to {bounds}: what lies outside wraps around",
        label=f"clamp to {bounds} before", key=shown,
        fix=insert(observation, (Clamp(0.0, 255.0 if high == 256 else 1.0),), "safe", f"Clamp to {bounds} first"),
    )


def _target(observation: Observation) -> tuple[float, float] | None:
    """The range outside of which a cast or sink wraps (or, of a network's output, stretches); None for others."""
    if observation.kind == "cast":
        return (-1.0, 256.0) if observation.dtype == "uint8" and observation.note != "saturate" else None
    contract = observation.contract
    if contract is None or contract.out_of_range != "wrap":
        return None
    return (-1.0, 256.0) if contract.high == 255 else (-0.003, 1.0039)


def _leaves(observation: Observation) -> bool:
    target, image = _target(observation), observation.before
    if target is None or image is None or image.interval is None:
        return False
    return not (image.interval.lowest > target[0] and image.interval.highest < target[1])


def _undecided(observation: Observation, group: tuple[Observation, ...]) -> bool:
    """Whether the same call with another alternative stays in range: nobody knows that flags of both sides go together."""
    return bool(observation.guard) and any(
        other.stack == observation.stack and other.before is not None and other.before.interval is not None
        and not _leaves(other) for other in group
    )  # fmt: skip


def check(facts: Facts) -> Iterator[Finding]:
    """Values that can leave the target range reach an integer cast, or a sink that does not clip.

    ## What it does
    Follows the range of an image to a cast to uint8 (which wraps: 256 becomes 0, -1 becomes 255) or to a sink that wraps.
    Only ranges that are known to leave 0..255 count: a denormalize with other stats than the data has, noise that was
    added, a bicubic resize of floats, the output of a network whose last layer bounds nothing. An exact inverse of byte
    data, a sigmoid, a clamp before, or a sink that clips need none.

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
    Safe: a clamp keeps what lies in range, so that only values change that wrapped around; unsafe before a sink that
    stretches, where a clamp changes the contrast. Offered where the kind of array
    is known: `.clamp(0, 255)` for tensors of PyTorch, `np.clip(..., 0, 255)`, `tf.clip_by_value(..., 0, 255)`.
    """
    for file in facts.files:
        for observation in file.certain("cast", "sink"):
            image, target = observation.before, _target(observation)
            if image is None or image.dtype == "uint8":
                continue
            sink = "the cast to uint8" if observation.kind == "cast" else observation.api.lstrip(".").rsplit(".", 1)[-1]
            if _from_network(image) and (target is not None or _stretches(observation)):
                yield RULE.finding(
                    observation.place, f"a network's output, which nothing bounds, reaches {sink} as 0..255 without a clamp",
                    label="clamp to 0..255 before", key=f"unbounded {sink}", confidence="medium",
                    related=tuple(Related(step.place, "scaled here") for step in steps_of(image) if step.affine is not None),
                    fix=insert(observation, (Clamp(0.0, 255.0),), "safe" if target else "unsafe", "Clamp to 0..255 first"),
                )  # fmt: skip
            elif target is not None and _leaves(observation) and _proven(observation):
                if not _undecided(observation, file.by_place[observation.place]):
                    yield _overflow(observation, sink, target[1])


RULE = Rule("NL202", "missing-clamp", "warning", True, check)
