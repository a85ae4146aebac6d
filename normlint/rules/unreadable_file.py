"""NL902 unreadable-file"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.facts import Facts
from normlint.findings import Finding
from normlint.rules.registry import Rule


def check(facts: Facts) -> Iterator[Finding]:
    """A file, or a statement of it, that could not be read or parsed.

    ## What it does
    Names every file that the run had to leave out, or the statement that it could not follow, with the reason: no valid
    Python, not UTF-8, too large, nested too deeply. Also where normlint itself fails on one: that is a defect to report.
    The run goes on with everything else.

    ## Why is this bad?
    What is not read is not checked: a mistake in it stays, and the other half of a pair is missing.

    ## Example
    ```text
    print "Python 2"
    ```

    ## Use instead
    Port the file to Python 3, or exclude it.
    """
    yield from ()  # reported by the run itself: the file never reached the evaluator


RULE = Rule("NL902", "unreadable-file", "warning", True, check)
