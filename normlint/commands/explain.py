"""``normlint explain``"""

from __future__ import annotations

import click

from normlint.commands.console import show
from normlint.commands.rule_names import unknown_rule
from normlint.commands.running import rules_here


@click.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Explain RULE, given by code or name: its documentation page, as Markdown."""
    from normlint.documentation import page_file

    known = rules_here()
    found = next((one for one in known if rule.strip().lower() in {one.code.lower(), one.name}), None)
    if found is None:
        raise unknown_rule(rule, known)
    file = page_file(found.code)
    if file is not None:
        show(file.read_text(encoding="utf-8").rstrip("\n"))
        return
    from normlint.report.pages import page

    show(page(found).rstrip("\n"))
