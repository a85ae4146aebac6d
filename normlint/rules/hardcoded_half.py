"""NL206 hardcoded-half"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.claims import denormalize_claims
from normlint.facts import Facts
from normlint.findings import Finding
from normlint.pixelmap import close
from normlint.rules.registry import Rule


def check(facts: Facts) -> Iterator[Finding]:
    """A constant denormalize that is valid only for mean = std = 0.5, with no normalize in sight to check it against.

    ## What it does
    Lists `(x + 1) / 2`, `x * 127.5 + 128` and their other spellings in files that normalize nothing.

    ## Why is this bad?
    It is right today and silently wrong on the day when the training data are normalized with other stats.

    ## Example
    ```python
    def to_unit(x):
        return (x + 1) / 2
    ```

    ## Use instead
    ```python
    def to_unit(x, mean, std):
        return x * std + mean
    ```
    """
    for file in facts.files:
        if any(True for _ in file.of_kind("normalize")):
            continue
        for observation in file.of_kind("denormalize"):
            image = observation.before
            if observation.affine is None or observation.helper or (image is not None and image.anchored):
                continue
            claims = denormalize_claims(observation.affine)
            if any(close(c.mean, (0.5,), 0.0, 0.003) and close(c.std, (0.5,), 0.0, 0.003) for c in claims):
                yield RULE.finding(
                    observation.place, "this denormalize is right for mean 0.5, std 0.5 only, and no normalize is in sight",
                    key="half", confidence="low",
                )


RULE = Rule("NL206", "hardcoded-half", "info", False, check)
