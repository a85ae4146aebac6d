"""The command line: which commands there are. A command's module is imported only when it is asked for."""

from __future__ import annotations

import importlib
import os
from typing import Any

import click

from normlint import __version__
from normlint.commands.trouble import EXIT_TROUBLE, Trouble, line_of, trouble_of

# Each is the function of this name in the module of this name in normlint.commands. In the order of --help.
COMMANDS = (
    "check",
    "baseline",
    "audit",
    "sites",
    "trace",
    "explain",
    "rules",
    "catalogue",
    "config",
    "init",
    "cache",
)


class Told(click.ClickException):
    """``Trouble`` as click takes it."""

    exit_code = EXIT_TROUBLE

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(str(trouble))
        self._line = line_of(trouble)

    def show(self, file: Any = None) -> None:
        """Prints the one line."""
        click.echo(self._line, err=True)


class LazyGroup(click.Group):
    """Imports a command when it is asked for; turns what no command expects into one line and exit code 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of ``COMMANDS``."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(importlib.import_module(f"normlint.commands.{name}"), name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names. Raises ``click.UsageError`` with what may have been meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            if os.path.exists(args[0]):
                raise click.UsageError(f"{error.message} Did you mean 'check'? It takes paths.", ctx) from error
            if near:
                raise click.UsageError(f"{error.message} Did you mean {near[0]!r}?", ctx) from error
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; ``NORMLINT_DEBUG=1`` lets an internal error through with its traceback."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            raise Told(trouble_of(error)) from error


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="normlint")
def main() -> None:
    """The type checker for pixel values: finds image normalization that does not agree across a project."""
