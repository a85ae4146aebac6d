"""The whole run: discover, sieve, lower, evaluate, reconcile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from normlint.baseline.matching import DEFAULT_NAME, Entry
from normlint.cache import Store
from normlint.discover import KINDS, Discovery, SourceFile, discover, is_text, project_root
from normlint.findings import Finding
from normlint.immutable import dataclass, field, replace
from normlint.interpreter import rare_collection
from normlint.results import nothing_to_find, recalled, remember
from normlint.selection import Selection
from normlint.settings.model import Settings
from normlint.sites import Site
from normlint.workspace import NO_FILES, Overlay, Workspace

if TYPE_CHECKING:
    from normlint.facts import Facts
    from normlint.rules import Rule


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a run found. ``root`` is absolute; places are relative to it.

    ``known_facts`` are those of the whole project, whatever paths were asked for; ``elsewhere`` are its findings that do
    not touch those paths; ``silenced`` are those that a comment silences. ``fixed`` counts the findings that were fixed before;
    ``unsafe_fixes`` says whether those fixes count as usable. ``paths`` are all files of the project, ``plugins`` the
    packages with rules of their own. Where the findings were
    ``compared`` with earlier ones, ``known`` are those that were there, and ``stale`` the entries of a baseline that match
    nothing.
    """

    root: Path
    findings: tuple[Finding, ...]
    sites: tuple[Site, ...]
    files_seen: int = 0
    files_lowered: int = 0
    statistics: dict[str, int] = field(default_factory=dict)
    known_facts: Facts | None = field(default=None, repr=False, compare=False)
    elsewhere: tuple[Finding, ...] = ()
    fixed: int = 0
    unsafe_fixes: bool = False
    silenced: tuple[Finding, ...] = ()
    paths: tuple[str, ...] = field(default=(), repr=False)
    plugins: tuple[str, ...] = field(default=(), repr=False)
    known: tuple[Finding, ...] = ()
    stale: tuple[Entry, ...] = ()
    compared: bool = False
    unsaved: Overlay = field(default_factory=dict, repr=False, compare=False)

    @property
    def facts(self) -> Facts:
        """``known_facts``; none at all where the result is that of an earlier run."""
        from normlint.facts import Facts

        return self.known_facts or Facts({})

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, selected or not, those of plugins included."""
        from normlint.plugins import all_rules

        return all_rules(self.plugins, self.root)


_DEFAULT = Settings()
Progress = Callable[[int, int], None]


def analyze(
    paths: tuple[Path, ...],
    settings: Settings = _DEFAULT,
    overlay: Overlay = NO_FILES,
    root: Path | None = None,
    progress: Progress | None = None,
    *,
    store: Store | None = None,
    with_facts: bool = True,
    with_sites: bool = True,
) -> Analysis:
    """Index the project around ``paths`` from its root and report what touches them.

    ``overlay`` holds the bytes of files, by path, that are not as they are on disk. ``root`` is an absolute folder above
    all paths; without one it is found. ``progress`` is called with the number of files done and of all.
    ``store`` is the cache, read and replaced; ``with_facts`` False lets the result be one that an earlier run left there,
    without facts, and ``with_sites`` False one without sites.

    Raises ``normlint.discover.PathError`` for a path that does not exist, and ``normlint.catalogue.CatalogueError`` for a
    catalogue file of the settings that does not say what it must.
    """
    with rare_collection(), _catalogue_of(settings):
        return _analyze(paths, settings, overlay, root or project_root(paths), progress, store, with_facts, with_sites)


def analyze_files(files: Overlay, settings: Settings, root: Path) -> Analysis:
    """Analyze a project that is not on disk: the bytes of its files by path, relative to ``root``."""
    found = tuple(
        SourceFile(path, root / path, KINDS.get(PurePosixPath(path).suffix.lower(), "python"))
        for path in sorted(files)
        if not settings.leaves_out(path, False)
    )
    with rare_collection():
        return _judged(Workspace(Discovery(found), files), (root,), settings, root)


def _analyze(
    paths: tuple[Path, ...],
    settings: Settings,
    overlay: Overlay,
    root: Path,
    progress: Progress | None,
    store: Store | None,
    with_facts: bool,
    with_sites: bool,
) -> Analysis:
    own = {DEFAULT_NAME, _relative(root, settings.baseline or root / DEFAULT_NAME)}
    on_disk = tuple(path for path in paths if _relative(root, path) not in overlay or path.exists())
    with _loading(store):
        discovery = discover(
            root, on_disk, lambda path, folder: path in own or settings.leaves_out(path, folder),
            force=settings.force_exclude, respect_gitignore=settings.respect_gitignore,
        )  # fmt: skip
    discovery = _with_unsaved(discovery, overlay, settings, root)
    return _judged(Workspace(discovery, overlay, store), paths, settings, root, progress, with_facts, with_sites)


@contextmanager
def _loading(store: Store | None) -> Iterator[None]:
    """Read the cache within the ``with``, in which git is waited for."""
    if store is None:
        yield
        return
    thread = threading.Thread(target=store.load)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _with_unsaved(discovery: Discovery, overlay: Overlay, settings: Settings, root: Path) -> Discovery:
    """With the files that only the overlay has."""
    there = {file.path for file in discovery.files}
    unsaved = [
        SourceFile(path, root / path, KINDS.get(PurePosixPath(path).suffix.lower(), "python"))
        for path in overlay
        if path not in there and not (settings.force_exclude and settings.leaves_out(path, False))
    ]
    files = sorted((*discovery.files, *unsaved), key=lambda file: file.path)
    return replace(discovery, files=tuple(files)) if unsaved else discovery


def _judged(
    workspace: Workspace,
    paths: tuple[Path, ...],
    settings: Settings,
    root: Path,
    progress: Progress | None = None,
    with_facts: bool = True,
    with_sites: bool = True,
) -> Analysis:
    workspace.looked(settings.jobs)
    outcome = None if with_facts else recalled(workspace, settings, with_sites=with_sites)
    facts = None
    if outcome is None and not with_facts:
        outcome = nothing_to_find(workspace, settings)
        if outcome is not None:
            workspace.save(remember(workspace, settings, outcome))
    if outcome is None:
        from normlint.engine import find

        found = find(workspace, settings, root, progress, with_facts=with_facts, with_sites=with_sites)
        outcome, facts = found.outcome, found.facts
        workspace.save(remember(workspace, settings, outcome, found.rests_on))
    wanted = path_filter(root, paths)
    findings = outcome.findings
    touching = {id(f) for f in findings if wanted(f.place.path, *(r.place.path for r in f.related))}
    return Analysis(
        root,
        tuple(f for f in findings if id(f) in touching and f.silenced is None),
        tuple(site for site in outcome.sites or () if wanted(site.place.path)),
        files_seen=sum(not is_text(path) for path in workspace.files),
        files_lowered=len(outcome.reached),
        statistics=outcome.statistics,
        known_facts=facts,
        elsewhere=tuple(f for f in findings if id(f) not in touching and f.silenced is None),
        paths=tuple(workspace.files),
        plugins=settings.plugins,
        silenced=tuple(f for f in findings if id(f) in touching and f.silenced is not None),
    )  # fmt: skip


def _catalogue_of(settings: Settings) -> AbstractContextManager[None]:
    if not settings.catalogue:
        return nullcontext()
    from normlint.catalogue import using

    return using(settings.catalogue)


def path_filter(root: Path, paths: tuple[Path, ...]) -> PathFilter:
    """The filter for ``paths`` of a project."""
    return PathFilter(tuple(_relative(root, path) for path in paths))


def _relative(root: Path, path: Path) -> str:
    try:
        relative = path.resolve().relative_to(root).as_posix()
    except ValueError:
        return path.as_posix()
    return "" if relative == "." else relative


@dataclass(frozen=True, slots=True)
class PathFilter:
    """Whether one of some places lies in the paths that the user named."""

    roots: tuple[str, ...]

    def __call__(self, *paths: str) -> bool:
        return not self.roots or any(
            not root or path == root or path.startswith(root + "/") for root in self.roots for path in paths
        )


__all__ = ["Analysis", "Overlay", "Selection", "Settings", "SourceFile", "analyze"]
