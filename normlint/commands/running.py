"""The analysis as commands start it."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from normlint.commands.progress import progress_bar
from normlint.commands.trouble import Trouble

if TYPE_CHECKING:
    from normlint.project import Analysis, Overlay
    from normlint.rules import Rule
    from normlint.settings.resolve import Resolved


def run_analysis(
    paths: tuple[Path, ...],
    resolved: Resolved,
    overlay: Overlay = MappingProxyType({}),
    *,
    with_facts: bool = True,
    with_sites: bool = True,
    quiet: bool = False,
) -> Analysis:
    """Analyze the project around ``paths`` (default: the current folder). Raises ``Trouble``.

    ``overlay`` holds the bytes of files, by path, that are not as they are on disk. Without facts the result may be that
    of an earlier run over the same files; without sites there are none in it. A long run at a terminal shows a progress
    bar unless it is ``quiet``.
    """
    from normlint.cache import Store
    from normlint.commands.rule_names import check_rule_names
    from normlint.project import analyze

    try:
        settings = resolved.settings
        check_rule_names(resolved)
        # A user's own catalogue decides what is worth reading, and a plugin may find anything: neither is in the cache.
        own = bool(settings.catalogue or settings.plugins)
        store = Store(resolved.root, settings.cache_dir) if settings.cache and not own else None
        with progress_bar(not quiet) as progress:
            return analyze(
                paths or (Path(),), settings, overlay, resolved.root, progress,
                store=store, with_facts=with_facts or own, with_sites=with_sites or with_facts,
            )  # fmt: skip
    except Exception as error:
        if _is_expected(error):
            raise Trouble(str(error)) from error
        raise


def _is_expected(error: Exception) -> bool:
    """Whether the user's paths, plugins or catalogue are to blame. Imports what a run that goes well has no use for."""
    from normlint.catalogue import CatalogueError
    from normlint.discover import PathError
    from normlint.plugins import PluginError

    return isinstance(error, (PathError, PluginError, CatalogueError))


def rules_here() -> tuple[Rule, ...]:
    """Our own rules, and those of the plugins that the settings of the current folder name. Raises ``Trouble``."""
    from normlint.commands.chosen import Chosen
    from normlint.plugins import PluginError, all_rules

    resolved = Chosen({}, None, False).resolve(())
    try:
        return all_rules(resolved.settings.plugins, resolved.root)
    except PluginError as error:
        raise Trouble(str(error)) from error
