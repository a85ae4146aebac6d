"""``normlint config``"""

from __future__ import annotations

import json
from pathlib import Path

import click

from normlint.commands.chosen import Chosen
from normlint.commands.console import show
from normlint.commands.settings_options import paths_argument, settings_options


@click.command()
@paths_argument
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--schema", is_flag=True, help="Print the JSON schema of the settings, for editors.")
@settings_options
def config(paths: tuple[Path, ...], output: str, schema: bool, chosen: Chosen) -> None:
    """Print the settings for PATHS, and where each of them came from."""
    if schema:
        from normlint.settings import schema as settings_schema

        show(settings_schema.text().rstrip())
        return
    from normlint.report.characters import escaped
    from normlint.report.settings import settings_json, settings_text

    resolved = chosen.resolve(paths)
    if output == "json":
        show(json.dumps(settings_json(resolved), indent=2))
    else:
        show("\n".join(map(escaped, settings_text(resolved))))
