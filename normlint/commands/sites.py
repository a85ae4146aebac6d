"""``normlint sites``"""

from __future__ import annotations

from pathlib import Path

import click

from normlint.commands.chosen import Chosen
from normlint.commands.console import show
from normlint.commands.running import run_analysis
from normlint.commands.settings_options import paths_argument, settings_options


@click.command()
@paths_argument
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--pairs", "show_pairs", is_flag=True, help="Show which entry points are compared with which training, and why.")
@settings_options
def sites(paths: tuple[Path, ...], output: str, show_pairs: bool, chosen: Chosen) -> None:
    """List every place in PATHS where pixel values are scaled, normalized, cast or relied on."""
    analysis = run_analysis(paths, chosen.resolve(paths), with_facts=show_pairs)
    if show_pairs:
        from normlint.report.pairs import pairs_json, pairs_text

        show(pairs_json(analysis) if output == "json" else pairs_text(analysis))
    elif output == "json":
        from normlint.report.json_output import sites_json

        show(sites_json(analysis))
    else:
        from normlint.report.inventory import sites_text

        show(sites_text(analysis))
