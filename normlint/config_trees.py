"""A config file as a tree: mappings, lists and scalars with their places.

Bounded in size and depth, since a file may repeat an anchor any number of times.
"""

from __future__ import annotations

import re
from typing import Any, Union

from normlint.configs import ConfigError, documents_of
from normlint.immutable import dataclass
from normlint.places import Place

DEEPEST = 20
MOST_NODES = 4_000
_FRACTION = re.compile(r"\s*(\d+\.?\d*)\s*/\s*(\d+\.?\d*)\s*")  # ``scale: 1./255.``, which PaddleOCR evaluates

UNRESOLVED = "\0"  # the value of a leaf that nobody knows


@dataclass(frozen=True, slots=True)
class Leaf:
    value: bool | float | str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Listing:
    items: tuple[Tree, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Mapping:
    items: tuple[tuple[str, Tree], ...]
    place: Place

    def get(self, key: str) -> Tree | None:
        return next((value for name, value in self.items if name == key), None)


Tree = Union[Leaf, Listing, Mapping]


class TooLarge(Exception):
    """A config file, or what it builds on, has more nodes than anybody wrote by hand."""


def merge(below: Mapping, above: Mapping, depth: int = 0) -> Mapping:
    """Both mappings in one; where both have a key, that of ``above`` counts."""
    items = dict(below.items)
    for key, value in above.items:
        known = items.get(key)
        both = isinstance(known, Mapping) and isinstance(value, Mapping) and depth < DEEPEST
        items[key] = merge(known, value, depth + 1) if both else value  # type: ignore[arg-type]
    return Mapping(tuple(items.items()), above.place)


def undecided(tree: Mapping, other: Mapping, depth: int = 0) -> Mapping:
    """The mapping with the leaves unresolved that another one gives another value."""
    items: list[tuple[str, Tree]] = []
    for key, value in tree.items:
        theirs = other.get(key)
        if isinstance(value, Mapping) and isinstance(theirs, Mapping) and depth < DEEPEST:
            value = undecided(value, theirs, depth + 1)
        elif theirs is not None and plain(theirs) != plain(value):
            value = Leaf(UNRESOLVED, value.place)
        items.append((key, value))
    return Mapping(tuple(items), tree.place)


def plain(tree: Tree) -> object:
    """What a tree says, without places."""
    if isinstance(tree, Leaf):
        return tree.value
    if isinstance(tree, Listing):
        return [plain(item) for item in tree.items]
    return {key: plain(value) for key, value in tree.items}


def tree_of(path: str, data: bytes) -> Mapping | None:
    """The first document of a YAML or JSON file; None for one that is no mapping, cannot be parsed or is too large."""
    try:
        documents = documents_of(path, data)
        tree = _converted(path, documents[0], [0], 0) if documents else None
    except (ConfigError, TooLarge):
        return None
    return tree if isinstance(tree, Mapping) else None


def _converted(path: str, node: Any, count: list[int], depth: int) -> Tree:
    import yaml

    count[0] += 1
    if depth > DEEPEST or count[0] > MOST_NODES:
        raise TooLarge
    mark, end = node.start_mark, node.end_mark
    place = Place(path, mark.line + 1, mark.column + 1, end.line + 1, end.column + 1)
    if isinstance(node, yaml.SequenceNode):
        return Listing(tuple(_converted(path, item, count, depth + 1) for item in node.value), place)
    if isinstance(node, yaml.MappingNode):
        items: dict[str, Tree] = {}
        merged: list[Tree] = []
        for key, value in node.value:
            tree = _converted(path, value, count, depth + 1)
            if getattr(key, "tag", "").endswith(":merge"):  # ``<<: *base``
                merged += tree.items if isinstance(tree, Listing) else [tree]
            elif isinstance(key, yaml.ScalarNode):
                items[key.value] = tree
        found = Mapping(tuple(items.items()), place)
        for other in merged:
            found = merge(other, found) if isinstance(other, Mapping) else found
        return found
    return Leaf(_scalar(node.tag, str(node.value), bool(node.style)), place)


def _scalar(tag: str, text: str, quoted: bool) -> bool | float | str | None:
    if tag.endswith(":bool"):
        return text.lower() in {"true", "yes", "on"}
    if tag.endswith(":null"):
        return None
    if quoted and not _FRACTION.fullmatch(text):
        return text
    fraction = _FRACTION.fullmatch(text)
    if fraction is not None and float(fraction[2]):
        return float(fraction[1]) / float(fraction[2])
    try:
        return int(text) if len(text) < 16 and text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return text
