"""``normlint check``"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from normlint.commands.checking import run_check
from normlint.commands.chosen import Chosen
from normlint.commands.formats import format_option
from normlint.commands.reports import Report
from normlint.commands.settings_options import fix_options, paths_argument, settings_options


@click.command()
@paths_argument
@format_option
@settings_options
@click.option("--stdin-filename", type=click.Path(path_type=Path), help="With - as PATH: the file that the input stands for.")
@click.option("--no-baseline", is_flag=True, help="Report what the baseline holds as well.")
@click.option("--since", metavar="REV", help="Report only what was not there in the commit REV.")
@click.option("--no-ignore", is_flag=True, help="Report what comments silence as well.")
@fix_options
@click.option("--diff", is_flag=True, help="Print what --fix would change, and change nothing.")
@click.option("--exit-non-zero-on-fix", is_flag=True, help="With --fix: exit 1 when something was fixed.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 even when there are findings.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
@click.option("--statistics", is_flag=True, help="Add counts per rule and the run's counters.")
@click.option("-q", "--quiet", is_flag=True, help="Print findings only, no summary.")
def check(paths: tuple[Path, ...], reports: tuple[Report, ...], chosen: Chosen, **named: Any) -> None:
    """Report findings that touch PATHS (default: the current folder; - for standard input).

    Exit code 0: nothing at or above --fail-on (after --fix: left); 1: findings, or with --diff something to change; 2:
    wrong usage, wrong settings or an internal error.
    """
    code = run_check(paths, chosen, reports, **named)
    if code:
        raise click.exceptions.Exit(code)
