"""Findings that were there before, for ``check``: from the baseline, and from another commit."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from normlint.commands.trouble import Trouble

if TYPE_CHECKING:
    from normlint.project import Analysis
    from normlint.settings.resolve import Resolved


def earlier_findings(resolved: Resolved, since: str | None, *, use_baseline: bool) -> Callable[[Analysis], Analysis]:
    """What sets the known findings of an analysis aside. Raises ``Trouble`` for a baseline or commit that cannot be read."""
    known = []
    if use_baseline and resolved.settings.baseline is not None:
        from normlint.baseline.file import BaselineError, load

        try:
            known.append((load(resolved.settings.baseline), True))
        except BaselineError as error:
            raise Trouble(str(error)) from error
    if since is not None:
        from normlint.baseline.matching import entries_of
        from normlint.gitcommit import CommitError, files_of
        from normlint.project import analyze_files

        try:
            files = files_of(resolved.root, since)
        except CommitError as error:
            raise Trouble(f"--since {since}: {error}") from error
        then = analyze_files(files, resolved.settings, resolved.root)
        known.append((entries_of(then.findings), False))

    def set_aside(analysis: Analysis) -> Analysis:
        from normlint.baseline.application import apply
        from normlint.immutable import replace

        for entries, is_file in known:
            stale = analysis.stale
            analysis = apply(analysis, entries, resolved.settings)
            if not is_file:  # what is gone since a commit is progress, and nobody has to prune it
                analysis = replace(analysis, stale=stale)
        return analysis

    return set_aside
