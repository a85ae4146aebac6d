"""What config files say under a key: the value that ``cfg.DATA.NORMALIZE`` or ``opt["data"]["mean"]`` has in the code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from normlint.configs import ConfigError, documents_of
from normlint.immutable import dataclass
from normlint.places import Place
from normlint.text_sieve import LARGEST
from normlint.values import Constant, TupleValue, Value

# Keys worth a look-up: others cannot decide how an image is normalized.
_KEYS = re.compile(r"mean|std|norm|rescale|range|rgb|bgr|pixel|scale", re.IGNORECASE)
_ROOTS = frozenset({"cfg", "config", "conf", "opt", "opts", "hparams", "hp", "params", "settings", "C", "_C"})
MOST_FILES = 300
_DEEPEST = 20

Scalar = bool | float | str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a config file with a scalar or a list of scalars."""

    parent: str
    name: str
    value: Scalar | tuple[Scalar, ...]
    place: Place


class ConfigValues:
    """The config files of a project by key; read where a key is asked for first."""

    def __init__(self, paths: tuple[str, ...], data: Callable[[str], bytes | None]) -> None:
        self._paths = paths[:MOST_FILES]
        self._data = data
        self._read: dict[str, dict[tuple[str, str], list[Entry]]] = {}
        self._contents: dict[str, bytes] = {}
        self._mentioning: dict[str, tuple[str, ...]] = {}

    def find(self, path: str, parent: str, name: str) -> Value | None:
        """The value of a key as code in ``path`` sees it: that of the nearest config files, where all of them agree."""
        if not self._paths or not _KEYS.search(name):
            return None
        wanted = ("" if parent in _ROOTS else parent, name)
        if not wanted[0] and len(name) < 6:
            return None
        folder, mentioning = path.rpartition("/")[0], self._that_mention(name)
        while mentioning:
            found = [entry for other in mentioning if _within(other, folder) for entry in self._entries(other, wanted)]
            if found:
                return _value(found)
            if not folder:
                break
            folder = folder.rpartition("/")[0]
        return None

    def sets(self, path: str, parent: str, name: str) -> bool:
        """Whether a config file in the same top folder as ``path``, or anywhere where that lies in the root, has the key."""
        top = path.split("/")[0] if "/" in path else ""
        return any(self._entries(other, (parent, name)) for other in self._that_mention(name) if _within(other, top))

    def _that_mention(self, name: str) -> tuple[str, ...]:
        """The files in which a name stands somewhere."""
        known = self._mentioning.get(name)
        if known is None:
            text = name.encode("utf-8", "surrogatepass")
            known = self._mentioning[name] = tuple(path for path in self._paths if text in self._content(path))
        return known

    def _content(self, path: str) -> bytes:
        if path not in self._contents:
            data = self._data(path)
            self._contents[path] = data if data is not None and len(data) <= LARGEST else b""
        return self._contents[path]

    def _entries(self, path: str, wanted: tuple[str, str]) -> list[Entry]:
        if path not in self._read:
            table: dict[tuple[str, str], list[Entry]] = {}
            for entry in entries_of(path, self._content(path)):
                table.setdefault((entry.parent, entry.name), []).append(entry)
            self._read[path] = table
        return self._read[path].get(wanted, [])


def _within(path: str, folder: str) -> bool:
    return not folder or path.startswith(folder + "/")


def _value(found: list[Entry]) -> Value | None:
    """The one value of all entries; a list of one element, as in a grid of experiments, stands for its element."""
    first = found[0]
    if any(entry.value != first.value or type(entry.value) is not type(first.value) for entry in found):
        return None
    value = first.value
    if isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, tuple):
        return TupleValue(tuple(Constant(item, place=first.place, source="config") for item in value))
    return None if isinstance(value, str) or value is None else Constant(value, place=first.place, source="config")


def entries_of(path: str, data: bytes) -> Iterator[Entry]:
    """All keys of a YAML or JSON file with scalars or lists of scalars; none of a file that is no YAML or JSON."""
    try:
        documents = documents_of(path, data)
    except ConfigError:
        return
    for document in documents:
        yield from _walk(path, document, "", 0)


def _walk(path: str, node: object, parent: str, depth: int) -> Iterator[Entry]:
    import yaml

    if depth > _DEEPEST or not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            continue
        if isinstance(value, yaml.MappingNode):
            yield from _walk(path, value, key.value, depth + 1)
            continue
        content = _content(value)
        if content is not None:
            mark, end = key.start_mark, value.end_mark
            place = Place(path, mark.line + 1, mark.column + 1, end.line + 1, end.column + 1)
            yield Entry(parent, key.value, content, place)


def _content(node: object) -> Scalar | tuple[Scalar, ...]:
    import yaml

    if isinstance(node, yaml.ScalarNode):
        return _scalar(node.tag, node.value)
    if isinstance(node, yaml.SequenceNode) and 0 < len(node.value) <= 8:
        items = [_scalar(item.tag, item.value) if isinstance(item, yaml.ScalarNode) else None for item in node.value]
        return None if any(item is None for item in items) else tuple(items)
    return None


def _scalar(tag: str, text: str) -> Scalar:
    if tag.endswith(":bool"):
        return text.lower() in {"true", "yes", "on"}
    try:
        return float(text)
    except ValueError:
        return text or None
