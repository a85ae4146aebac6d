"""NL310 guessed-scale"""

from __future__ import annotations

import re
from collections.abc import Iterator

from normlint.evaluate.guards import describe
from normlint.facts import Facts
from normlint.findings import Finding
from normlint.rules.registry import Rule
from normlint.values import Guard

_EXTREME = re.compile(r"\.(?:a?max|a?min)\(|(?:^|[.:\s(])(?:np\.|numpy\.|torch\.)?a?(?:max|min)\(")
_BY = {1 / 255: "dividing by 255", 255.0: "multiplying by 255", 1 / 65535: "dividing by 65535", 65535.0: "multiplying by 65535"}


def _asked(guard: Guard) -> Guard:
    """The conditions on the largest or smallest value of the data."""
    return frozenset(literal for literal in guard if _EXTREME.search(literal[0]))


def check(facts: Facts) -> Iterator[Finding]:
    """The scale is guessed from the data: `if x.max() > 1: x /= 255`.

    ## What it does
    Reports a scaling between 0..1 and 0..255 that depends on the largest or smallest value of the image. A test of the
    dtype, or of an argument, is silent.

    ## Why is this bad?
    A dark picture of bytes (all pixels 0 or 1) keeps its bytes, a network's output of 1.01 is divided by 255, and a 16-bit
    picture is told from an 8-bit one by its content.

    ## Example
    ```python
    def prepare(image):
        if image.max() > 1:
            image = image / 255
        return image
    ```

    ## Use instead
    ```python
    import numpy as np


    def prepare(image):
        if image.dtype == np.uint8:
            image = image / 255
        return image
    ```
    """
    for observation in facts.observations("to_unit", "scale", "normalize", "denormalize"):
        asked = _asked(observation.guard)
        affine = observation.affine
        if not asked or affine is None or observation.helper:
            continue
        how = next((text for factor, text in _BY.items() if all(abs(g / factor - 1) < 0.01 for g in affine.gain)), None)
        if how is None and observation.kind != "denormalize":
            continue
        yield RULE.finding(
            observation.place,
            f"{how or 'a denormalize'} depends on the content of the picture ({describe(asked)}): test the dtype",
            label="a guess", key=describe(asked), confidence="medium",
        )


RULE = Rule("NL310", "guessed-scale", "info", False, check)
