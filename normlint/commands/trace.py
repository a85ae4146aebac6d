"""``normlint trace``"""

from __future__ import annotations

from pathlib import Path

import click

from normlint.commands.chosen import Chosen
from normlint.commands.console import show, wants_color
from normlint.commands.running import run_analysis
from normlint.commands.settings_options import settings_options
from normlint.commands.trouble import Trouble


@click.command()
@click.argument("place", metavar="FILE:LINE")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
@settings_options
def trace(place: str, output: str, color: str, chosen: Chosen) -> None:
    """Show where the pixel values on a line come from: every step with its numbers, the map so far and the range."""
    from normlint.trace import Tracer

    file, line = _split(place)
    analysis = run_analysis((file,), chosen.resolve((file,)))
    try:
        path = file.resolve().relative_to(analysis.root).as_posix()
    except ValueError as error:
        raise Trouble(f"not in the project {analysis.root}: {file}") from error
    tracer = Tracer(analysis.facts)
    traces, constants = tracer.at(path, line), tracer.constants(path, line)
    if output == "json":
        from normlint.report.trace_json import trace_json

        show(trace_json(path, line, traces, constants))
    else:
        from normlint.report.lines import SourceLines
        from normlint.report.trace_text import trace_text

        show(trace_text(path, line, traces, constants, SourceLines(analysis.root), wants_color(color)))


def _split(place: str) -> tuple[Path, int]:
    """File and line; a column behind the line, as in the output of other programs, is dropped. Raises ``Trouble``."""
    parts = place.rstrip(":").rsplit(":", 2)
    numbers = [part for part in parts[1:] if part.isdecimal()]
    if not numbers:
        raise Trouble(f"no line in {place!r}; give FILE:LINE, as in train.py:12")
    file = place.rstrip(":").removesuffix(":" + ":".join(numbers)) if len(numbers) == len(parts) - 1 else ":".join(parts[:2])
    if not Path(file).is_file():
        raise Trouble(f"no such file: {file}")
    return Path(file), int(numbers[0])
