"""NL208 integer-wraparound"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.evaluate.guards import asks_the_data
from normlint.facts import Facts
from normlint.findings import Finding
from normlint.rules.registry import Rule


def check(facts: Facts) -> Iterator[Finding]:
    """Arithmetic on a uint8 image wraps around before it is clamped or widened.

    ## What it does
    Reports sums, differences and products of a uint8 array with integers whose result can leave 0..255.

    ## Why is this bad?
    uint8 arithmetic is modulo 256: 200 + 100 is 44. A clamp afterwards sees values that are in range already.

    ## Example
    ```python
    import cv2

    image = cv2.imread("a.png")
    brighter = image + 60
    ```

    ## Use instead
    ```python
    import cv2
    import numpy as np

    image = cv2.imread("a.png").astype(np.int16)
    brighter = (image + 60).clip(0, 255).astype(np.uint8)
    ```
    """
    for file in facts.files:
        for wraparound in file.wraparounds:
            image = wraparound.before
            if asks_the_data(wraparound.guard):
                continue
            if image.container == "pil" or not image.anchored or image.order not in {"RGB", "BGR"}:
                continue  # one channel may be a label map, whose numbers mean something else
            yield RULE.finding(
                wraparound.place,
                f"uint8 arithmetic wraps around: the result would lie in [{wraparound.low:g}, {wraparound.high:g}]",
                label="widen to a float or int16 first", key=f"{wraparound.low:g} {wraparound.high:g}",
            )


RULE = Rule("NL208", "integer-wraparound", "warning", True, check)
