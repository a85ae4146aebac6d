"""What one run leaves for the next: lowered files by content, and the results of whole runs, in one file.

The file is data: JSON, and lowered modules that are checked as they are read. One that is damaged, was written by another
version, or came along with the repository is as good as none. It is replaced as a whole, so that runs at the same time and
runs that are cut off leave a complete one.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import sys
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = ".normlint_cache"
_MAGIC = b"normlint cache 1\n"
_HEADER = len(_MAGIC) + 16 + 64
_MOST_BYTES = 1_000_000_000
_MOST_RESULTS = 8
_LARGEST_MODULE = 200_000_000
_CHUNK = 4_000_000
# A file changed this shortly before the cache was written may change again without its time of change telling.
_RACY_NANOSECONDS = 2_000_000_000


class Known(NamedTuple):
    """A file as the last run saw it.

    ``kept`` is the sieve's word on it, ``marked`` says that it may silence findings, ``library`` that it names a package
    which knows images, ``pixels`` that it counts where no file does.
    """

    modified: int
    size: int
    digest: str
    kept: bool
    marked: bool = False
    library: bool = False
    pixels: bool = False


@dataclass(slots=True)
class Contents:
    """What a cache file says of files and runs; modules and units of work stay in the file until they are asked for."""

    files: dict[str, Known] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)


class Store:
    """The cache file of one root.

    ``folder`` None is the root's own folder. One inside of the root is believed only where this machine made it, since a
    repository can bring one along, and never used where a link leads out of the root.
    """

    def __init__(self, root: Path, folder: Path | None = None) -> None:
        self.folder = root / FOLDER if folder is None else folder
        self.root = Path(os.path.realpath(root))
        self.real = Path(os.path.realpath(self.folder))
        self.inside = self.folder.is_relative_to(root) or self.real.is_relative_to(self.root)
        name = "cache" if folder is None else sha256(os.fsencode(root)).hexdigest()[:16]
        self.path = self.folder / name
        self.contents = Contents()
        self._offsets: dict[str, tuple[int, int]] = {}
        self._descriptor: int | None = None
        self._stamp = self._look = ""

    def __del__(self) -> None:
        self._close()

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def load(self) -> None:
        """Read files and results; modules are read when they are asked for. Raises nothing: no cache is an empty one.

        The file is held open: what another run replaces it by has other modules at other places.
        """
        self._close()
        self.contents, self._offsets, self._stamp = Contents(), {}, ""
        self._look = look_of_stamp()
        try:
            self._descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0))
            index, start = _index(self._descriptor)
            document = json.loads(index)
            known, look = document["stamp"]
            if (look != self._look and known != stamp()) or document["place"] != self._place():
                return
            self._stamp = str(known)
            files, results, offsets = _files(document["files"]), dict(document["results"]), _offsets(document["packs"], start)
            self.contents, self._offsets = Contents(files, results), offsets
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            pass

    def module(self, digest: str) -> bytes | None:
        """The encoded module of a file with this content."""
        packed = self.packed(digest)
        if packed is None:
            return None
        try:
            decompressor = zlib.decompressobj()
            data = decompressor.decompress(packed, _LARGEST_MODULE)
        except zlib.error:
            return None
        return data if decompressor.eof else None

    def packed(self, digest: str) -> bytes | None:
        """What was saved under this name, compressed."""
        offset, size = self._offsets.get(digest, (0, 0))
        if self._descriptor is None or not 0 < size < _LARGEST_MODULE:
            return None
        try:
            return _read(self._descriptor, offset, size)
        except OSError:
            return None

    def save(
        self, files: Mapping[str, Known], modules: Mapping[str, bytes], results: Mapping[str, Any],
        units: Iterable[str] = (),
    ) -> None:
        """Replace the cache by one of these files, their modules (old ones are kept), results, and units of work.

        Raises nothing: where the folder cannot be written there is no cache.
        """
        wanted = {known.digest for known in files.values()}.union(units)
        kept = [name for name in self._offsets if name in wanted and not modules.get(name)]  # as they lie in the file
        fresh = sorted(name for name, data in modules.items() if name in wanted and 0 < len(data) < _LARGEST_MODULE)
        names = kept + fresh
        sizes = [self._offsets[name][1] for name in kept] + [len(modules[name]) for name in fresh]
        if sum(sizes) > _MOST_BYTES:
            return
        with contextlib.suppress(OSError):
            self._prepare()
            edge = time.time_ns() - _RACY_NANOSECONDS
            document = {
                "stamp": [self._stamp or stamp(), self._look],
                "place": self._place(),
                "files": [list(files), *zip(*[_entry(known, edge) for known in files.values()], strict=True)],
                "packs": [names, sizes],
                "results": dict(list(results.items())[-_MOST_RESULTS:]),
            }
            index = json.dumps(document, separators=(",", ":")).encode("ascii")
            self._replace(index, self._copied([self._offsets[name] for name in kept]), [modules[name] for name in fresh])

    def _prepare(self) -> None:
        """Make the folder, hidden from git and marked for backup programs. Raises ``OSError``, also for a link."""
        if not self.folder.exists():
            if self.inside and not self.real.is_relative_to(self.root):
                raise NotADirectoryError(str(self.folder))
            self.folder.mkdir(parents=True)
            (self.folder / ".gitignore").write_text("# Made by normlint.\n*\n", encoding="ascii")
            (self.folder / "CACHEDIR.TAG").write_text(_CACHEDIR_TAG, encoding="ascii")
        if not stat.S_ISDIR(os.lstat(self.folder).st_mode):
            raise NotADirectoryError(str(self.folder))

    def _place(self) -> list[int]:
        """What a folder inside of the root has only on this machine. Raises ``OSError`` for none, and for a link."""
        if not self.inside:
            return []
        status = os.lstat(self.folder)
        if not stat.S_ISDIR(status.st_mode) or not self.real.is_relative_to(self.root):
            raise NotADirectoryError(str(self.folder))
        return [status.st_dev, status.st_ino]

    def _copied(self, places: Iterable[tuple[int, int]]) -> Iterator[bytes]:
        """The bytes at these places of the file, in order; what lies side by side is read at once. Raises ``OSError``."""
        runs: list[list[int]] = []
        for at, size in places:
            if runs and runs[-1][1] == at:
                runs[-1][1] += size
            else:
                runs.append([at, at + size])
        for start, end in runs:
            for at in range(start, end, _CHUNK):
                size = min(_CHUNK, end - at)
                data = _read(self._descriptor, at, size) if self._descriptor is not None else None
                if data is None:
                    raise OSError("the cache was cut off")
                yield data

    def _replace(self, index: bytes, *packs: Iterable[bytes]) -> None:
        temporary = self.path.with_name(f"{self.path.name}.{os.getpid()}.{time.monotonic_ns()}.tmp")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        try:
            with open(os.open(temporary, flags, 0o600), "wb") as stream:
                stream.write(_MAGIC + b"%016x" % len(index) + sha256(index).hexdigest().encode())
                stream.write(index)
                for some in packs:
                    stream.writelines(some)
            if os.name == "nt":
                self._close()  # what is open cannot be replaced there
            os.replace(temporary, self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise


_FLAGS = [(bool(flags & 1), bool(flags & 2), bool(flags & 4), bool(flags & 8)) for flags in range(16)]
_CACHEDIR_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by normlint; https://bford.info/cachedir/\n"


def _read(descriptor: int, at: int, size: int) -> bytes | None:
    """The bytes there, all of them; without moving a position that forked processes share, where the system can.

    Raises ``OSError``.
    """
    if hasattr(os, "pread"):
        data = os.pread(descriptor, size, at)
    else:
        os.lseek(descriptor, at, os.SEEK_SET)
        data = os.read(descriptor, size)
    return data if len(data) == size else None


def _index(descriptor: int) -> tuple[bytes, int]:
    """The checked index and where the modules begin. Raises ``ValueError`` and ``OSError``."""
    header = _read(descriptor, 0, _HEADER)
    if header is None or not header.startswith(_MAGIC):
        raise ValueError("no cache")
    size = int(header[len(_MAGIC) : len(_MAGIC) + 16], 16)
    if size > _MOST_BYTES:
        raise ValueError("too large")
    index = _read(descriptor, _HEADER, size)
    if index is None or sha256(index).hexdigest().encode() != header[-64:]:
        raise ValueError("damaged")
    return index, _HEADER + size


def _entry(known: Known, edge: int) -> tuple[int, int, str, int]:
    """A file as it is written; what changed after ``edge`` is looked at again by its content."""
    modified = known.modified if known.modified < edge else 0
    return modified, known.size, known.digest, known.kept + 2 * known.marked + 4 * known.library + 8 * known.pixels


def _files(columns: Any) -> dict[str, Known]:
    """The files of an index. Raises ``ValueError`` and ``TypeError``."""
    if len(columns) == 1:
        return {}
    paths, modified, sizes, digests, flags = columns
    for column, kind in ((paths, str), (modified, int), (sizes, int), (digests, str), (flags, int)):
        check_column(column, kind)
    if flags and not 0 <= min(flags) <= max(flags) < len(_FLAGS):
        raise ValueError("no flags of a file")
    rows = zip(paths, modified, sizes, digests, flags, strict=True)
    return {path: Known(*row, *_FLAGS[some]) for path, *row, some in rows}


def _offsets(columns: Any, at: int) -> dict[str, tuple[int, int]]:
    """Where each pack lies, the first one at ``at``. Raises ``ValueError`` and ``TypeError``."""
    names, sizes = columns
    check_column(names, str)
    check_column(sizes, int)
    if sizes and not 0 < min(sizes) <= max(sizes) < _LARGEST_MODULE:
        raise ValueError("no size of a pack")
    starts = accumulate(sizes[:-1], initial=at)
    return {name: (start, size) for name, size, start in zip(names, sizes, starts, strict=True)} if names else {}


def check_column(column: Any, kind: type) -> None:
    """Raises ``ValueError`` for what is no list of values of just this type."""
    if type(column) is not list or not {kind}.issuperset(map(type, column)):
        raise ValueError("a column is missing")


def stamp() -> str:
    """Names everything but the input that a result depends on: this program's own files, Python, and LibCST."""
    total = sha256(_python())
    for name, path in _sources():
        total.update(f"{name}\0".encode())
        total.update(Path(path).read_bytes())
    return total.hexdigest()[:32]


def look_of_stamp() -> str:
    """Names when the files behind ``stamp`` were changed, and their sizes: where it is the same, so is ``stamp``."""
    total = sha256(_python())
    for _, path in _sources():
        status = os.stat(path)
        total.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode("utf-8", "surrogatepass"))
    return total.hexdigest()[:32]


def _python() -> bytes:
    return f"{sys.version_info[:3]} {sys.implementation.name}".encode()


def _sources() -> Iterator[tuple[str, str]]:
    """The names and paths of the program's own files, sorted by folder, and of what tells LibCST's version."""
    from importlib.util import find_spec

    package = str(Path(__file__).parent)
    for folder, folders, names in os.walk(package):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            if name.endswith((".py", ".json")):
                yield f"{folder[len(package):]}/{name}", f"{folder}/{name}"
    parser = find_spec("libcst")
    if parser is not None and parser.origin is not None:
        version = Path(parser.origin).with_name("_version.py")
        if version.exists():
            yield "libcst", str(version)


def clean(root: Path, folder: Path | None = None) -> bool:
    """Remove the cache of ``root``; True where there was one. Raises ``OSError``.

    Of a folder that the user named only the file of this root goes.
    """
    import shutil

    store = Store(root, folder)
    if folder is not None:
        if not store.path.exists():
            return False
        store.path.unlink()
        return True
    try:
        if not stat.S_ISDIR(os.lstat(store.folder).st_mode):
            raise NotADirectoryError(f"{store.folder} is no folder")
    except FileNotFoundError:
        return False
    shutil.rmtree(store.folder)
    return True


__all__ = ["FOLDER", "Contents", "Known", "Store", "clean", "look_of_stamp", "stamp"]
