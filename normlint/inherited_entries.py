"""What a YAML config and the files that it builds on say of normalization together."""

from __future__ import annotations

from collections.abc import Iterator

from normlint.config_trees import Leaf, Listing, Mapping, Tree
from normlint.evaluate.config_transforms import TYPES, transform_note
from normlint.evaluate.labels import label_of
from normlint.evaluate.observations import Inherited, Observation
from normlint.pixelmap import Numbers


def inherited_entries(path: str, tree: Mapping) -> Iterator[Inherited]:
    """The mean and std entries of the transforms that a merged config describes, each where it is written."""
    for entry in _entries(tree, "", ""):
        yield Inherited(path, entry)


def _entries(tree: Tree, key_path: str, kind: str) -> Iterator[Observation]:
    if isinstance(tree, Listing):
        for item in tree.items:
            yield from _entries(item, key_path, "")
    if not isinstance(tree, Mapping):
        return
    plain = {key: value.value for key, value in tree.items if isinstance(value, Leaf)}
    kind = kind or next((str(plain[key]) for key in TYPES if key in plain), "")
    note = transform_note(kind, plain) if kind else ""
    for key, value in tree.items:
        full = f"{key_path}.{key}" if key_path else key
        label, numbers = label_of(key), _numbers(value)
        if note and label in {"mean", "std"} and numbers is not None:
            yield Observation(
                "config", full, value.place, mean=numbers if label == "mean" else None, std=numbers if label == "std" else None,
                source="config", note=note,
            )  # fmt: skip
        yield from _entries(value, full, key if key[:1].isupper() and len(tree.items) == 1 else "")


def _numbers(tree: Tree) -> Numbers | None:
    leaves = tree.items if isinstance(tree, Listing) else (tree,)
    found = [leaf.value for leaf in leaves if isinstance(leaf, Leaf)]
    numbers = tuple(float(value) for value in found if isinstance(value, (int, float)) and not isinstance(value, bool))
    return numbers if 0 < len(numbers) == len(leaves) <= 4 else None
