"""NL201 wrong-inverse"""

from __future__ import annotations

import re
from collections.abc import Iterator

from normlint.facts import Facts
from normlint.findings import Finding
from normlint.fixes import Fix, Reformulate
from normlint.places import Place
from normlint.rules.registry import Rule

_MULTIPLIED = (("subtract", "mean"), ("multiply", "std"))
_SUBTRACTED = (("multiply", "std"), ("subtract", "mean"))
_BY_NAME = frozenset({_MULTIPLIED, _SUBTRACTED})  # right in other functions: (x - mean) * inv_std, x * std - shift
_WRONG: dict[tuple[tuple[str, str], ...], str] = {
    (("multiply", "mean"), ("add", "std")): "x * mean + std",
    (("add", "mean"), ("multiply", "std")): "(x + mean) * std",
    (("divide", "std"), ("add", "mean")): "x / std + mean",
    _MULTIPLIED: "(x - mean) * std",
    _SUBTRACTED: "x * std - mean",
}
_INVERSE = re.compile(r"de_?norm|un_?norm|inv|de_?process|to_?image|recover|restore")


def _fix(place: Place, wrong: str) -> Fix:
    return Fix("unsafe", place, Reformulate(wrong, "x * std + mean"), "Use `x * std + mean`")


def check(facts: Facts) -> Iterator[Finding]:
    """The formula of a denormalize is no inverse of `(x - mean) / std`.

    ## What it does
    Looks at the operands that are called mean and std, and at the order they are used in. The inverse is `x * std + mean`;
    `x * mean + std`, `(x + mean) * std`, `x / std + mean` are not; nor, in a function named as an inverse, `(x - mean) * std`
    and `x * std - mean`.

    ## Why is this bad?
    The picture comes out with wrong contrast and colours, and nothing fails.

    ## Example
    ```python
    def denormalize(tensor, mean, std):
        return tensor * mean + std
    ```

    ## Use instead
    ```python
    def denormalize(tensor, mean, std):
        return tensor * std + mean
    ```

    ## Fix safety
    Unsafe: it changes the picture, which is what it is for. Operators and operands are exchanged where mean and std are
    told apart by their names; what is spread over several statements is not rewritten.
    """
    for observation in facts.observations("normalize", "denormalize", "scale"):
        formula = tuple((operation, label) for operation, label in observation.labels if label in {"mean", "std"})
        wrong = _WRONG.get(formula)
        if wrong is None or observation.helper:
            continue
        if formula in _BY_NAME and not _INVERSE.search(observation.function.lower()):
            continue
        yield RULE.finding(
            observation.place, f"`{wrong}` does not undo `(x - mean) / std`; the inverse is `x * std + mean`",
            label="use `x * std + mean`", key=wrong, fix=_fix(observation.place, wrong),
        )


RULE = Rule("NL201", "wrong-inverse", "error", True, check)
