"""NL302 double-scale"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.catalogue import catalogue
from normlint.evaluate.observations import steps_of
from normlint.facts import Facts
from normlint.findings import Finding, Related
from normlint.pixelmap import show_interval
from normlint.rules.registry import Rule


def _by_file_type(facts: Facts) -> Iterator[Finding]:
    """``plt.imread(path) * 255``: right for PNG files only, the one kind that matplotlib reads as 0..1."""
    for observation in facts.certain("scale", "denormalize"):
        image, affine = observation.before, observation.affine
        if image is None or affine is None or image.step is not None or not 250 < min(affine.gain) < 260:
            continue
        entry = catalogue().lookup(image.origin.name) if image.origin.kind == "picture" else None
        if entry is None or not entry.operation.get("depends") or not entry.name.startswith(("matplotlib.", "pylab.")):
            continue
        if any(_asks(subject + text, relation) for subject, relation, text in observation.guard):
            continue
        yield RULE.finding(
            observation.place,
            "imread of matplotlib gives 0..1 for PNG files only; other pictures are bytes, and x255 wraps around",
            label="0..255 already unless it is a PNG", key="matplotlib x255", confidence="medium",
        )


def _asks(condition: str, relation: str) -> bool:
    """Whether a condition lets PNG files or floats through only."""
    if "png" in condition.lower():
        return relation in {"true", "=="}
    return any(word in condition for word in ("dtype", "max()", "max(", "float", "uint8"))


def check(facts: Facts) -> Iterator[Finding]:
    """Scaled by 255, either way, twice.

    ## What it does
    Reports a division by 255 of data that is known to be 0..1 already, and a multiplication by 255 of 0..255 data, also of what
    `plt.imread` reads: 0..1 for PNG files, bytes for all others.

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
    yield from _by_file_type(facts)
    for observation in facts.certain("to_unit", "scale", "normalize", "denormalize"):
        image, affine = observation.before, observation.affine
        if image is None or image.interval is None or affine is None or observation.note:
            continue
        if any(".max()" in subject or ".min()" in subject for subject, _, _ in observation.guard):
            continue  # the code asks for the range itself
        if not image.anchored or (image.dtype == "uint8" and observation.kind == "to_unit") or len(set(affine.gain)) != 1:
            continue
        in_one = observation.api == "arithmetic" and observation.mean is not None and max(observation.mean) <= 1
        if (observation.mean is not None and observation.kind == "normalize" and not in_one) or image.map is None:
            continue  # stats in other units than the data: NL301
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
