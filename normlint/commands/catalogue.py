"""``normlint catalogue``"""

from __future__ import annotations

import click

from normlint.commands.console import show
from normlint.commands.trouble import Trouble


@click.command()
@click.argument("name")
def catalogue(name: str) -> None:
    """Print what is known of NAME: an API, a method (.clamp), a checkpoint, or well-known stats (imagenet)."""
    from normlint.report import facts_text

    found = facts_text.known_of(name)
    if not found:
        near = facts_text.similar(name)
        hint = f"did you mean {', '.join(near)}?" if near else "it is neither an API, a checkpoint nor well-known stats"
        raise Trouble(f"nothing is known of {name}; {hint}")
    show("\n\n".join(found))
