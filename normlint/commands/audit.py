"""``normlint audit``"""

from __future__ import annotations

from pathlib import Path

import click

from normlint.commands.chosen import Chosen
from normlint.commands.console import show
from normlint.commands.running import run_analysis
from normlint.commands.settings_options import paths_argument, settings_options
from normlint.commands.trouble import Trouble


@click.command()
@paths_argument
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The HTML file to write.")
@settings_options
def audit(paths: tuple[Path, ...], output: Path, chosen: Chosen) -> None:
    """Write a report on PATHS to look at: one HTML file with the normalizations, the findings and how values get there.

    Exits 0 whatever it found.
    """
    from normlint.report.audit import audit_html
    from normlint.report.summary import summary_line
    from normlint.writing import write_atomically

    analysis = run_analysis(paths, chosen.resolve(paths))
    data = audit_html(analysis).encode("utf-8", "backslashreplace")
    try:
        write_atomically(output, data)
    except OSError as error:
        raise Trouble(f"cannot write {output}: {error.strerror or error}") from error
    show(f"{summary_line(analysis)} Report: {output}")
