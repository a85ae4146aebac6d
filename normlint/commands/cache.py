"""``normlint cache``"""

from __future__ import annotations

from pathlib import Path

import click

from normlint.commands.chosen import Chosen
from normlint.commands.settings_options import settings_options
from normlint.commands.trouble import Trouble


@click.group()
def cache() -> None:
    """Look after what runs keep for the next one."""


@cache.command()
@click.argument("path", default=".", type=click.Path(path_type=Path))
@settings_options
def clean(path: Path, chosen: Chosen) -> None:
    """Remove the cache of the project around PATH (default: the current folder)."""
    from normlint.cache import Store
    from normlint.cache import clean as remove

    resolved = chosen.resolve((path,))
    folder = Store(resolved.root, resolved.settings.cache_dir).path
    try:
        removed = remove(resolved.root, resolved.settings.cache_dir)
    except OSError as error:
        raise Trouble(f"cannot remove {folder}: {error.strerror or error}") from error
    click.echo(f"removed {folder}" if removed else f"no cache at {folder}")
