"""The command line. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from normlint import __version__

if TYPE_CHECKING:
    from normlint.project import Analysis, Selection

EXIT_FINDINGS = 1
EXIT_TROUBLE = 2
ISSUES = "please report it with the code that causes it"


class Trouble(click.ClickException):
    """A run that cannot go on: exactly one line on stderr, exit code 2."""

    exit_code = EXIT_TROUBLE

    def show(self, file: Any = None) -> None:
        """Prints the one line."""
        from normlint.report.characters import escaped

        click.echo(_encodable(f"normlint: error: {escaped(self.message)}", sys.stderr), err=True)


class GuardedGroup(click.Group):
    """Turns what no command expects into one line and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; ``NORMLINT_DEBUG=1`` lets an internal error through with its traceback."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get("NORMLINT_DEBUG") == "1":
                raise
            raise Trouble(
                f"internal error: {type(error).__name__}: {error} ({ISSUES}; NORMLINT_DEBUG=1 shows the traceback)"
            ) from error


@click.group(cls=GuardedGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="normlint")
def main() -> None:
    """The type checker for pixel values: finds image normalization that does not agree across a project."""


_paths = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))


def _codes(name: str, text: str) -> Callable[..., Any]:
    return click.option(name, multiple=True, metavar="RULES", help=text)


@main.command()
@_paths
@click.option("--format", "output", type=click.Choice(["text", "concise", "json"]), default="text", show_default=True)
@_codes("--select", "Only these rules: codes, prefixes (NL2) or names, comma separated; ALL for all.")
@_codes("--ignore", "Not these rules.")
@_codes("--extend-select", "These rules as well as those on by default.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 even when there are findings.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
@click.option("--statistics", is_flag=True, help="Add counts per rule and the run's counters.")
@click.option("-q", "--quiet", is_flag=True, help="Print findings only, no summary.")
def check(
    paths: tuple[Path, ...],
    output: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    extend_select: tuple[str, ...],
    exit_zero: bool,
    color: str,
    statistics: bool,
    quiet: bool,
) -> None:
    """Report findings that touch PATHS (default: the current folder).

    Exit code 0: nothing at or above warning; 1: findings; 2: wrong usage or an internal error.
    """
    from normlint.project import Selection

    selection = Selection(_rules(select), _rules(ignore), _rules(extend_select))
    analysis = _analyze(paths, selection)
    colored = _wants_color(color)
    if output == "json":
        from normlint.report.json_output import check_json

        _print(check_json(analysis, statistics=statistics))
    elif output == "concise":
        from normlint.report.concise import check_concise

        _print(check_concise(analysis, color=colored, statistics=statistics, quiet=quiet))
    else:
        from normlint.report.text import check_text

        _print(check_text(analysis, color=colored, statistics=statistics, quiet=quiet))
    if not exit_zero and any(finding.severity != "info" for finding in analysis.findings):
        raise click.exceptions.Exit(EXIT_FINDINGS)


@main.command()
@_paths
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def sites(paths: tuple[Path, ...], output: str) -> None:
    """List every place in PATHS where pixel values are scaled, normalized, cast or relied on."""
    from normlint.project import Selection

    analysis = _analyze(paths, Selection())
    if output == "json":
        from normlint.report.json_output import sites_json

        _print(sites_json(analysis))
    else:
        from normlint.report.inventory import sites_text

        _print(sites_text(analysis))


@main.command()
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rules(output: str) -> None:
    """List the rules."""
    from normlint.report import catalog
    from normlint.rules import RULES

    _print(catalog.rules_json(RULES) if output == "json" else catalog.rules_text(RULES))


@main.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Explain RULE, given by code or name."""
    from normlint.report import catalog
    from normlint.rules import find

    found = find(rule)
    if found is None:
        raise _unknown_rule(rule)
    _print(catalog.explanation(found))


def _analyze(paths: tuple[Path, ...], selection: Selection) -> Analysis:
    from normlint.discover import PathError
    from normlint.project import analyze

    try:
        return analyze(paths or (Path(),), selection)
    except PathError as error:
        raise Trouble(str(error)) from error


def _rules(values: tuple[str, ...]) -> tuple[str, ...]:
    """Splits at commas and checks each one. Raises ``Trouble`` for what no rule is called."""
    wanted = tuple(part.strip() for value in values for part in value.split(",") if part.strip())
    if not wanted:
        return ()
    from normlint.rules import RULES

    accepted = []
    for text in wanted:
        code, name = text.upper(), text.lower()
        if code == "ALL" or (code.startswith("NL") and any(rule.code.startswith(code) for rule in RULES)):
            accepted.append(code)
        elif any(rule.name == name for rule in RULES):
            accepted.append(name)
        else:
            raise _unknown_rule(text)
    return tuple(accepted)


def _unknown_rule(text: str) -> Trouble:
    import difflib

    from normlint.rules import RULES

    words = {word.lower(): word for rule in RULES for word in (rule.code, rule.name)}
    near = difflib.get_close_matches(text.lower(), words, n=1, cutoff=0.5)
    hint = f"did you mean {words[near[0]]}?" if near else "`normlint rules` lists them"
    return Trouble(f"unknown rule: {text}; {hint}")


def _wants_color(choice: str) -> bool:
    """``--color`` wins over NO_COLOR, that over FORCE_COLOR, that over what the terminal is."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _print(text: str) -> None:
    if text:
        click.echo(_encodable(text, sys.stdout), color=True)


def _encodable(text: str, stream: Any) -> str:
    """What the stream's encoding lacks, as backslash escapes."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
