"""What a program gets when it loads ``conf/train.yaml``: the file with those that it builds on, and its references resolved.

Hydra's defaults lists, ``_base_`` files and ``${...}`` interpolation are followed inside the project; a value that cannot be
worked out is ``UNRESOLVED``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from normlint.config_trees import (
    DEEPEST,
    MOST_NODES,
    UNRESOLVED,
    Leaf,
    Listing,
    Mapping,
    TooLarge,
    Tree,
    merge,
    tree_of,
    undecided,
)
from normlint.text_sieve import LARGEST

_MOST_FILES = 40
_REFERENCE = re.compile(r"\$\{(\.*)([\w.\[\]-]+)\}")
_PACKAGE = re.compile(rb"^\s*#\s*@package\s+(\S+)", re.MULTILINE)
_BASES = ("_base_", "_BASE_", "BASE")


class ConfigTrees:
    """The config files of a project by path; read where a program loads one."""

    def __init__(self, paths: tuple[str, ...], data: Callable[[str], bytes | None]) -> None:
        self._paths = frozenset(paths)
        self._data = data
        self._plain: dict[str, Mapping | None] = {}
        self._meant: dict[tuple[str, str], str | None] = {}
        self._whole: dict[tuple[str, str], Mapping | None] = {}

    def path_of(self, here: str, name: str) -> str | None:
        """The file that code in ``here`` means by a path or the end of one: below its own folder, or one further up."""
        key = (here.rpartition("/")[0], name)
        if key not in self._meant:
            self._meant[key] = self._look_for(here, name)
        return self._meant[key]

    def _look_for(self, here: str, name: str) -> str | None:
        folder = here.split("/")[:-1]
        for depth in range(len(folder), -1, -1):
            found = _joined(folder[:depth], name)
            if found in self._paths:
                return found
        end = "/" + name.removeprefix("./")
        for depth in range(len(folder), -1, -1):
            start = "".join(f"{part}/" for part in folder[:depth])
            below = [path for path in self._paths if path.startswith(start) and path.endswith(end)]
            if below:
                return below[0] if len(below) == 1 else None
        return None

    def load(self, path: str) -> Mapping | None:
        """A file with the ``_base_`` files below it."""
        if (path, "") not in self._whole:
            self._whole[path, ""] = self._finished(self._with_bases(path, [0]))
        return self._whole[path, ""]

    def builds_on_others(self, path: str) -> bool:
        """Whether a file names ``_base_`` files."""
        tree = self._read(path)
        return tree is not None and any(tree.get(key) is not None for key in _BASES)

    def compose(self, here: str, folder: str, name: str) -> Mapping | None:
        """What ``@hydra.main(config_path=folder, config_name=name)`` in ``here`` hands to the function."""
        root = _joined(here.split("/")[:-1], folder) if folder not in {"", "."} else here.rpartition("/")[0]
        if root is None:
            return None
        if (root, name) not in self._whole:
            self._whole[root, name] = self._finished(self._composed(root, name, "", [0]))
        return self._whole[root, name]

    def _finished(self, tree: Mapping | None) -> Mapping | None:
        if tree is None:
            return None
        try:
            finished = _References().resolved(tree, (), 0)
        except TooLarge:
            return None
        return finished if isinstance(finished, Mapping) else None

    def _read(self, path: str) -> Mapping | None:
        if path not in self._plain:
            self._plain[path] = None
            data = self._data(path) if path in self._paths else None
            if data is not None and len(data) <= LARGEST:
                self._plain[path] = tree_of(path, data)
        return self._plain[path]

    def _with_bases(self, path: str, count: list[int]) -> Mapping | None:
        count[0] += 1
        tree = self._read(path)
        if tree is None or count[0] > _MOST_FILES:
            return None
        merged: Mapping | None = None
        for key in _BASES:
            base = tree.get(key)
            leaves = base.items if isinstance(base, Listing) else (base,)
            for leaf in leaves:
                if isinstance(leaf, Leaf) and isinstance(leaf.value, str):
                    other = _joined(path.split("/")[:-1], leaf.value)
                    below = self._with_bases(other, count) if other in self._paths and other is not None else None
                    merged = below if merged is None or below is None else merge(merged, below)
        return tree if merged is None else merge(merged, tree)

    def _composed(self, root: str, name: str, package: str, count: list[int]) -> Mapping | None:
        """A config of Hydra by its name below the config folder, with what its defaults list names, from the root down."""
        count[0] += 1
        path = _config_file(self._paths, root, name)
        tree = self._read(path) if path is not None else None
        if path is None or tree is None or count[0] > _MOST_FILES:
            return None
        package = self._package(path, name, package)
        own = _under(package, Mapping(tuple(item for item in tree.items if item[0] != "defaults"), tree.place))
        defaults = tree.get("defaults")
        if not isinstance(defaults, Listing):
            return own
        group = name.rpartition("/")[0]
        parts: list[Mapping] = []
        ordered = False
        for entry in defaults.items:
            if isinstance(entry, Leaf) and entry.value == "_self_":
                parts.append(own)
                ordered = True
                continue
            for other, chosen in _named(entry):
                absolute = other.startswith("/")
                there = other[1:] if absolute else f"{group}/{other}".lstrip("/")
                inside = chosen or other.lstrip("/").rpartition("/")[0].replace("/", ".")
                below = self._composed(root, there, inside if absolute else f"{package}.{inside}".strip("."), count)
                if below is not None:
                    parts.append(below)
        if not parts:
            return own
        merged = parts[0]
        for part in parts[1:]:
            merged = merge(merged, part)
        # Which of them wins without ``_self_`` has changed between the versions of Hydra.
        return merged if ordered else merge(undecided(merged, own), undecided(own, merged))

    def _package(self, path: str, name: str, package: str) -> str:
        """Where the entries of a config go: where its group says, unless a comment in it says otherwise."""
        data = self._data(path)
        said = _PACKAGE.search(data[:2000]) if data else None
        if said is None:
            return "" if "_global_" in package else package
        text = said[1].decode("utf-8", "replace").replace("_group_", name.rpartition("/")[0].replace("/", "."))
        return "" if text == "_global_" else text


def _config_file(paths: frozenset[str], root: str, name: str) -> str | None:
    stem = f"{root}/{name}" if root else name
    return next((path for path in (stem, f"{stem}.yaml", f"{stem}.yml") if path in paths), None)


def _named(entry: Tree) -> list[tuple[str, str]]:
    """What an entry of a defaults list names: (config, package), as ``data: photos`` or ``base``."""
    if isinstance(entry, Leaf):
        return [(str(entry.value), "")] if isinstance(entry.value, str) else []
    found = []
    for key, value in entry.items if isinstance(entry, Mapping) else ():
        group = key.split()[-1] if key.split() else ""  # ``override /data``, ``optional data``
        group, _, package = group.partition("@")
        for leaf in value.items if isinstance(value, Listing) else (value,):
            if isinstance(leaf, Leaf) and isinstance(leaf.value, str) and "hydra" not in group:
                found.append((f"{group}/{leaf.value}", package))
    return found


def _under(package: str, tree: Mapping) -> Mapping:
    for part in reversed([part for part in package.split(".") if part]):
        tree = Mapping(((part, tree),), tree.place)
    return tree


class _References:
    """Replaces ``${a.b}`` by what stands there, within a budget of nodes."""

    def __init__(self) -> None:
        self._left = MOST_NODES

    def resolved(self, tree: Tree, parents: tuple[Mapping, ...], depth: int) -> Tree:
        """``parents`` lead from the root to the mapping that the tree stands in. Raises ``TooLarge``."""
        self._left -= 1
        if self._left < 0 or depth > DEEPEST:
            raise TooLarge
        if isinstance(tree, Mapping):
            inner = (*parents, tree)
            return Mapping(tuple((key, self.resolved(value, inner, depth)) for key, value in tree.items), tree.place)
        if isinstance(tree, Listing):
            return Listing(tuple(self.resolved(item, parents, depth) for item in tree.items), tree.place)
        if not isinstance(tree.value, str) or "${" not in tree.value:
            return tree
        reference = _REFERENCE.fullmatch(tree.value.strip())
        dots = len(reference[1]) if reference is not None else 0
        if reference is None or dots > len(parents):
            return Leaf(UNRESOLVED, tree.place)
        chain = parents[: len(parents) - dots + 1] if dots else parents[:1]
        found: Tree | None = chain[-1]
        for key in re.findall(r"[\w-]+", reference[2]):
            if isinstance(found, Listing) and key.isdigit() and int(key) < len(found.items):
                found = found.items[int(key)]
            else:
                found = found.get(key) if isinstance(found, Mapping) else None
            if isinstance(found, Mapping):
                chain = (*chain, found)
        if found is None:
            return Leaf(UNRESOLVED, tree.place)
        return self.resolved(found, chain[:-1] if isinstance(found, Mapping) else chain, depth + 1)


def _joined(folder: list[str], name: str) -> str | None:
    """A path relative to a folder of the project; None for one that leads out of it."""
    parts = list(folder)
    for part in name.replace("\\", "/").split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return None if name.startswith("/") else "/".join(parts)
