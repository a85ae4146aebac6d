"""``normlint baseline``"""

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
@settings_options
@click.option("--prune", is_flag=True, help="Add nothing; take out what is gone.")
def baseline(paths: tuple[Path, ...], chosen: Chosen, prune: bool) -> None:
    """Write down today's findings of the project around PATHS, so that `check` reports only new ones.

    The file is the one that --baseline or the settings name, else normlint-baseline.json in the project root.
    """
    from normlint.baseline.file import BaselineError, dump, load
    from normlint.baseline.matching import DEFAULT_NAME, Entry, entries_of, match
    from normlint.report.characters import escaped
    from normlint.writing import write_atomically

    resolved = chosen.resolve(paths)
    file = resolved.settings.baseline or resolved.root / DEFAULT_NAME
    analysis = run_analysis(paths, resolved)
    found = (*analysis.findings, *analysis.elsewhere)
    written = entries_of(found)
    try:
        if prune:
            before = load(file)
            stale = {(e.path, e.rule, e.content): e.count for e in match(found, before, frozenset(analysis.paths)).stale}
            left = [(e, e.count - stale.get((e.path, e.rule, e.content), 0)) for e in before]
            written = tuple(Entry(e.path, e.rule, e.content, count, e.message) for e, count in left if count)
        write_atomically(file, dump(written))
    except BaselineError as error:
        raise Trouble(str(error)) from error
    except OSError as error:
        raise Trouble(f"cannot write {file}: {error.strerror or error}") from error
    count = sum(entry.count for entry in written)
    hint = "" if resolved.settings.baseline else f'; put baseline = "{DEFAULT_NAME}" into the settings'
    show(escaped(f"{file}: {count} known finding{'' if count == 1 else 's'}{hint}"))
