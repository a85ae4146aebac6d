"""Transforms that a python config describes, for a registry to build: ``dict(type="Normalize", mean=..., std=...)``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from normlint.evaluate.labels import feeds
from normlint.evaluate.machine import Machine
from normlint.evaluate.observations import Observation
from normlint.evaluate.parameters import vector_of
from normlint.values import Constant, DictCell, ListCell, TupleValue, Value

# Keys that name the class to be built: OpenMMLab and detectron2-like registries, Hydra, jsonargparse.
TYPES = ("type", "_target_", "name", "class_path", "target")
# Keys beside mean and std that change what the numbers mean: units and channel order.
MEANINGS = frozenset({"to_rgb", "bgr_to_rgb", "rgb_to_bgr", "is_scale", "scale", "max_pixel_value", "norm_type", "channel_order"})
_NORMALIZES = re.compile(r"normali[sz]|preprocess|standardi[sz]|totensor", re.IGNORECASE)
_DEEPEST = 8
_MOST = 200


def described(run: Machine, name: str, value: Value) -> None:
    """List the normalizations in a list of transforms that gets a name (``train_pipeline = [...]``)."""
    content = run.contents(value)
    if run.muted or run.frames[-1].function is not None or not isinstance(content, (ListCell, TupleValue)):
        return
    for entry in described_in(run, name, value, with_keys=False):
        run.observe(entry)


def described_in(run: Machine, name: str, value: Value, with_keys: bool = True) -> Iterator[Observation]:
    """The normalizations that a value describes, named by the keys that lead to them: ``data.train.pipeline.Normalize``."""
    for keys, kind, cell in _typed(run, run.contents(value), [_MOST], _DEEPEST, ()):
        numbers = {key: vector_of(run, item) for key, item in cell.items if isinstance(key, str) and feeds(key)}
        mean, std = numbers.get("mean"), numbers.get("std")
        place = mean.place if mean is not None else None
        note = transform_note(kind, {str(key): _plain(run, item) for key, item in cell.items})
        if not note or mean is None or std is None or place is None or max(len(mean.numbers), len(std.numbers)) > 4:
            continue
        parts = (name, *keys, kind) if with_keys else (name, kind)
        yield Observation(
            "config", ".".join(parts), place, mean=mean.numbers, std=std.numbers, source=mean.source, note=note
        )


def transform_note(kind: str, entries: Mapping[str, object]) -> str:
    """The class of a described normalization, and the entries that say in which units and order its numbers are.

    Empty for classes that are named as nothing of the kind.
    """
    if not _NORMALIZES.search(kind):
        return ""
    said = [f"{key}={entries[key]}" for key in sorted(MEANINGS) if key in entries]
    return " ".join((kind.rsplit(".", 1)[-1], *said))


def _plain(run: Machine, value: Value) -> object:
    content = run.contents(value)
    return content.value if isinstance(content, Constant) else ""


def _typed(
    run: Machine, content: object, left: list[int], depth: int, keys: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str, DictCell]]:
    """The dicts that name a class, in lists and dicts below each other, each with the keys that lead to it."""
    left[0] -= 1
    if left[0] < 0 or depth == 0:
        return
    if isinstance(content, DictCell):
        for key in TYPES:
            named = content.get(key)
            if isinstance(named, Constant) and isinstance(named.value, str):
                yield keys, named.value, content
                break
        for name, item in content.items:
            yield from _typed(run, run.contents(item), left, depth - 1, (*keys, str(name)))
    elif isinstance(content, (ListCell, TupleValue)):
        for item in content.items:
            yield from _typed(run, run.contents(item), left, depth - 1, keys)
