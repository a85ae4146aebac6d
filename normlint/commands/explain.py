"""``normlint explain``"""

from __future__ import annotations

import click

from normlint.commands.console import show
from normlint.commands.rule_names import unknown_rule


@click.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Explain RULE, given by code or name."""
    from normlint.report import catalog
    from normlint.rules import find

    found = find(rule)
    if found is None:
        raise unknown_rule(rule)
    show(catalog.explanation(found))
