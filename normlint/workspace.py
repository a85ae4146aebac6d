"""The files of a run: looked at, read and lowered at most once each, and not at all where the cache knows them."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING

from normlint.cache import Known, Store
from normlint.cached_module import Again, decoded
from normlint.discover import Discovery, ReadError, SourceFile, is_text, read
from normlint.places import Place
from normlint.suppression.comments import MARK, Suppression

if TYPE_CHECKING:
    # Imported where they are needed: a run that the cache answers needs none of them.
    from normlint import ir
    from normlint.ahead import Ahead
    from normlint.command_lines import Command
    from normlint.evaluate.observations import Conversion, Observation
    from normlint.evaluate.relevance import Mentions

Overlay = Mapping[str, bytes]
Problem = tuple[Place, str]

_MANY = 20
_MOST_READMES = 500
# Bytes that are looked at before another process would have started.
_FEW_BYTES = 2_000_000
# Bytes of encoded bodies that are in memory as nodes, which take ten times as much.
_MOST_OPENED = 16_000_000
NO_FILES: Overlay = MappingProxyType({})


class Workspace:
    """``overlay`` is text that stands in for a file's own, by path: files as a fix would leave them.

    ``store`` is what the last run left; None means that nothing is believed and nothing is left.
    """

    def __init__(self, discovery: Discovery, overlay: Overlay = NO_FILES, store: Store | None = None) -> None:
        self.files = {file.path: file for file in discovery.files}
        self.store = store
        self.problems: list[Problem] = [_at_top(path, message) for path, message in discovery.problems]
        self.module_problems: dict[str, list[Problem]] = {}
        self._overlay = overlay
        self._found_wrong = discovery.problems
        self._data: dict[str, bytes | None] = dict(overlay)
        self._modules: dict[str, ir.Module | None] = {}
        self._seen: dict[str, Known | None] = {}
        self._all: dict[str, Known | None] | None = None
        self._packed: dict[str, bytes] = {}
        self._opened: list[ir.Function] = []
        self._opened_bytes = 0
        self._units: set[str] = set()
        self._kept: list[str] | None = None
        self._about: bool | None = None
        self._ahead: Ahead | None = None
        self.mentions_ahead: dict[str, bytes | Mentions] = {}

    def data(self, path: str) -> bytes | None:
        """The bytes of a file; None, and a problem, where it cannot be read."""
        if path not in self._data:
            try:
                self._data[path] = read(self.files[path])
            except ReadError as error:
                self._data[path] = None
                self.problems.append(_at_top(path, str(error)))
        return self._data[path]

    def text(self, path: str) -> bytes | None:
        """The bytes of a file that was read before; None where it cannot be read any more."""
        if path in self._overlay:
            return self._overlay[path]
        try:
            return read(self.files[path]) if path in self.files else None
        except ReadError:
            return None

    def look(self, path: str) -> Known | None:
        """What is known of a file without lowering it; None, and a problem, where it cannot be read."""
        if path not in self._seen:
            self._seen[path] = self._look(self.files[path])
        return self._seen[path]

    def looked(self, jobs: int = 1) -> Mapping[str, Known | None]:
        """``look`` of every file, in their order; up to ``jobs`` processes look at those that the cache does not know."""
        if self._all is None:
            before = self.store.contents.files if self.store is not None else {}
            # As ``_look`` does; one call for each of thousands of files takes longer than all else.
            self._seen.update([
                (path, known) for path, file in self.files.items()
                if (known := before.get(path)) is not None and known[0] == file.modified and known[1] == file.size
                and known[0] and path not in self._overlay
            ])  # fmt: skip
            self._look_ahead(jobs)
            self._all = {path: self.look(path) for path in self.files}
        return self._all

    def _look_ahead(self, jobs: int) -> None:
        wanted = [path for path in self.files if path not in self._seen and path not in self._overlay]
        size = sum(self.files[path].size for path in wanted)
        if size > _FEW_BYTES:
            from normlint.looking import look_at

            self._seen.update(look_at(wanted, size, jobs, self.look))

    def _look(self, file: SourceFile) -> Known | None:
        before = self.store.contents.files.get(file.path) if self.store is not None else None
        if before is not None and file.path not in self._overlay:
            if before.modified and (before.modified, before.size) == (file.modified, file.size):
                return before
        data = self.data(file.path)
        if data is None:
            return None
        digest = sha256(data).hexdigest()
        library = pixels = False
        if before is not None and before.digest == digest:
            kept, library, pixels = before.kept, before.library, before.pixels
        elif file.kind == "config":
            from normlint.text_sieve import may_tell

            kept = pixels = may_tell(file.path, data)
        else:
            from normlint.sieve import look

            seen = look(data, file.path.endswith(".ipynb"))
            kept, library, pixels = seen.kept, seen.library, seen.pixels
        self.forget(file.path)  # all files are looked at before one is lowered; kept, they would be in memory together
        marked = MARK in data and not is_text(file.path)
        return Known(file.modified, len(data), digest, kept, marked, library, pixels)

    def kept(self) -> list[str]:
        """The files that the sieve lets through.

        Where hardly any of many files names an image library, they are those that import one or calculate with pixel values.
        """
        if self._kept is None:
            about = self.about_images()
            looked = self.looked().items()
            self._kept = [path for path, known in looked if known is not None and (known.kept if about else known.pixels)]
        return self._kept

    def about_images(self) -> bool:
        """Whether there are few files, or some of them name an image library."""
        if self._about is None:
            looked = zip(self.files.values(), self.looked().values(), strict=True)
            code = [known.library for file, known in looked if known is not None and file.kind != "config"]
            self._about = len(code) < _MANY or sum(code) * _MANY >= len(code)
        return self._about

    def load(self, path: str) -> ir.Module | None:
        """The lowered form of a file; None where it cannot be read."""
        if path not in self._modules:
            module = self._known_module(path) or self._lowered(path)
            self._modules[path] = module
            if module is not None:
                self.module_problems[path] = [(module.place(problem.span), problem.message) for problem in module.problems]
        return self._modules[path]

    def hand_over(self, path: str) -> ir.Module | None:
        """``load``, for one that asks once: the module is not kept."""
        module = self.load(path)
        self._modules.pop(path, None)
        return module

    def _known_module(self, path: str) -> ir.Module | None:
        """From the cache, or from a process that lowered the file ahead."""
        known = self.look(path)
        if known is None:
            return None
        taken = self._ahead.take(path) if self._ahead is not None else None
        if taken is not None and taken.digest.hex() == known.digest and path not in self._overlay:
            if self.store is not None:
                self._packed[known.digest] = taken.module
            self.mentions_ahead[path] = taken.mentions
            return decoded(path, zlib.decompress(taken.module), self._again(path), self._note_opened)
        cached = self.store.module(known.digest) if self.store is not None else None
        return None if cached is None else decoded(path, cached, self._again(path), self._note_opened)

    def _lowered(self, path: str) -> ir.Module | None:
        from normlint.lowering import lower, lower_slices

        data = self.data(path)
        if data is None:
            return None
        if self.about_images():  # nearly all bodies are evaluated
            module = lower(path, data)
        else:
            module, self.mentions_ahead[path] = lower_slices(path, data, self._again(path))
        known = self.look(path)
        if self.store is not None and known is not None and path not in self._overlay:
            from normlint.codec import encode

            self._packed[known.digest] = zlib.compress(encode(module), 1)
        return module

    def _again(self, path: str) -> Again:
        """What lowers the body of a function of a file with the whole file."""

        @cache
        def whole() -> Again:
            from normlint.lowering import lower_with_file

            return lower_with_file(path, self.data(path) or b"")

        return lambda name_span: whole()(name_span)

    def lower_ahead(self, paths: Iterable[str], jobs: int) -> None:
        """Start processes that lower the files which the cache does not know, where that is worth it."""
        from normlint.ahead import Ahead, processes

        wanted = []
        for path in paths:
            known = self.look(path)
            if known is None or path in self._overlay:
                continue
            if self.store is None or self.store.packed(known.digest) is None:
                wanted.append((self.files[path], known.size))
        count = processes(jobs, sum(size for _, size in wanted))
        if count:
            self._ahead = Ahead([file for file, _ in wanted], count, not self.about_images())

    def close(self) -> None:
        """End what was started."""
        if self._ahead is not None:
            self._ahead.close()
            self._ahead = None

    def conversions(self, path: str) -> list[Conversion]:
        """The commands of a text file that convert a model, and what a file beside a model says of its input."""
        from normlint.documented_flags import conversions
        from normlint.side_files import ir_conversions, nvinfer_conversions
        from normlint.text_sieve import is_ir

        data = self.data(path) or b""
        if is_ir(path):
            return list(ir_conversions(path, data))
        if is_text(path):
            return list(conversions(path, data))
        return list(nvinfer_conversions(path, data)) if path.lower().endswith((".yml", ".yaml")) else []

    def config(self, path: str) -> list[Observation]:
        """What a YAML, JSON or text file says of normalization; a problem where it cannot be parsed."""
        from normlint.configs import ConfigError, observe_config
        from normlint.documented_flags import observe_flags
        from normlint.side_files import observe_ir
        from normlint.text_sieve import is_ir

        data = self.data(path)
        if not data:
            return []
        if is_ir(path):
            return observe_ir(path, data)
        if is_text(path):
            return observe_flags(path, data)
        try:
            return observe_config(path, data)
        except ConfigError as error:
            self.module_problems[path] = [_at_top(path, str(error))]
            return []

    def commands(self) -> tuple[Command, ...]:
        """The commands that the project's READMEs, and the pages beside them, give for its scripts."""
        from normlint.command_lines import commands_of, is_read

        found: list[Command] = []
        for path in [path for path in self.files if is_read(path)][:_MOST_READMES]:
            text = self.text(path)
            if text is not None:
                commands = commands_of(path, text.decode("utf-8", "replace"))
                found += (command for command in commands if command.script in self.files)
        return tuple(found)

    def suppressions(self) -> dict[str, tuple[Suppression, ...]]:
        """The comments that silence findings, of every file that has some."""
        from normlint.suppression.scanning import suppressions

        found: dict[str, tuple[Suppression, ...]] = {}
        for path, known in self.looked().items():
            data = self.data(path) if known is not None and known.marked else None
            if data:
                found[path] = suppressions(path, data)
        return found

    def forget(self, path: str) -> None:
        """Free the bytes of a file that is done with."""
        if path not in self._overlay:
            self._data.pop(path, None)

    def _note_opened(self, function: ir.Function, size: int) -> None:
        self._opened.append(function)
        self._opened_bytes += size

    def forget_bodies(self) -> None:
        """Free the bodies of functions that were read, where they take too much room; they are read again when needed."""
        if self._opened_bytes > _MOST_OPENED:
            for function in self._opened:
                function.forget()
            self._opened.clear()
            self._opened_bytes = 0

    def forget_modules(self) -> None:
        """Free the lowered forms; what is left for the next run stays."""
        self._modules.clear()
        self._opened.clear()
        self._opened_bytes = 0
        if self.store is None:
            self._packed.clear()

    def digest(self, path: str) -> str:
        """Names the content of a file; also one that cannot be read, or is not there, has a name."""
        known = self.look(path) if path in self.files else None
        return known.digest if known is not None else "unreadable"

    def form(self, path: str) -> str:
        """Names what an evaluation sees of a file: its lowered form, which comments are no part of."""
        known = self.look(path) if path in self.files else None
        if known is None:
            return "unreadable"
        packed = self._packed.get(known.digest) or (self.store.packed(known.digest) if self.store is not None else None)
        if packed is None and self.load(path) is not None:
            packed = self._packed.get(known.digest)
        return sha256(packed).hexdigest()[:32] if packed else f"content {known.digest}"

    def earlier_module(self, path: str, digest: str) -> ir.Module | None:
        """The lowered form that a file had in the last run, with a content of this digest."""
        data = self.store.module(digest) if self.store is not None else None
        return None if data is None else decoded(path, data, None, self._note_opened)

    def encoded(self, path: str) -> bytes | None:
        """The encoded form of a file, where this run or the last one made it."""
        digest = self.digest(path)
        packed = self._packed.get(digest)
        if packed is not None:
            return zlib.decompress(packed)
        return self.store.module(digest) if self.store is not None else None

    def imports_form(self, path: str) -> str:
        """Names what a file imports, wherever in it."""
        from normlint.earlier import IMPORTS
        from normlint.import_lines import imports_in

        listed = repr(sorted(set(imports_in(self.text(path) or b""))))
        return f"{IMPORTS}{sha256(listed.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"

    def unit(self, key: str) -> bytes | None:
        """What the last run left of a unit of work."""
        return self.store.module(key) if self.store is not None else None

    def packed_now(self, digest: str) -> bytes:
        """The packed module of this content, where this run made it."""
        return self._packed.get(digest, b"")

    def forget_units(self) -> None:
        """Leave none of the units that were to be left so far."""
        self._units.clear()

    def keep_packed(self, digest: str, data: bytes) -> None:
        """Leave a module that another process has packed for the next run."""
        self._packed[digest] = data

    def keep_unit(self, key: str, data: bytes | None = None) -> None:
        """Leave a unit for the next run, as it is now or as the last run left it."""
        self._units.add(key)
        if data is not None and self.store is not None:
            self._packed[key] = zlib.compress(data, 1)

    def keep_units(self, keys: Iterable[str]) -> None:
        """Leave units for the next run as they are now, or as the last run left them."""
        self._units.update(keys)

    def keep_as_left(self, key: str) -> None:
        """Leave a unit for the next run as the last one left it, whatever was to be left so far."""
        self._units.add(key)
        self._packed.pop(key, None)

    @property
    def is_as_left(self) -> bool:
        """Whether all files are there that the last run left something of, no other ones, and each with the same content."""
        if self.store is None or self._overlay or self._found_wrong:
            return False
        before = self.store.contents.files
        if list(self.files) != list(before):
            return False
        return all(
            known is then or (known and known[2:] == then[2:])
            for known, then in zip(self.looked().values(), before.values(), strict=True)
        )

    def input_digest(self, reached: Iterable[str]) -> str:
        """Names all that a result rests on: which files there are, and the content of those that count."""
        wanted = frozenset(reached)
        kept = frozenset(self.kept())
        every = not self.about_images()  # what any file imports decides whether it is evaluated
        lines = [repr(self._found_wrong)]
        for (path, known), file in zip(self.looked().items(), self.files.values(), strict=True):
            if known is None:
                content = "unreadable"
            elif every or path in kept or known.marked or path in wanted or file.kind == "config":
                content = known.digest
            else:
                content = "-"
            lines.append(f"{path}\0{content}\n")
        return sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()

    def save(self, results: Mapping[str, object]) -> None:
        """Leave what is known for the next run."""
        if self.store is None or self._overlay:
            return
        files = {path: known for path, known in self.looked().items() if known is not None}
        self.store.save(files, self._packed, results, self._units)


def _at_top(path: str, message: str) -> Problem:
    return Place(path, 1, 1, 1, 1), message
