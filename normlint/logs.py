"""The logs of a run, each read when something of it is asked for, and what differs from those of the last run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Literal

from normlint.evaluate.log import Log
from normlint.immutable import dataclass
from normlint.interpreter import no_collection
from normlint.log_codec import encode
from normlint.notable import is_notable
from normlint.summaries import NOTHING, OWNED, SHARED, Summary, summary_of

_Read = Callable[[str], Log]


@dataclass(frozen=True, slots=True)
class Difference:
    """The files of which something else was observed than in the last run, and the lists across files that changed."""

    files: frozenset[str]
    lists: frozenset[str]


class Logs:
    """``keys`` name the logs in order; ``read`` raises ``LogError`` for one that was left and is damaged.

    ``names`` and ``names_before`` say by key what is in the logs now and was in the last run; where one name is the same,
    so is the log, and ``summaries`` has that of the last run. ``read_before`` reads those of the last run.
    """

    def __init__(
        self, keys: Sequence[str], read: _Read, names: Mapping[str, str] | None = None,
        names_before: Mapping[str, str] | None = None, summaries: Mapping[str, Summary] | None = None,
        read_before: _Read | None = None,
    ) -> None:  # fmt: skip
        self.keys = keys
        self._read = read
        self._names, self._names_before = names or {}, names_before or {}
        self._before = summaries
        self._read_before = read_before
        self._logs: dict[str, Log] = {}
        self._summaries: dict[str, Summary] = {}
        self._index: dict[tuple[str, str], list[str]] | None = None

    def log(self, key: str) -> Log:
        """One of them."""
        if key not in self._logs:
            with no_collection():
                self._logs[key] = self._read(key)
        return self._logs[key]

    def whole(self) -> Log:
        """All of them as one."""
        log = Log()
        with no_collection():
            for key in self.keys:
                one = self._logs[key] if key in self._logs else self._read(key)
                self._summaries[key] = summary_of(one)
                log.extend(one)
        return log

    @property
    def are_summed_up(self) -> bool:
        """Whether it is known what the logs hold that are as they were."""
        return self._before is not None and self._read_before is not None and bool(self._names_before)

    def summary(self, key: str) -> Summary:
        """What a log holds."""
        if key not in self._summaries:
            known = self._before.get(key, NOTHING) if self._before is not None and not self._is_changed(key) else None
            self._summaries[key] = summary_of(self.log(key)) if known is None else known
        return self._summaries[key]

    def summaries(self) -> dict[str, Summary]:
        """What each log holds, in their order."""
        return {key: self.summary(key) for key in self.keys}

    def with_list(self, name: str) -> Iterator[Log]:
        """The logs that have something in a list which no file owns."""
        return (self.log(key) for key in self._keys_of("lists", name))

    def speaking_of(self, path: str) -> list[Log]:
        """The logs that have observed something in a file."""
        return [self.log(key) for key in self._keys_of("files", path)]

    def files(self, kind: Literal["files", "notable", "loads"] = "files") -> list[str]:
        """The files that something was observed in, or something notable, or the loading of a checkpoint, in order."""
        return sorted({path for key in self.keys for path in getattr(self.summary(key), kind)})

    def _keys_of(self, kind: str, name: str) -> list[str]:
        """The keys of the logs whose summaries have a name among their lists or files."""
        if self._index is None:
            self._index = defaultdict(list)
            for key in self.keys:
                summary = self.summary(key)
                for one in summary.lists:
                    self._index["lists", one].append(key)
                for one in summary.files:
                    self._index["files", one].append(key)
        return self._index.get((kind, name), [])

    def _is_changed(self, key: str) -> bool:
        return self._names.get(key) != self._names_before.get(key)

    def difference(self) -> Difference:
        """What differs from the last run. Raises ``LogError`` where that left a log which is damaged."""
        assert self._before is not None and self._read_before is not None
        files: set[str] = set()
        lists: set[str] = set()
        known = frozenset(self.keys)
        for key in sorted({*self._names, *self._names_before}):
            if self._is_changed(key):
                before = _taken_apart(self._read_before(key) if key in self._names_before else Log())
                now = _taken_apart(self.log(key) if key in known and key in self._names else Log())
                changed = {part for part in {*before, *now} if before.get(part) != now.get(part)}
                files.update(name for kind, name in changed if kind == "file")
                lists.update(name for kind, name in changed if kind == "list")
        listed_before = {path for summary in self._before.values() for path in summary.files}
        if any((path in listed_before) is not bool(self._keys_of("files", path)) for path in files):
            lists.add("files")
        return Difference(frozenset(files), frozenset(lists))

    @property
    def name(self) -> str:
        """Names what is in all logs."""
        return name_of(self._names)

    @property
    def name_before(self) -> str:
        """Names what was in all logs of the last run."""
        return name_of(self._names_before)


def name_of(names: Mapping[str, str]) -> str:
    """One name for all of some names by key."""
    return sha256(repr(sorted(names.items())).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def of_file(logs: Sequence[Log], path: str) -> Log:
    """What some logs have observed in one file."""
    found = Log()
    for log in logs:
        for name in OWNED:
            getattr(found, name).extend(entry for entry in getattr(log, name) if entry.place.path == path)
    return found


def _taken_apart(log: Log) -> dict[tuple[str, str], bytes]:
    """What a log says of each file, and each of its lists, as bytes that are the same where all in them is."""
    paths = {entry.place.path for name in OWNED for entry in getattr(log, name)}
    parts = {("file", path): encode(of_file([log], path)) for path in paths}
    lists = {name: Log(**{name: getattr(log, name)}) for name in SHARED if getattr(log, name)}
    notable = [observation for observation in log.observations if is_notable(observation)]
    lists |= {"notable": Log(observations=notable)} if notable else {}
    lists |= {"loads": Log(loads=log.loads)} if log.loads else {}
    return parts | {("list", name): encode(one) for name, one in lists.items()}


