"""Which files a run looks at, and how their bytes are read."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal

from normlint import gitlist
from normlint.immutable import dataclass

Kind = Literal["python", "notebook", "config"]
ReportedProblem = tuple[str, str]
# Whether the POSIX path below the root, of a folder or a file, does not belong to a run.
LeavesOut = Callable[[str, bool], bool]

KINDS: dict[str, Kind] = {
    ".py": "python",
    ".pyi": "python",
    ".pyw": "python",
    ".ipynb": "notebook",
    ".yaml": "config",
    ".yml": "config",
    ".json": "config",
    ".md": "config",
    ".sh": "config",
    ".xml": "config",
}
TEXTS = (".md", ".sh", ".xml")  # looked through for command lines or a model's input, and not counted among what is checked
WEIGHTS = ".bin"  # what an OpenVINO model has beside its .xml; never opened
LISTED = (*KINDS, WEIGHTS)
MARKERS = ("pyproject.toml", "normlint.toml", ".git")
_CHUNK = 1 << 16
MAX_BYTES = 64 * 1024 * 1024
MAX_FILES = 200_000

NEVER_SOURCE = frozenset({
    ".git", ".hg", ".svn", ".bzr", "__pycache__", "node_modules", "site-packages", "__pypackages__", ".tox", ".nox",
    ".eggs", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".ipynb_checkpoints", ".ci-venv",
})  # fmt: skip
# Products of a build, unless git tracks files in them.
BUILD_FOLDERS = frozenset({"build", "dist", "_build"})


def is_text(path: str) -> bool:
    """Whether a file is one that is only looked through, and holds no sources."""
    return path.lower().endswith(TEXTS)


class PathError(Exception):
    """A path named by the user cannot be checked: it does not exist, or is neither a file nor a folder."""


class ReadError(Exception):
    """A discovered file could not be read; the message says why."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """``path`` is POSIX and relative to the root; undecodable bytes of a name are surrogates in it.

    ``size`` in bytes and ``modified`` (nanoseconds) are as the file was found; 0 where nobody looked.
    """

    path: str
    absolute: Path | str
    kind: Kind
    size: int = 0
    modified: int = 0


@dataclass(frozen=True, slots=True)
class Discovery:
    """``files`` sorted by path; ``problems`` are (path relative to the root, message), sorted."""

    files: tuple[SourceFile, ...]
    problems: tuple[ReportedProblem, ...] = ()


def project_root(paths: Iterable[Path]) -> Path:
    """The nearest folder, at or above all ``paths``, that has one of ``MARKERS``; else their common folder.

    Symlinks are resolved. Raises ``PathError`` for a path that does not exist.
    """
    common = common_folder(paths)
    for folder in (common, *common.parents):
        if any((folder / marker).exists() for marker in MARKERS):
            return folder
    return common


def common_folder(paths: Iterable[Path]) -> Path:
    """The deepest folder that holds all ``paths``, symlinks resolved. Raises ``PathError`` for one that does not exist."""
    folders = [real if real.is_dir() else real.parent for real in map(_resolved, paths)] or [_resolved(Path())]
    try:
        return Path(os.path.commonpath(folders))
    except ValueError as error:
        raise PathError("the paths are on different drives") from error


def nothing(path: str, folder: bool) -> bool:
    """Leaves nothing out."""
    return False


def discover(
    root: Path,
    explicit: Iterable[Path] = (),
    leaves_out: LeavesOut = nothing,
    *,
    force: bool = False,
    respect_gitignore: bool = True,
) -> Discovery:
    """The files below ``root``, by git where it is a work tree, else by a walk, without what ``leaves_out`` names.

    An ``explicit`` file belongs to them unless its suffix says that it holds nothing to check, even when git ignores it,
    and even when it is left out, unless ``force``; so do the files of an explicit folder of which git lists nothing.
    Symlinks are not followed. Raises ``PathError``.
    """
    root = _resolved(root)
    files: dict[str, SourceFile] = {}
    problems: set[ReportedProblem] = set()
    named: set[str] = set()
    try:
        listed = gitlist.listing(root, LISTED, respect_gitignore=respect_gitignore)
    except gitlist.TimedOut as error:
        problems.add((".", f"{error}: files that git ignores were not left out"))
        listed = None
    if listed is None:
        _collect(root, _walk(root, root, leaves_out, problems), files, problems)
    else:
        problems.update(listed.problems)
        _collect(root, _of_git(root, listed), files, problems)
    for wanted in map(_resolved, explicit):
        path = _relative(root, wanted)
        if wanted.is_dir():
            prefix = "" if path == "." else path + "/"
            if listed is not None and not any(known.startswith(prefix) for known in files):
                _collect(root, _walk(root, wanted, leaves_out, problems), files, problems)
        else:
            kind = _named_kind(wanted)
            if kind is not None:
                if path not in files or files[path].kind != kind:
                    files[path] = SourceFile(path, wanted, kind)
                named.add(path)
    kept = sorted(path for path in files if (path in named and not force) or not leaves_out(path, False))
    return Discovery(
        tuple([files[path] for path in kept]),
        tuple(sorted(problem for problem in problems if problem[0] == "." or not leaves_out(problem[0], False))),
    )


def _named_kind(path: Path) -> Kind | None:
    """What a file that the user named is: Python without a suffix or with a shebang, nothing with a foreign suffix."""
    kind = KINDS.get(path.suffix.lower())
    if path.suffix.lower() not in TEXTS and (kind is not None or not path.suffix):
        return kind or "python"
    try:
        with path.open("rb") as stream:
            first = stream.readline(200)
    except OSError:
        return "python"  # reading it again says why it cannot be read
    return "python" if first.startswith(b"#!") and b"python" in first else kind


def read(file: SourceFile, limit: int = MAX_BYTES) -> bytes:
    """The file's bytes, at most ``limit`` of them. Raises ``ReadError``: gone, forbidden, not regular, too large."""
    flags = os.O_RDONLY
    # Between discovery and now the file can have become a link or a pipe: neither follow nor wait.
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        descriptor = os.open(file.absolute, flags)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise ReadError("not a regular file")
            data = _all_of(descriptor, status.st_size, limit) if status.st_size <= limit else None
        finally:
            os.close(descriptor)
    except OSError as error:
        raise ReadError(error.strerror or str(error)) from error
    if data is None or len(data) > limit:
        raise ReadError(f"larger than {limit / 1024 / 1024:g} MB")
    return data


def _all_of(descriptor: int, size: int, limit: int) -> bytes:
    """What can be read, up to a byte more than ``limit``; a file may be longer by now than its ``size``."""
    data = os.read(descriptor, size + 1)
    while len(data) <= limit and (more := os.read(descriptor, min(_CHUNK, limit + 1 - len(data)))):
        data += more
    return data


def _resolved(path: Path) -> Path:
    try:
        real = Path(os.path.realpath(path, strict=True))
        mode = real.stat().st_mode
    except FileNotFoundError as error:
        raise PathError(f"path does not exist: {path}") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise PathError(f"cannot use path: {path}: {reason}") from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise PathError(f"neither a file nor a folder: {path}")
    return real


def _relative(root: Path, path: Path) -> str:
    try:
        return path.relative_to(root).as_posix()
    except ValueError as error:
        raise PathError(f"outside the project root {root}: {path}") from error


def _of_git(root: Path, listed: gitlist.Listing) -> Iterator[str]:
    """The listed paths whose folders hold sources. An index is hostile: it can name paths behind links, or ``..``."""
    plain: dict[str, bool] = {}
    for paths, unwanted in ((listed.tracked, NEVER_SOURCE), (listed.untracked, NEVER_SOURCE | BUILD_FOLDERS)):
        usable: dict[str, bool] = {}
        for path in paths:
            folder = path.rpartition("/")[0]
            if folder not in usable:
                folders = folder.split("/") if folder else []
                wanted = not path.startswith("/") and ".." not in folders and unwanted.isdisjoint(folders)
                usable[folder] = wanted and _all_plain(root, folders, plain)
            if usable[folder]:
                yield path


def _all_plain(root: Path, folders: list[str], known: dict[str, bool]) -> bool:
    """Whether each of the nested folders is one that holds sources; answers are kept in ``known``."""
    for depth in range(1, len(folders) + 1):
        folder = "/".join(folders[:depth])
        if folder not in known:
            known[folder] = _is_plain_folder(f"{root}/{folder}")
        if not known[folder]:
            return False
    return True


def _is_plain_folder(folder: str) -> bool:
    """A real folder, no link, and no virtual environment."""
    try:
        mode = os.lstat(folder).st_mode
    except OSError:
        return False
    return stat.S_ISDIR(mode) and not os.path.lexists(f"{folder}/pyvenv.cfg")


def _walk(root: Path, start: Path, leaves_out: LeavesOut, problems: set[ReportedProblem]) -> Iterator[str]:
    """Candidate paths below ``start``, relative to ``root``; folders without sources are left out."""
    above, first = f"{root}".rstrip("/"), _relative(root, start)
    first = "" if first == "." else f"{first}/"
    pending = [first]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(f"{above}/{folder}") as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            problems.add((folder[:-1] or ".", f"unreadable folder: {error.strerror or error}"))
            continue
        if folder != first and any(entry.name == "pyvenv.cfg" for entry in found):
            continue
        for entry in found:
            path = folder + entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in NEVER_SOURCE and entry.name not in BUILD_FOLDERS and not leaves_out(path, True):
                    pending.append(f"{path}/")
            elif path[path.rfind(".") :].lower() in LISTED:
                yield path


def _collect(
    root: Path, paths: Iterable[str], files: dict[str, SourceFile], problems: set[ReportedProblem]
) -> None:
    """Adds the regular files among ``paths``; links, pipes and devices are never opened."""
    above = f"{root}".rstrip("/")
    for path in without_lone_xml(paths):
        kind = KINDS.get(os.path.splitext(path)[1].lower())
        if kind is None:
            continue
        if len(files) >= MAX_FILES:
            problems.add((".", f"more than {MAX_FILES} files: the rest is not checked"))
            return
        absolute = f"{above}/{path}"
        try:
            status = os.lstat(absolute)
        except FileNotFoundError:
            continue  # tracked by git, deleted in the work tree
        except OSError as error:
            problems.add((path, error.strerror or str(error)))
            continue
        if stat.S_ISREG(status.st_mode):
            files.setdefault(path, SourceFile(path, absolute, kind, status.st_size, status.st_mtime_ns))
        elif stat.S_ISLNK(status.st_mode):
            problem = _link_problem(root, Path(absolute))
            if problem is not None and kind != "config":
                problems.add((path, problem))


def without_lone_xml(paths: Iterable[str]) -> Iterator[str]:
    """The paths without weights, and without XML files that are no models: those with no weights of the same name beside them."""
    later, weights = [], set()
    for path in paths:
        suffix = path[-4:].lower()
        if suffix == WEIGHTS:
            weights.add(path[:-4])
        elif suffix == ".xml":
            later.append(path)
        else:
            yield path
    yield from (path for path in later if path[:-4] in weights)


def _link_problem(root: Path, link: Path) -> str | None:
    """Why a link hides a file from the run; None for a dangling one and for one whose target is listed anyway."""
    try:
        target = Path(os.path.realpath(link, strict=True))
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"symbolic link not followed: {error.strerror or error}"
    return None if target.is_relative_to(root) else "symbolic link out of the project is not followed"
