"""What one run leaves for the next: lowered files by content, and the results of whole runs, in one file.

The file is data: JSON, and lowered modules that are checked as they are read. One that is damaged, was written by another
version, or came along with the repository is as good as none. It is replaced as a whole, so that runs at the same time and
runs that are cut off leave a complete one. Where that takes long and little has changed, a second file has the changes
(``normlint.cache_changes``).
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import sys
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Set
from hashlib import sha256
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

from normlint import cache_changes, cache_file
from normlint.cache_changes import Base
from normlint.immutable import dataclass, field
from normlint.known_files import Known, check_column, columns, rows

FOLDER = ".normlint_cache"
_MOST_RESULTS = 8
_LARGEST_MODULE = 200_000_000
_CHUNK = 4_000_000
# A file changed this shortly before the cache was written may change again without its time of change telling.
_RACY_NANOSECONDS = 2_000_000_000


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
        self.changes = self.path.with_name(f"{name}.changes")
        self.contents = Contents()
        self._base = Base()
        self._packs: dict[str, bytes] = {}
        self._gone: frozenset[str] = frozenset()
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
        self.contents, self._stamp = Contents(), ""
        self._base, self._packs, self._gone = Base(), {}, frozenset()
        self._look = look_of_stamp()
        try:
            self._descriptor = cache_file.opened(self.path)
            index, name, start = cache_file.index_of(self._descriptor)
            document = json.loads(index)
            changes = cache_changes.read(self.changes, name)
            known, look = document["stamp"]
            if changes is not None and changes.stamp[0] == known:
                look = changes.stamp[1]
            if (look != self._look and known != stamp()) or document["place"] != self._place():
                return
            files, results, offsets = _files(document["files"]), dict(document["results"]), _offsets(document["packs"], start)
            self._stamp = str(known)
            self._base = Base(name, list(files), files, offsets)
            self.contents = Contents(files, results)
            if changes is not None:
                self.contents = Contents(changes.applied(self._base), changes.results)
                self._packs, self._gone = changes.packs, changes.gone
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
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
        if digest in self._packs:
            return self._packs[digest]
        offset, size = self._base.offsets.get(digest, (0, 0)) if digest not in self._gone else (0, 0)
        if self._descriptor is None or not 0 < size < _LARGEST_MODULE:
            return None
        try:
            return cache_file.read_at(self._descriptor, offset, size)
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
        packs = {name: data for name, data in sorted({**self._packs, **modules}.items()) if name in wanted and data}
        if any(len(data) >= _LARGEST_MODULE for data in packs.values()):
            return
        results = dict(list(results.items())[-_MOST_RESULTS:])
        edge = time.time_ns() - _RACY_NANOSECONDS
        with contextlib.suppress(OSError):
            self._prepare()
            made_by = [self._stamp or stamp(), self._look]
            changes = cache_changes.since(self._base, files, packs, wanted, self._gone, edge)
            if changes is not None:
                cache_changes.write(self.changes, {**changes, "stamp": made_by, "results": results}, packs.values())
            else:
                self._write(files, packs, wanted, {"stamp": made_by, "results": results}, edge)

    def _write(
        self, files: Mapping[str, Known], packs: Mapping[str, bytes], wanted: Set[str], document: dict[str, Any], edge: int
    ) -> None:
        """Write everything anew. Raises ``OSError``."""
        lying = [name for name in self._base.offsets if name in wanted and name not in packs and name not in self._gone]
        places = [self._base.offsets[name] for name in lying]
        sizes = [*(size for _, size in places), *map(len, packs.values())]
        if sum(sizes) > cache_file.MOST_BYTES:
            return
        document |= {
            "place": self._place(), "packs": [[*lying, *packs], sizes],
            "files": [list(files), *columns(files.values(), edge)],
        }  # fmt: skip
        index = json.dumps(document, separators=(",", ":")).encode("ascii")
        # What is open cannot be replaced on Windows.
        ready = self._close if os.name == "nt" else None
        cache_file.write(self.path, index, chain(self._copied(places), packs.values()), ready)
        self.changes.unlink(missing_ok=True)

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
                data = cache_file.read_at(self._descriptor, at, size) if self._descriptor is not None else None
                if data is None:
                    raise OSError("the cache was cut off")
                yield data


_CACHEDIR_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by normlint; https://bford.info/cachedir/\n"


def _files(document: Any) -> dict[str, Known]:
    """The files of an index. Raises ``ValueError`` and ``TypeError``."""
    paths, *rest = document
    check_column(paths, str)
    return dict(zip(paths, rows(rest), strict=True))


def _offsets(columns: Any, at: int) -> dict[str, tuple[int, int]]:
    """Where each pack lies, the first one at ``at``. Raises ``ValueError`` and ``TypeError``."""
    names, sizes = columns
    check_column(names, str)
    check_column(sizes, int)
    if sizes and not 0 < min(sizes) <= max(sizes) < _LARGEST_MODULE:
        raise ValueError("no size of a pack")
    starts = accumulate(sizes[:-1], initial=at)
    return {name: (start, size) for name, size, start in zip(names, sizes, starts, strict=True)} if names else {}


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
        store.changes.unlink(missing_ok=True)
        return True
    try:
        if not stat.S_ISDIR(os.lstat(store.folder).st_mode):
            raise NotADirectoryError(f"{store.folder} is no folder")
    except FileNotFoundError:
        return False
    shutil.rmtree(store.folder)
    return True


__all__ = ["FOLDER", "Contents", "Known", "Store", "clean", "look_of_stamp", "stamp"]
