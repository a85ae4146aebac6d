"""``normlint check``"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from normlint.commands.console import wants_color, wants_links
from normlint.commands.earlier import earlier_findings
from normlint.commands.formats import Report, format_option, write_reports
from normlint.commands.running import paths_argument, run_analysis
from normlint.commands.settings_options import Chosen, fix_options, settings_options
from normlint.commands.standard_input import standard_input
from normlint.commands.trouble import EXIT_FINDINGS

if TYPE_CHECKING:
    from normlint.project import Analysis, Overlay


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
def check(
    paths: tuple[Path, ...],
    reports: tuple[Report, ...],
    chosen: Chosen,
    stdin_filename: Path | None,
    no_baseline: bool,
    since: str | None,
    no_ignore: bool,
    diff: bool,
    exit_non_zero_on_fix: bool,
    exit_zero: bool,
    color: str,
    statistics: bool,
    quiet: bool,
) -> None:
    """Report findings that touch PATHS (default: the current folder; - for standard input).

    Exit code 0: nothing at or above --fail-on (after --fix: left); 1: findings, or with --diff something to change; 2:
    wrong usage, wrong settings or an internal error.
    """
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
            raise click.exceptions.Exit(EXIT_FINDINGS if differs and not exit_zero else 0)
        if given:
            analysis = fixing.fix_input(analysis, given.file, unsaved, run, unsafe=unsafe_fixes, quiet=quiet)
            reports = tuple(report for report in reports if report.file is not None)
        else:
            analysis = fixing.fix_files(analysis, paths, run, unsafe=unsafe_fixes, quiet=quiet)
    analysis = replace(analysis, unsafe_fixes=unsafe_fixes, unsaved=unsaved)
    look = Appearance(wants_color(color), wants_links(), statistics, quiet)
    if reports or not (given and resolved.settings.fix):
        write_reports(analysis, reports, look)
    if exit_zero:
        return
    if (exit_non_zero_on_fix and analysis.fixed) or fails(analysis.findings, resolved.settings):
        raise click.exceptions.Exit(EXIT_FINDINGS)
