"""``normlint rules``"""

from __future__ import annotations

import click

from normlint.commands.console import show
from normlint.commands.running import rules_here


@click.command()
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rules(output: str) -> None:
    """List the rules."""
    from normlint.report import catalog

    listed = rules_here()
    show(catalog.rules_json(listed) if output == "json" else catalog.rules_text(listed))
