"""NL308 wrong-normalize-formula"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.facts import Facts
from normlint.findings import Finding
from normlint.fixes import Fix, Reformulate
from normlint.places import Place
from normlint.rules.registry import Rule

_LABELS = frozenset({"mean", "std", "mean/std"})


def _fix(place: Place, wrong: str) -> Fix:
    return Fix("unsafe", place, Reformulate(wrong, "(x - mean) / std"), "Use `(x - mean) / std`")


def check(facts: Facts) -> Iterator[Finding]:
    """A normalize that is not `(x - mean) / std`.

    ## What it does
    Reports precedence slips (`x - mean / std` subtracts the quotient and never divides the image) and a std that is
    multiplied where it should divide; also a mean or std that is divided by 255 in place on every call.

    ## Why is this bad?
    The network gets values of another scale than it was trained with; it is only worse, it does not fail.

    ## Example
    ```python
    def normalize(image, mean, std):
        return image - mean / std
    ```

    ## Use instead
    ```python
    def normalize(image, mean, std):
        return (image - mean) / std
    ```

    ## Fix safety
    Unsafe: it changes what the network gets, which is what it is for.
    """
    for observation in facts.observations("normalize", "denormalize", "scale"):
        if observation.helper:
            continue
        formula = tuple((operation, label) for operation, label in observation.labels if label in _LABELS)
        inverse = any(word in observation.function.lower() for word in ("denorm", "unnorm", "inv", "deprocess", "de_norm"))
        if formula == (("subtract", "mean/std"),):
            yield RULE.finding(
                observation.place,
                "`x - mean / std` subtracts the quotient mean / std and never divides the image by the std",
                label="use `(x - mean) / std`", key="x - mean / std", fix=_fix(observation.place, "x - mean / std"),
            )
        elif formula == (("subtract", "mean"), ("multiply", "std")) and not inverse:
            yield RULE.finding(
                observation.place, "`(x - mean) * std` multiplies by the std that a normalize divides by",
                label="use `(x - mean) / std`", key="(x - mean) * std", fix=_fix(observation.place, "(x - mean) * std"),
            )


def _rescaled(facts: Facts) -> Iterator[Finding]:
    """The mean or std itself is divided by 255 in place."""
    for scaled in facts.stats_rescaled:
        factor = "shrinks" if scaled.operator == "/" else "grows"
        whose = "an attribute of the object" if scaled.attribute else "the caller's array"
        yield RULE.finding(
            scaled.place,
            f"`{scaled.name} {scaled.operator}= 255` changes {whose} in place: it {factor} by 255 with every call of "
            f"{scaled.function}, so that only the first picture is normalized as it should be",
            label=f"bind a new value: `{scaled.name} = {scaled.name} {scaled.operator} 255`", key=f"{scaled.name} in place",
        )


RULE = Rule("NL308", "wrong-normalize-formula", "error", True, check, _rescaled)
