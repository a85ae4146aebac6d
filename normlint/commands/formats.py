"""The option ``--format``."""

from __future__ import annotations

from pathlib import Path

import click

from normlint.commands.reports import Report


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
