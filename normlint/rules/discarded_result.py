"""NL205 discarded-result"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.facts import Facts
from normlint.findings import Finding
from normlint.fixes import AssignResult, Fix
from normlint.rules.registry import Rule

_VERBS = {
    "normalize": "normalized", "denormalize": "denormalized", "clamp": "clamped", "cast": "cast", "scale": "scaled",
    "to_unit": "scaled",
}  # fmt: skip


def check(facts: Facts) -> Iterator[Finding]:
    """The result of a pure denormalize, normalize, clamp or cast is thrown away.

    ## What it does
    Reports an expression statement that computes new pixel values and keeps them nowhere. Operations in place
    (`x.clamp_(0, 1)`, `normalize(x, mean, std, inplace=True)`, `x *= 255`) are silent.

    ## Why is this bad?
    The image goes on in its old scale; the line looks as if it did the work.

    ## Example
    ```python
    def to_image(output, mean, std):
        (output * std + mean).cpu()
        return output
    ```

    ## Use instead
    ```python
    def to_image(output, mean, std):
        output = (output * std + mean).cpu()
        return output
    ```

    ## Fix safety
    Unsafe: from here on the name stands for the new values. Offered for a local name that is read again afterwards.
    """
    for observation in facts.observations("normalize", "denormalize", "clamp", "cast", "scale", "to_unit"):
        if observation.discarded:
            verb = _VERBS.get(observation.kind, observation.kind)
            yield RULE.finding(
                observation.place, f"the {verb} value is thrown away: the statement changes nothing in place",
                label="assign the result", key=observation.kind,
                fix=Fix("unsafe", observation.place, AssignResult(), "Assign the result"),
            )


RULE = Rule("NL205", "discarded-result", "error", True, check)
