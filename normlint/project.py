"""The whole run: discover, sieve, lower, evaluate, reconcile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from normlint import ir
from normlint.baseline.matching import DEFAULT_NAME, Entry
from normlint.catalogue import catalogue, using
from normlint.config_values import ConfigValues
from normlint.configs import ConfigError, observe_config
from normlint.context import with_context
from normlint.discover import KINDS, Discovery, ReadError, SourceFile, discover, project_root, read
from normlint.evaluate.entries import evaluate_module
from normlint.evaluate.machine import Log, Machine
from normlint.evaluate.observations import Observation
from normlint.facts import Facts, gather
from normlint.findings import Finding
from normlint.interpreter import rare_collection, with_room
from normlint.inventory import inventory
from normlint.places import Place
from normlint.plugins import all_rules
from normlint.reconcile import reconcile, unreadable, unused_suppressions
from normlint.rules import RULES, Rule
from normlint.screening import screen
from normlint.selection import Selection
from normlint.settings.model import Settings
from normlint.sieve import may_hold_sites
from normlint.sites import Site
from normlint.suppression.comments import MARK, Suppression
from normlint.suppression.silence import silence

Overlay = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a run found. ``root`` is absolute; places are relative to it.

    ``facts`` are those of the whole project, whatever paths were asked for; ``elsewhere`` are its findings that do not touch
    those paths; ``silenced`` are those that a comment silences. ``fixed`` counts the findings that were fixed before;
    ``unsafe_fixes`` says whether those fixes count as usable. ``paths`` are all files of the project, ``rules`` all
    rules, selected or not. Where the findings were
    ``compared`` with earlier ones, ``known`` are those that were there, and ``stale`` the entries of a baseline that match
    nothing.
    """

    root: Path
    findings: tuple[Finding, ...]
    sites: tuple[Site, ...]
    files_seen: int = 0
    files_lowered: int = 0
    statistics: dict[str, int] = field(default_factory=dict)
    facts: Facts = field(default=Facts(()), repr=False, compare=False)
    elsewhere: tuple[Finding, ...] = ()
    fixed: int = 0
    unsafe_fixes: bool = False
    silenced: tuple[Finding, ...] = ()
    paths: tuple[str, ...] = field(default=(), repr=False)
    rules: tuple[Rule, ...] = field(default=RULES, repr=False)
    known: tuple[Finding, ...] = ()
    stale: tuple[Entry, ...] = ()
    compared: bool = False
    unsaved: Overlay = field(default_factory=dict, repr=False, compare=False)


class Workspace:
    """The files of one run: read and lowered at most once each.

    ``overlay`` is text that stands in for a file's own, by path: files as a fix would leave them.
    """

    def __init__(self, discovery: Discovery, overlay: Overlay = MappingProxyType({})) -> None:
        self.files = {file.path: file for file in discovery.files}
        self.problems: list[tuple[str, ir.Problem | None, str, ir.Module | None]] = [
            (path, None, message, None) for path, message in discovery.problems
        ]
        self._data: dict[str, bytes | None] = dict(overlay)
        self.suppressions: dict[str, tuple[Suppression, ...]] = {}
        for path, data in overlay.items():
            self._note_suppressions(path, data)
        self._modules: dict[str, ir.Module | None] = {}

    def data(self, path: str) -> bytes | None:
        """The bytes of a file; None, and a problem, where it cannot be read."""
        if path not in self._data:
            try:
                self._data[path] = read(self.files[path])
            except ReadError as error:
                self._data[path] = None
                self.problems.append((path, None, str(error), None))
            self._note_suppressions(path, self._data[path] or b"")
        return self._data[path]

    def _note_suppressions(self, path: str, data: bytes) -> None:
        if MARK in data:
            from normlint.suppression.scanning import suppressions

            self.suppressions[path] = suppressions(path, data)

    def load(self, path: str) -> ir.Module | None:
        """The lowered form of a file; None where it cannot be read."""
        if path not in self._modules:
            from normlint.lowering import lower

            data = self.data(path)
            module = None if data is None else lower(path, data)
            self._modules[path] = module
            for problem in module.problems if module is not None else ():
                self.problems.append((path, problem, problem.message, module))
        return self._modules[path]

    def config(self, path: str) -> list[Observation]:
        """What a YAML or JSON file says of normalization; a problem where it cannot be parsed."""
        data = self.data(path)
        if not data:
            return []
        try:
            return observe_config(path, data)
        except ConfigError as error:
            self.problems.append((path, None, str(error), None))
            return []

    def forget(self, path: str) -> None:
        """Free the bytes of a file that is done with."""
        self._data[path] = b""

    @property
    def lowered(self) -> int:
        return sum(module is not None for module in self._modules.values())


_DEFAULT = Settings()
Progress = Callable[[int, int], None]


def analyze(
    paths: tuple[Path, ...],
    settings: Settings = _DEFAULT,
    overlay: Overlay = MappingProxyType({}),
    root: Path | None = None,
    progress: Progress | None = None,
) -> Analysis:
    """Index the project around ``paths`` from its root and report what touches them.

    ``overlay`` holds the bytes of files, by path, that are not as they are on disk. ``root`` is an absolute folder above
    all paths; without one it is found. ``progress`` is called with the number of files done and of all.

    Raises ``normlint.discover.PathError`` for a path that does not exist, and ``normlint.catalogue.CatalogueError`` for a
    catalogue file of the settings that does not say what it must.
    """
    with rare_collection(), using(settings.catalogue):
        return _analyze(paths, settings, overlay, root or project_root(paths), progress)


def analyze_files(files: Overlay, settings: Settings, root: Path) -> Analysis:
    """Analyze a project that is not on disk: the bytes of its files by path, relative to ``root``."""
    found = tuple(
        SourceFile(path, root / path, KINDS.get(PurePosixPath(path).suffix.lower(), "python"))
        for path in sorted(files)
        if not settings.leaves_out(path, False)
    )
    with rare_collection():
        return _judged(Workspace(Discovery(found), files), (root,), settings, files, root)


def _analyze(
    paths: tuple[Path, ...], settings: Settings, overlay: Overlay, root: Path, progress: Progress | None
) -> Analysis:
    own = {DEFAULT_NAME, _relative(root, settings.baseline or root / DEFAULT_NAME)}
    on_disk = tuple(path for path in paths if _relative(root, path) not in overlay or path.exists())
    discovery = discover(
        root, on_disk, lambda path, folder: path in own or settings.leaves_out(path, folder),
        force=settings.force_exclude, respect_gitignore=settings.respect_gitignore,
    )  # fmt: skip
    discovery = _with_unsaved(discovery, overlay, settings, root)
    return _judged(Workspace(discovery, overlay), paths, settings, overlay, root, progress)


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
    workspace: Workspace, paths: tuple[Path, ...], settings: Settings, overlay: Overlay, root: Path,
    progress: Progress | None = None,
) -> Analysis:  # fmt: skip
    log = evaluate(workspace, progress)
    facts = gather(log, settings)
    selection = Selection(settings.select, settings.ignore, settings.extend_select)
    rules = all_rules(settings.plugins, root)
    findings = reconcile(facts, selection, rules) + unreadable(_problems(workspace), selection)
    if settings.suppressions:
        findings, used = silence(findings, workspace.suppressions)
        comments = (comment for path in sorted(workspace.suppressions) for comment in workspace.suppressions[path])
        findings += unused_suppressions(comments, used, selection, rules)
    findings = with_context(screen(findings, settings), lambda path: _text(workspace, overlay, path))
    sites = inventory(facts)
    wanted = path_filter(root, paths)
    findings.sort(key=lambda finding: finding.order)
    touching = {id(f) for f in findings if wanted(f.place.path, *(r.place.path for r in f.related))}
    return Analysis(
        root,
        tuple(f for f in findings if id(f) in touching and f.silenced is None),
        tuple(site for site in sites if wanted(site.place.path)),
        files_seen=len(workspace.files),
        files_lowered=workspace.lowered,
        statistics={"budgets spent": log.exhausted, "observations": len(log.observations)},
        facts=facts,
        elsewhere=tuple(f for f in findings if id(f) not in touching and f.silenced is None),
        paths=tuple(workspace.files),
        rules=rules,
        silenced=tuple(f for f in findings if id(f) in touching and f.silenced is not None),
    )  # fmt: skip


@with_room
def evaluate(workspace: Workspace, progress: Progress | None = None) -> Log:
    """Evaluate every file that may hold a site."""
    machine = Machine(workspace.load, frozenset(workspace.files), catalogue())
    configs = tuple(path for path, file in workspace.files.items() if file.kind == "config")
    machine.configured = ConfigValues(configs, workspace.data).find
    for done, (path, file) in enumerate(workspace.files.items()):
        if progress is not None:
            progress(done, len(workspace.files))
        if file.kind == "config":
            machine.log.observations.extend(workspace.config(path))
            continue
        data = workspace.data(path)
        if data and may_hold_sites(data):
            evaluate_module(machine, path)
            workspace.forget(path)
    return machine.log


def _text(workspace: Workspace, overlay: Overlay, path: str) -> bytes | None:
    """The bytes of a file that was read, and perhaps forgotten, before."""
    if path in overlay:
        return overlay[path]
    try:
        return read(workspace.files[path]) if path in workspace.files else None
    except ReadError:
        return None


def _problems(workspace: Workspace) -> list[tuple[Place, str]]:
    found = []
    for path, problem, message, module in workspace.problems:
        place = module.place(problem.span) if module is not None and problem is not None else Place(path, 1, 1, 1, 1)
        found.append((place, message))
    return found


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


__all__ = ["Analysis", "Selection", "Settings", "SourceFile", "analyze"]
