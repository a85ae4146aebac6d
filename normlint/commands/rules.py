"""``normlint rules``"""

from __future__ import annotations

import click

from normlint.commands.console import show


@click.command()
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rules(output: str) -> None:
    """List the rules."""
    from normlint.report import catalog
    from normlint.rules import RULES

    show(catalog.rules_json(RULES) if output == "json" else catalog.rules_text(RULES))
