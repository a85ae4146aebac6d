"""The program ``normlint``, also as ``python -m normlint``."""

from __future__ import annotations

import atexit
import gc
import sys

from normlint.interpreter import ALLOCATIONS


def main() -> None:
    """Run the command that the arguments name."""
    gc.set_threshold(ALLOCATIONS)
    # Python looks for cycles once more before it ends, in all that the run still holds; nothing of that needs an ending.
    atexit.register(gc.freeze)
    from normlint.commands import plain

    code = plain.run(sys.argv[1:])
    if code is not None:
        sys.exit(code)
    from normlint.cli import main as commands

    commands()


if __name__ == "__main__":
    main()
