"""``check --fix`` and ``check --diff``"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from normlint.commands.console import encodable
from normlint.commands.trouble import Trouble
from normlint.immutable import replace

if TYPE_CHECKING:
    from normlint.fixing.repair import Outcome
    from normlint.project import Analysis, Overlay

Analyze = Callable[["Overlay"], "Analysis"]


def fix_files(analysis: Analysis, paths: tuple[Path, ...], analyze: Analyze, *, unsafe: bool, quiet: bool) -> Analysis:
    """Fix what can be fixed in the files of ``paths``; the analysis of what they are then. Raises ``Trouble``."""
    from normlint.fixing.writing import WriteError, replace_file

    read = _reader(analysis.root)
    outcome = _outcome(analysis, paths, analyze, read, unsafe)
    failed = []
    for path, data in sorted(outcome.changed.items()):
        try:
            replace_file(analysis.root, path, read(path) or b"", data)
        except WriteError as error:
            failed.append(f"{path}: {error}")
    if failed:
        raise Trouble(f"not fixed: {'; '.join(failed)}")
    if not quiet:
        _name_unfixed(outcome)
    return replace(outcome.analysis, fixed=len(outcome.fixed))


def fix_input(
    analysis: Analysis, file: Path, unsaved: Overlay, analyze: Analyze, *, unsafe: bool, quiet: bool
) -> Analysis:
    """Print standard input, which stands for ``file``, as fixed; the analysis of what it is then."""
    from normlint.report.summary import summary_line

    outcome = _outcome(analysis, (file,), analyze, _reader(analysis.root, unsaved), unsafe)
    for path, data in unsaved.items():
        sys.stdout.buffer.write(outcome.changed.get(path, data))
    sys.stdout.buffer.flush()
    fixed = replace(outcome.analysis, fixed=len(outcome.fixed))
    if not quiet:
        _name_unfixed(outcome)
        click.echo(summary_line(fixed), err=True)
    return fixed


def _name_unfixed(outcome: Outcome) -> None:
    from normlint.report.characters import escaped

    for unfixed in outcome.unfixed:
        place = unfixed.finding.place
        message = f"normlint: {place.path}:{place.line}: {unfixed.finding.code} not fixed: {unfixed.reason}"
        click.echo(encodable(escaped(message), sys.stderr), err=True)


def show_differences(
    analysis: Analysis, paths: tuple[Path, ...], unsaved: Overlay, analyze: Analyze, *, unsafe: bool, quiet: bool
) -> bool:
    """Print what the fixes would change, and change nothing; whether there is anything."""
    from normlint.fixing.differences import unified_diff
    from normlint.report.characters import escaped

    read = _reader(analysis.root, unsaved)
    outcome = _outcome(analysis, paths, analyze, read, unsafe)
    text = unified_diff(outcome.changed, read)
    if sys.stdout.isatty():  # a terminal obeys control characters; a file has to be a diff that can be applied
        text = "".join(escaped(line.rstrip("\r\n")) + "\n" for line in text.splitlines(keepends=True))
    click.echo(encodable(text, sys.stdout), nl=False)
    if not quiet:
        count = len(outcome.fixed)
        findings = "1 finding" if count == 1 else f"{count} findings"
        click.echo(f"Would fix {findings}." if count else "No fixes to make.", err=True)
    return bool(outcome.changed)


def _outcome(
    analysis: Analysis, paths: tuple[Path, ...], analyze: Analyze, read: Callable[[str], bytes | None], unsafe: bool
) -> Outcome:
    from normlint.fixing.repair import Repair
    from normlint.project import path_filter

    allowed = path_filter(analysis.root, paths or (Path(),))
    return Repair(analyze, read, allowed, unsafe, lambda path: (analysis.root / path).is_file()).run(analysis)


def _reader(root: Path, unsaved: Overlay = MappingProxyType({})) -> Callable[[str], bytes | None]:
    """The bytes of files as they are now, read once each."""
    from normlint.discover import ReadError, SourceFile
    from normlint.discover import read as read_file

    @cache
    def read(path: str) -> bytes | None:
        if path in unsaved:
            return unsaved[path]
        try:
            return read_file(SourceFile(path, root / path, "python"))
        except ReadError:
            return None

    return read
