"""NL309 in-place-alias"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.evaluate.observations import AliasedChange
from normlint.facts import Facts
from normlint.findings import Finding, Related
from normlint.rules.registry import Rule


def check(facts: Facts) -> Iterator[Finding]:
    """An operation in place changes an image that the caller goes on to use.

    ## What it does
    Reports `x *= 255`, `x -= mean`, `x.clamp_(0, 1)` or `normalize(x, ..., inplace=True)` on an argument whose caller reads
    the same array again afterwards, and on a parameter of which a copy was made and thrown away (`x.astype(np.float32)` as
    a statement). A function that returns nothing, or whose name says that it works in place, is silent: the change is what
    it is called for. So is a caller that binds the result to the same name.

    ## Why is this bad?
    The caller's image is on another scale from here on: it is shown, scored or normalized a second time as what it was.

    ## Example
    ```python
    import cv2
    import numpy as np


    def prepare(image):
        image /= 255.0
        return image[np.newaxis]


    picture = cv2.imread("a.png").astype(np.float32)
    batch = prepare(picture)
    cv2.imwrite("b.png", picture)
    ```

    ## Use instead
    ```python
    import cv2
    import numpy as np


    def prepare(image):
        image = image / 255.0
        return image[np.newaxis]


    picture = cv2.imread("a.png").astype(np.float32)
    batch = prepare(picture)
    cv2.imwrite("b.png", picture)
    ```
    """
    for change in facts.aliased:
        yield _thrown_away(change) if change.copied is not None else _read_again(change)


def _read_again(change: AliasedChange) -> Finding:
    related = tuple(
        Related(place, said)
        for place, said in ((change.call, "handed over here"), (change.used, "read again here"))
        if place is not None
    )
    return RULE.finding(
        change.place,
        f"{change.function} changes its argument in place, and {change.name} is read again at {change.used}: work on a copy",
        label="changes the caller's array", related=related, key=f"{change.function} {change.name}", confidence="medium",
    )


def _thrown_away(change: AliasedChange) -> Finding:
    assert change.copied is not None
    return RULE.finding(
        change.place,
        f"changes the array of whoever calls {change.function}: the copy of {change.name} made before is thrown away; assign it",
        label="changes the caller's array", related=(Related(change.copied, "copy that nobody keeps"),),
        key=f"{change.function} {change.name}", confidence="medium", replaces=(("NL205", change.copied),),
    )  # fmt: skip


RULE = Rule("NL309", "in-place-alias", "warning", False, check, by_file=False)
