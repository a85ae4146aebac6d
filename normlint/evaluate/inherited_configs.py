"""Python configs that build on others (``_base_ = "../base.py"``): the transforms of both, as the program gets them.

Source: mmcv==1.7.2 mmcv/utils/config.py:_file2dict (globals of the bases, then those of the file; dicts are merged key by
key, ``_delete_=True`` replaces one, lists are replaced).
"""

from __future__ import annotations

import posixpath

from normlint.evaluate.config_transforms import described_in
from normlint.evaluate.imports import module_scope
from normlint.evaluate.machine import Machine
from normlint.evaluate.observations import Inherited, Observation
from normlint.evaluate.parameters import vector_of
from normlint.evaluate.paths import resolved
from normlint.values import Constant, DictCell, ListCell, Ref, TupleValue, Value

_MOST_FILES = 12
_DEEPEST = 8
# What holds the pipelines that are run: mmcv==1.7.2 (data.train.pipeline), mmengine==0.10 (train_dataloader.dataset.pipeline).
_ROOTS = ("data", "train_dataloader", "val_dataloader", "test_dataloader")
PREPROCESSOR = "data_preprocessor"
_MODELS = ("model", PREPROCESSOR)


def note_inherited(run: Machine, path: str, scope: int) -> None:
    """Log the transforms that the pipelines of a config hold, its own and those that it inherits, and what its model does
    first; nothing for a config that builds on no other one and has no such model."""
    if run.muted:
        return
    found = _globals(run, path, scope, [_MOST_FILES])
    inside = [entry for name in _MODELS if name in found for entry in _preprocessor(run, name, found[name])]
    if inside or _bases(run, path, scope):
        pipelines = [entry for root in _ROOTS if root in found for entry in described_in(run, root, found[root])]
        run.log.inherited.extend(Inherited(path, entry) for entry in (*inside[:1], *pipelines))


def _preprocessor(run: Machine, name: str, value: Value) -> list[Observation]:
    """The normalization that a model runs on its input: mmengine==0.10 model/base_model/data_preprocessor.py."""
    content = run.contents(value)
    inner = content.get(PREPROCESSOR) if name != PREPROCESSOR and isinstance(content, DictCell) else value
    content = run.contents(inner) if inner is not None else content
    if inner is None or not isinstance(content, DictCell):
        return []
    mean, std = (vector_of(run, content.get(key)) for key in ("mean", "std"))
    if mean is None or std is None or mean.place is None or max(len(mean.numbers), len(std.numbers)) > 4:
        return []
    return [
        Observation("config", PREPROCESSOR, mean.place, mean=mean.numbers, std=std.numbers, source=mean.source, note=PREPROCESSOR)
    ]


def _globals(run: Machine, path: str, scope: int, left: list[int]) -> dict[str, Value]:
    """The roots that a config has after its bases were merged into it; empty where a base is not there."""
    found: dict[str, Value] = {}
    for base in _bases(run, path, scope):
        left[0] -= 1
        inner = module_scope(run, base) if left[0] >= 0 and base in run.files else None
        if inner is None:
            return {}
        for root, value in _globals(run, base, inner, left).items():
            found[root] = _over(run, found[root], value, _DEEPEST) if root in found else value
    for root in (*_ROOTS, *_MODELS):
        own = run.bound(root, scope)
        if isinstance(own, Ref):
            found[root] = _over(run, found[root], own, _DEEPEST) if root in found else own
    return found


def _bases(run: Machine, path: str, scope: int) -> list[str]:
    value = run.bound("_base_", scope)
    content = run.contents(value) if isinstance(value, (Ref, Constant, TupleValue)) else None
    items = content.items if isinstance(content, (ListCell, TupleValue)) else (content,)
    texts = [item.value for item in items if isinstance(item, Constant) and isinstance(item.value, str)]
    found = [resolved(text, posixpath.dirname(path)) for text in texts if text.endswith(".py")]
    return [base for base in found if base is not None and base != path]


def _over(run: Machine, below: Value, above: Value, depth: int) -> Value:
    one, other = run.contents(below), run.contents(above)
    if not isinstance(one, DictCell) or not isinstance(other, DictCell) or depth == 0:
        return above
    replaces = other.get("_delete_")
    if isinstance(replaces, Constant) and replaces.value is True:
        return above
    for key, value in other.items:
        known = one.get(key)
        one = one.put(key, value if known is None else _over(run, known, value, depth - 1))
    return run.allocate(one)
