"""``--format``: one report to the terminal and any number to files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from normlint.commands.console import show
from normlint.commands.trouble import Trouble

if TYPE_CHECKING:
    from normlint.project import Analysis
    from normlint.report.formats import Appearance


class Report(NamedTuple):
    """A format and where it goes; None is the standard output."""

    name: str
    file: Path | None = None


def _reports(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[Report, ...]:
    """``NAME`` or ``NAME=FILE`` each. Refuses names that are no format, and two formats in one place."""
    from normlint.report.formats import FORMATS

    reports: list[Report] = []
    for value in values:
        name, has_file, file = value.partition("=")
        if name not in FORMATS:
            raise click.BadParameter(f"{name!r} is not one of {', '.join(FORMATS)}", ctx, param)
        if has_file and not file:
            raise click.BadParameter(f"no file after {name}=", ctx, param)
        report = Report(name, Path(file) if file else None)
        if report.file in [other.file for other in reports]:
            where = "the standard output" if report.file is None else str(report.file)
            raise click.BadParameter(f"two formats for {where}; give all but one a file: {name}=FILE", ctx, param)
        reports.append(report)
    return tuple(reports)


format_option = click.option(
    "--format", "reports", multiple=True, metavar="NAME[=FILE]", callback=_reports,
    help="text (the default), concise, json, sarif, github, gitlab or junit; with =FILE to a file. May be repeated.",
)  # fmt: skip


def write_reports(analysis: Analysis, reports: Sequence[Report], look: Appearance) -> None:
    """Render each report; colours, links and --quiet are for the terminal. Raises ``Trouble`` for an unwritable file."""
    from normlint.report.formats import render
    from normlint.writing import write_atomically

    for name, file in reports:
        if file is None:
            show(render(name, analysis, look))
            continue
        text = render(name, analysis, replace(look, color=False, links=False, quiet=False))
        data = (text + "\n").encode("utf-8", "backslashreplace") if text else b""
        try:
            write_atomically(file, data)
        except OSError as error:
            raise Trouble(f"cannot write {file}: {error.strerror or error}") from error
