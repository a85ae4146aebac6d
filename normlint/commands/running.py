"""The analysis as commands start it."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from normlint.commands.trouble import Trouble

if TYPE_CHECKING:
    from normlint.project import Analysis, Overlay, Selection

paths_argument = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))


def run_analysis(paths: tuple[Path, ...], selection: Selection, overlay: Overlay = MappingProxyType({})) -> Analysis:
    """Analyze the project around ``paths`` (default: the current folder). Raises ``Trouble``.

    ``overlay`` holds the bytes of files, by path, that are not as they are on disk.
    """
    from normlint.discover import PathError
    from normlint.project import analyze

    try:
        return analyze(paths or (Path(),), selection, overlay)
    except PathError as error:
        raise Trouble(str(error)) from error
