"""``normlint check`` with nothing but paths and the flags of a hook: without click, a tenth of what a small commit waits."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from normlint.commands.trouble import EXIT_TROUBLE, line_of, trouble_of

_FORCE_EXCLUDE, _ISOLATED, _EXIT_ZERO, _QUIET = "--force-exclude", "--isolated", "--exit-zero", frozenset({"-q", "--quiet"})
_FLAGS = frozenset({_FORCE_EXCLUDE, _ISOLATED, _EXIT_ZERO, *_QUIET})


def run(arguments: Sequence[str]) -> int | None:
    """The exit code; None for a command line that click has to read, and on Windows, where click expands patterns."""
    if os.name == "nt" or arguments[:1] != ["check"] or "_NORMLINT_COMPLETE" in os.environ:
        return None
    flags = {argument for argument in arguments[1:] if argument.startswith("-")}
    if not flags <= _FLAGS or "" in arguments:
        return None
    from normlint.commands.checking import run_check
    from normlint.commands.chosen import Chosen

    paths = tuple(Path(argument) for argument in arguments[1:] if argument not in flags)
    chosen = Chosen({"force-exclude": ("true",)} if _FORCE_EXCLUDE in flags else {}, None, _ISOLATED in flags)
    try:
        return run_check(paths, chosen, exit_zero=_EXIT_ZERO in flags, quiet=not _QUIET.isdisjoint(flags))
    except BrokenPipeError:
        # Whoever read the output has gone; what Python would still write to it at the end must not fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nAborted!\n")
        return 1
    except Exception as error:
        sys.stderr.write(line_of(trouble_of(error)) + "\n")
        return EXIT_TROUBLE
