"""Facts that are read from the logs when a rule asks for them, and what a rule has asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar, overload

from normlint.command_lines import Command
from normlint.facts import ACROSS, Facts, FileFacts, files_of, listed
from normlint.immutable import dataclass, field, replace
from normlint.logs import Logs, of_file
from normlint.notable import is_notable
from normlint.settings.model import Settings

_Entry = TypeVar("_Entry")
LISTS = (*ACROSS, "loads", "notable")


@dataclass(slots=True)
class Looked:
    """The ``files`` that were looked at, and the ``lists``; among these "files" where all of them were gone through."""

    files: set[str] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)


def facts_from(logs: Logs, settings: Settings, commands: tuple[Command, ...]) -> Facts:
    """The same facts as those that ``normlint.facts.gather`` makes of all logs."""
    files = _Files(logs)

    def across(name: str) -> Sequence[Any]:
        return listed(name, [entry for log in logs.with_list(name) for entry in getattr(log, name)])

    def loads() -> Sequence[Any]:
        return [load for path in logs.files("loads") for load in files[path].loads]

    def notable() -> Sequence[Any]:
        return [entry for path in logs.files("notable") for entry in files[path].observations if is_notable(entry)]

    lists: dict[str, Any] = {name: _Later(partial(across, name)) for name in ACROSS}
    return Facts(files, commands=commands, settings=settings, loads=_Later(loads), notable=_Later(notable), **lists)


def watched(facts: Facts, looked: Looked, only: FileFacts | None = None) -> Facts:
    """The facts; what is asked of them is noted. ``only``: those of this file."""
    files = _WatchedFiles(facts.by_path, looked)
    if only is not None:
        return Facts(files, settings=facts.settings, only=only)
    lists: dict[str, Any] = {name: _Watched(getattr(facts, name), name, looked) for name in LISTS}
    return replace(facts, by_path=files, **lists)


class _Files(Mapping[str, FileFacts]):
    """What was observed in each file, by path."""

    def __init__(self, logs: Logs) -> None:
        self._logs = logs
        self._paths = logs.files()
        self._known = frozenset(self._paths)
        self._made: dict[str, FileFacts] = {}

    def __getitem__(self, path: str) -> FileFacts:
        if path not in self._known:
            raise KeyError(path)
        if path not in self._made:
            log = of_file(self._logs.speaking_of(path), path)
            log.own_weights.update(*(other.own_weights for other in self._logs.with_list("own_weights")))
            self._made[path] = files_of(log).get(path, FileFacts(path))
        return self._made[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


class _WatchedFiles(Mapping[str, FileFacts]):
    def __init__(self, files: Mapping[str, FileFacts], looked: Looked) -> None:
        self._files = files
        self._looked = looked

    def __getitem__(self, path: str) -> FileFacts:
        self._looked.files.add(path)
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        self._looked.lists.add("files")
        return iter(self._files)

    def __len__(self) -> int:
        self._looked.lists.add("files")
        return len(self._files)


class _Sequence(Sequence[_Entry]):
    """Entries that are there when something asks for them."""

    def _entries(self) -> Sequence[_Entry]:
        raise NotImplementedError

    @overload
    def __getitem__(self, index: int) -> _Entry: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[_Entry]: ...

    def __getitem__(self, index: int | slice) -> _Entry | Sequence[_Entry]:
        return self._entries()[index]

    def __len__(self) -> int:
        return len(self._entries())

    def __iter__(self) -> Iterator[_Entry]:
        return iter(self._entries())


class _Later(_Sequence[_Entry]):
    def __init__(self, make: Callable[[], Sequence[_Entry]]) -> None:
        self._make = make
        self._made: Sequence[_Entry] | None = None

    def _entries(self) -> Sequence[_Entry]:
        if self._made is None:
            self._made = self._make()
        return self._made


class _Watched(_Sequence[_Entry]):
    def __init__(self, entries: Sequence[_Entry], name: str, looked: Looked) -> None:
        self._known = entries
        self._name = name
        self._looked = looked

    def _entries(self) -> Sequence[_Entry]:
        self._looked.lists.add(self._name)
        return self._known
