"""The program ``normlint``, also as ``python -m normlint``."""

from __future__ import annotations

import gc

# New objects between two looks for cycles. Those of a start all stay: to look through them took a sixth of it.
_ALLOCATIONS = 100_000


def main() -> None:
    """Run the command that the arguments name."""
    gc.set_threshold(_ALLOCATIONS)
    from normlint.cli import main as commands

    commands()


if __name__ == "__main__":
    main()
