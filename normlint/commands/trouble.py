"""How a run ends that cannot go on."""

from __future__ import annotations

import sys
from typing import Any

import click

from normlint.commands.console import encodable

EXIT_FINDINGS = 1
EXIT_TROUBLE = 2


class Trouble(click.ClickException):
    """A run that cannot go on: exactly one line on stderr, exit code 2."""

    exit_code = EXIT_TROUBLE

    def show(self, file: Any = None) -> None:
        """Prints the one line."""
        from normlint.report.characters import escaped

        click.echo(encodable(f"normlint: error: {escaped(self.message)}", sys.stderr), err=True)
