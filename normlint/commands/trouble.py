"""How a run ends that cannot go on."""

from __future__ import annotations

import os
import sys

from normlint.commands.console import encodable

EXIT_FINDINGS = 1
EXIT_TROUBLE = 2
_ISSUES = "please report it with the code that causes it"


class Trouble(Exception):
    """A run that cannot go on: exactly one line on stderr, exit code 2."""


def trouble_of(error: Exception) -> Trouble:
    """An error as what is told of it; with ``NORMLINT_DEBUG=1`` one that no command expects is raised on."""
    if isinstance(error, Trouble):
        return error
    if os.environ.get("NORMLINT_DEBUG") == "1":
        raise error
    return Trouble(f"internal error: {type(error).__name__}: {error} ({_ISSUES}; NORMLINT_DEBUG=1 shows the traceback)")


def line_of(trouble: Trouble) -> str:
    """The one line, as the standard error can show it."""
    from normlint.report.characters import escaped

    return encodable(f"normlint: error: {escaped(str(trouble))}", sys.stderr)
