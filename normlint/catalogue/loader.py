"""Reading the compiled catalogue: no YAML at run time, one entry object only for what is looked up."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from normlint.catalogue.entries import CatalogueError, Entry, KnownDataset, KnownStats

COMPILED = Path(__file__).with_name("compiled.json")
_TRIGGERS = frozenset({"load", "swap", "compose", "round", "object"})
_CARRYING = frozenset({"identity", "cast", "combine", "resample", "photometric", "bounded"})
# Words of everyday code: as triggers they would let nearly every function and file through.
_COMMON = frozenset(
    {"to", "float", "save", "show", "fix", "fmin", "fmax", "merge", "grab", "frombuffer", "ascent", "astronaut", "camera",
     "cat", "chelsea", "coffee", "face", "retina", "rocket", "read",
     "retrieve", "generate", "process", "write", "next"}
)  # fmt: skip
_LONGEST_ALIAS_CHAIN = 4


class Catalogue:
    """What is known of library APIs, by import path and by method name."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._groups: list[dict[str, Any]] = document["groups"]
        self._functions: dict[str, int] = {}
        self._methods: dict[str, int] = {}
        for number, group in enumerate(self._groups):  # a later entry stands above an earlier one of its name
            table = self._methods if group["call"] == "method" else self._functions
            table.update(dict.fromkeys(group["names"], number))
        self._constants: dict[str, Any] = document["constants"]
        self._prefixes: dict[str, str] = document["prefixes"]
        self._stats: list[dict[str, Any]] = document["stats"]
        self._datasets: dict[str, dict[str, list[str]]] = document["datasets"]
        self._not_typos: list[list[float]] = document["not_typos"]
        self._built: dict[str, Entry] = {}
        self._canonical: dict[str, str] = {}

    def canonical(self, dotted: str) -> str:
        """The import path with known aliases of its package replaced (``tensorflow.compat.v1`` is ``tensorflow``)."""
        known = self._canonical.get(dotted)
        if known is None:
            known = self._canonical[dotted] = self._without_aliases(dotted)
        return known

    def _without_aliases(self, dotted: str) -> str:
        for _ in range(_LONGEST_ALIAS_CHAIN):
            if dotted in self._functions or dotted in self._constants:
                break
            alias = next((a for a in self._prefixes if dotted.startswith(a) and dotted[len(a) : len(a) + 1] == "."), None)
            if alias is None:
                break
            dotted = self._prefixes[alias] + dotted[len(alias) :]
        return dotted

    def lookup(self, dotted: str) -> Entry | None:
        """The entry of a function or class by its import path."""
        number = self._functions.get(dotted)
        if number is None:
            dotted = self.canonical(dotted)
            number = self._functions.get(dotted)
        return None if number is None else self._entry(dotted, number)

    def method(self, name: str) -> Entry | None:
        """The entry of a method by its bare name."""
        number = self._methods.get(name)
        return None if number is None else self._entry("." + name, number)

    def constant(self, dotted: str) -> Any:
        """A data constant of a library: numbers, ``dtype:NAME`` or the name of a colour code; None if unknown."""
        return self._constants.get(self.canonical(dotted))

    def trigger_words(self) -> frozenset[str]:
        """Last names of the APIs that are sites, and of what makes or turns images."""
        words = set()
        for names in (self._functions, self._methods):
            for dotted, number in names.items():
                group = self._groups[number]
                if group["operation"]["op"] == "checkpoint":
                    continue  # loaders are called by everyday words; the relevance of a function has its own list
                if group.get("kind") or group["operation"]["op"] in _TRIGGERS:
                    words.add(dotted.rsplit(".", 1)[-1])
        return frozenset(word for word in words - _COMMON if word.isidentifier())  # "yolov5()" is what a call gives

    def carrier_words(self) -> frozenset[str]:
        """Last names of the APIs that hand an image on in another form, or change it where it is no site."""
        return frozenset(
            dotted.rsplit(".", 1)[-1]
            for names in (self._functions, self._methods)
            for dotted, number in names.items()
            if self._groups[number]["operation"]["op"] in _CARRYING
        )

    @cached_property
    def known_stats(self) -> tuple[KnownStats, ...]:
        """The well-known pairs, in canonical form: unit scale, RGB order."""
        return tuple(_known(entry) for entry in self._stats)

    @cached_property
    def not_typos(self) -> tuple[tuple[float, ...], ...]:
        """Lists of numbers, as written, that look like a slip in well-known stats and are right."""
        return tuple(tuple(float(number) for number in numbers) for numbers in self._not_typos)

    @cached_property
    def datasets(self) -> tuple[KnownDataset, ...]:
        """The data sets that have well-known stats of their own."""
        return tuple(
            KnownDataset(name, frozenset(known["classes"]), tuple(known["words"])) for name, known in self._datasets.items()
        )

    @cached_property
    def packages(self) -> frozenset[str]:
        """Import paths of the modules and classes that entries stand in."""
        return frozenset(dotted.rsplit(".", 1)[0] for dotted in self._functions if "." in dotted)

    def names(self) -> tuple[str, ...]:
        """All import paths and (with a leading dot) methods, sorted."""
        return tuple(sorted((*self._functions, *("." + name for name in self._methods))))

    def _entry(self, name: str, number: int) -> Entry:
        known = self._built.get(name)
        if known is None:
            group = self._groups[number]
            known = Entry(
                name, group["call"], tuple(group.get("parameters", ())), group["operation"], group["evidence"],
                group.get("kind"), group.get("image"), group.get("images"), group.get("defaults", {}),
                group.get("renamed", {}),
            )  # fmt: skip
            self._built[name] = known
        return known


def _known(entry: dict[str, Any]) -> KnownStats:
    unit = float(entry["unit"])
    mean, std = (tuple(number / unit for number in entry[name]) for name in ("mean", "std"))
    if entry["order"] == "BGR":
        mean, std = mean[::-1], std[::-1]
    return KnownStats(entry["name"], mean, std, entry["status"], entry["evidence"], tuple(entry.get("datasets", ())))


def read(path: Path = COMPILED) -> Catalogue:
    """The catalogue in a compiled file. Raises ``CatalogueError`` for a file that is none."""
    try:
        return Catalogue(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise CatalogueError(f"{path.name} is no compiled catalogue ({error!r})") from error


_EXTENDED: ContextVar[Catalogue | None] = ContextVar("extended catalogue", default=None)


def catalogue() -> Catalogue:
    """The shipped catalogue, or inside of ``using`` the one with a user's own entries."""
    return _EXTENDED.get() or shipped()


@cache
def shipped() -> Catalogue:
    return read()


@contextmanager
def using(extra: Sequence[Path]) -> Iterator[None]:
    """Add the entries of a user's catalogue files for the time of a run. Raises ``CatalogueError``."""
    if not extra:
        yield
        return
    from normlint.catalogue.extra import load_extra

    token = _EXTENDED.set(load_extra(extra))
    try:
        yield
    finally:
        _EXTENDED.reset(token)
