"""NL901 unused-suppression"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.facts import Facts
from normlint.findings import Finding
from normlint.fixes import Fix, Remove
from normlint.rules.registry import Rule
from normlint.suppression.comments import Suppression


def check(facts: Facts) -> Iterator[Finding]:
    """A `normlint: ignore` comment that silences nothing.

    ## What it does
    Names every `normlint: ignore` and `normlint: ignore-file` comment, or the rules in its brackets, without a finding
    to silence. Only rules that ran count: with `--select NL1`, a comment for NL201 is not judged.

    ## Why is this bad?
    The mistake that the comment was written for is gone, or the comment never reached it. Left there, it hides the next
    one.

    ## Example
    ```python
    from torchvision import transforms

    resize = transforms.Resize(224)  # normlint: ignore[NL305] the stats of our camera
    ```

    ## Use instead
    ```python
    from torchvision import transforms

    resize = transforms.Resize(224)
    ```

    ## Fix safety
    Deleting a comment changes no program: safe. It is offered where nothing of the comment is needed.
    """
    yield from ()  # reported by the run itself, when it knows what the other rules found


def unused(suppression: Suppression, items: tuple[str, ...]) -> Finding:
    """The finding for a comment of which ``items`` (none: all of it) silence nothing."""
    place = suppression.place
    all_of_it = items == suppression.rules
    scope = "in this file" if suppression.whole_file else "here"
    if not items:
        message = f"this comment silences nothing: no finding is reported {scope}"
    else:
        message = f"this comment silences nothing for {', '.join(items)}: not reported {scope}"
    fix = Fix("safe", place, Remove(), "Delete the comment") if all_of_it else None
    return RULE.finding(place, message, label="silences nothing", key=" ".join(suppression.rules), fix=fix)


RULE = Rule("NL901", "unused-suppression", "warning", True, check)
