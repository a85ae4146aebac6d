"""NL302 double-scale"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.evaluate.observations import steps_of
from normlint.facts import Facts
from normlint.findings import Finding, Related
from normlint.pixelmap import show_interval
from normlint.rules.registry import Rule


def check(facts: Facts) -> Iterator[Finding]:
    """Scaled by 255, either way, twice.

    ## What it does
    Reports a division by 255 of data that is known to be 0..1 already, and a multiplication by 255 of 0..255 data.

    ## Why is this bad?
    The image is black (0..0.004) or far out of range.

    ## Example
    ```python
    from PIL import Image
    from torchvision import transforms

    picture = transforms.ToTensor()(Image.open("a.png")) / 255
    ```

    ## Use instead
    ```python
    from PIL import Image
    from torchvision import transforms

    picture = transforms.ToTensor()(Image.open("a.png"))
    ```
    """
    for observation in facts.certain("to_unit", "scale", "normalize", "denormalize"):
        image, affine = observation.before, observation.affine
        if image is None or image.interval is None or affine is None or observation.note:
            continue
        if any(".max()" in subject or ".min()" in subject for subject, _, _ in observation.guard):
            continue  # the code asks for the range itself
        if not image.anchored or (image.dtype == "uint8" and observation.kind == "to_unit") or len(set(affine.gain)) != 1:
            continue
        if (observation.mean is not None and observation.kind == "normalize") or image.map is None:
            continue
        gain, interval = affine.gain[0], image.interval
        earlier = next((s for s in reversed(steps_of(image)) if s.affine is not None), None)
        related = (Related(earlier.place, "scaled here first"),) if earlier is not None else ()
        if abs(gain * 255 - 1) < 0.01 or abs(gain * 127.5 - 1) < 0.01:
            if interval.within(-4, 4) and earlier is not None and max(map(abs, image.map.gain)) < 20:
                yield RULE.finding(
                    observation.place, f"values in {show_interval(interval)} are divided by 255 a second time",
                    label="already scaled", related=related, key="divided twice",
                )
        elif gain > 100 and interval.highest > 200 and (earlier is not None or image.dtype != "uint8"):
            yield RULE.finding(
                observation.place, f"values in {show_interval(interval)} are multiplied by {gain:g}: they are 0..255 already",
                label="already 0..255", related=related, key="multiplied twice",
            )


RULE = Rule("NL302", "double-scale", "error", True, check)
