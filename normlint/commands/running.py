"""The analysis as commands start it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from normlint.commands.trouble import Trouble

if TYPE_CHECKING:
    from normlint.project import Analysis, Selection

paths_argument = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))


def run_analysis(paths: tuple[Path, ...], selection: Selection) -> Analysis:
    """Analyze the project around ``paths`` (default: the current folder). Raises ``Trouble``."""
    from normlint.discover import PathError
    from normlint.project import analyze

    try:
        return analyze(paths or (Path(),), selection)
    except PathError as error:
        raise Trouble(str(error)) from error
