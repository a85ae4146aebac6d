"""Reports of a run: one to the terminal and any number to files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from normlint.commands.console import show
from normlint.commands.trouble import Trouble
from normlint.immutable import replace

if TYPE_CHECKING:
    from normlint.project import Analysis
    from normlint.report.formats import Appearance


class Report(NamedTuple):
    """A format and where it goes; None is the standard output."""

    name: str
    file: Path | None = None


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
