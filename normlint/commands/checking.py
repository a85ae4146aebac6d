"""What ``normlint check`` does, without its options."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from normlint.commands.chosen import Chosen
from normlint.commands.console import wants_color, wants_links
from normlint.commands.earlier import earlier_findings
from normlint.commands.reports import Report, write_reports
from normlint.commands.running import run_analysis
from normlint.commands.standard_input import standard_input
from normlint.commands.trouble import EXIT_FINDINGS
from normlint.immutable import replace

if TYPE_CHECKING:
    from normlint.project import Analysis, Overlay


def run_check(
    paths: tuple[Path, ...],
    chosen: Chosen,
    reports: tuple[Report, ...] = (),
    *,
    stdin_filename: Path | None = None,
    no_baseline: bool = False,
    since: str | None = None,
    no_ignore: bool = False,
    diff: bool = False,
    exit_non_zero_on_fix: bool = False,
    exit_zero: bool = False,
    color: str = "auto",
    statistics: bool = False,
    quiet: bool = False,
) -> int:
    """Report the findings that touch ``paths``, each parameter as the option of its name; the exit code. Raises ``Trouble``."""
    from normlint.report.formats import NEED_FACTS, Appearance
    from normlint.screening import fails

    given = standard_input(paths, stdin_filename)
    resolved = chosen.resolve(given.folders if given else paths)
    unsaved = given.overlay(resolved.root) if given else {}
    paths = given.paths if given else paths
    if no_ignore:
        resolved = replace(resolved, settings=replace(resolved.settings, suppressions=False))
    reports = reports or (Report(resolved.settings.format),)
    with_facts = resolved.settings.fix or diff or any(report.name in NEED_FACTS for report in reports)
    earlier = earlier_findings(resolved, since, use_baseline=not no_baseline)

    def run(overlay: Overlay = MappingProxyType({})) -> Analysis:
        overlay = {**unsaved, **overlay}
        return earlier(run_analysis(paths, resolved, overlay, with_facts=with_facts, with_sites=False, quiet=quiet))

    analysis = run()
    unsafe_fixes = resolved.settings.unsafe_fixes
    if resolved.settings.fix or diff:
        from normlint.commands import fixing

        if diff:
            differs = fixing.show_differences(analysis, paths, unsaved, run, unsafe=unsafe_fixes, quiet=quiet)
            return EXIT_FINDINGS if differs and not exit_zero else 0
        if given:
            analysis = fixing.fix_input(analysis, given.file, unsaved, run, unsafe=unsafe_fixes, quiet=quiet)
            reports = tuple(report for report in reports if report.file is not None)
        else:
            analysis = fixing.fix_files(analysis, paths, run, unsafe=unsafe_fixes, quiet=quiet)
    analysis = replace(analysis, unsafe_fixes=unsafe_fixes, unsaved=unsaved)
    look = Appearance(wants_color(color), wants_links(), statistics, quiet)
    if reports or not (given and resolved.settings.fix):
        write_reports(analysis, reports, look)
    failed = (exit_non_zero_on_fix and analysis.fixed) or fails(analysis.findings, resolved.settings)
    return EXIT_FINDINGS if failed and not exit_zero else 0
