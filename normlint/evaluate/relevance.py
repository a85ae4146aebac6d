"""Which functions can say something about pixel values, found by their names and numbers alone.

A call of any other function is not followed: nothing in it could become a site. Kept generous: a name in common with a
function that matters is enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from normlint import ir
from normlint.catalogue import catalogue
from normlint.evaluate.machine import label_of
from normlint.places import Span

_NUMBERS = frozenset({255, 127.5, 128.0, 127.0, 256.0, 65535, 254, 0.5, 2, 1 / 255, 1 / 127.5, 0.00392, 0.0078125})
_LOADERS = frozenset(
    {"pretrained", "from_pretrained", "encoder_weights", "create_model", "hub", "readNet", "readNetFromCaffe",
     "readNetFromTensorflow", "readNetFromTorch", "readNetFromONNX", "readNetFromDarknet", "setInput"}
)  # fmt: skip
_WORDS = _LOADERS | frozenset(
    {"setattr", "uint8", "normalize", "denormalize", "transform", "transforms", "preprocess", "img_range"}
)
# What a function mentions that hands images to a model.
_FEEDING = frozenset({"backward", "no_grad", "inference_mode", "predict", "fit", "fit_generator", "train_on_batch", "DataLoader",
                      "InferenceSession", "load_state_dict", "__getitem__"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Digest:
    """What a function's source mentions: whether pixel values, and which names."""

    hit: bool
    names: frozenset[str]


@cache
def site_words() -> frozenset[str]:
    return catalogue().trigger_words() | _WORDS


def digests(module: ir.Module) -> tuple[dict[Span, Digest], dict[str, Digest], frozenset[str]]:
    """The digest of every function by the span of its name, of functions and classes by name, and all names mentioned."""
    by_span: dict[Span, Digest] = {}
    by_name: dict[str, Digest] = {}
    _, mentioned = _walk(module.body, by_span, by_name)
    for statement in module.body:
        if isinstance(statement, ir.Assign) and _walk(statement.value, {}, {})[0]:
            for target in statement.targets:
                if isinstance(target, ir.Name):
                    by_name.setdefault(target.identifier, Digest(True, frozenset()))
    return by_span, by_name, frozenset(mentioned)


def _walk(node: object, by_span: dict[Span, Digest], by_name: dict[str, Digest]) -> tuple[bool, set[str]]:
    if isinstance(node, tuple):
        hit, names = False, set()
        for item in node:
            if isinstance(item, (ir.Node, tuple)):
                inner_hit, inner_names = _walk(item, by_span, by_name)
                hit = hit or inner_hit
                names |= inner_names
        return hit, names
    if isinstance(node, ir.Constant):
        value = node.value
        if isinstance(value, str):
            return value in _WORDS, set()
        return not isinstance(value, bool) and isinstance(value, (int, float)) and abs(value) in _NUMBERS, set()
    if isinstance(node, ir.Name):
        return _named(node.identifier), {node.identifier}
    hit, names = False, set()
    if isinstance(node, ir.Sequence) and len(node.items) in {3, 4}:  # one number a channel
        items = [item.operand if isinstance(item, ir.Unary) else item for item in node.items]
        hit = all(isinstance(item, ir.Constant) and isinstance(item.value, float) for item in items)
    if isinstance(node, ir.Attribute):
        hit, names = _named(node.name), {node.name}
    elif isinstance(node, ir.Parameter):
        hit = _named(node.name)
    elif isinstance(node, ir.Argument) and node.keyword:
        hit = _named(node.keyword)
    if isinstance(node, ir.Assign) and any(isinstance(target, ir.Attribute) for target in node.targets):
        if _walk(node.value, {}, {})[0]:  # self.augment = Compose(...): whoever mentions the attribute may call it
            for target in node.targets:
                if isinstance(target, ir.Attribute):
                    by_name.setdefault(target.name, Digest(True, frozenset()))
    if isinstance(node, ir.Call) and isinstance(node.function, ir.Attribute) and node.function.name == "register_buffer":
        named = node.arguments[0].value if len(node.arguments) > 1 else None
        if isinstance(named, ir.Constant) and isinstance(named.value, str) and _walk(node.arguments[1].value, {}, {})[0]:
            by_name.setdefault(named.value, Digest(True, frozenset()))
    for field in getattr(node, "__dataclass_fields__", ()):
        value = getattr(node, field)
        if isinstance(value, (ir.Node, tuple)) and field not in {"span", "name_span"}:
            inner_hit, inner_names = _walk(value, by_span, by_name)
            hit = hit or inner_hit
            names |= inner_names
    if isinstance(node, (ir.Function, ir.Class)):
        digest = Digest(hit, frozenset(names))
        if isinstance(node, ir.Function):
            by_span[node.name_span] = digest
        known = by_name.get(node.name)
        by_name[node.name] = digest if known is None else Digest(known.hit or hit, known.names | digest.names)
    return hit, names


@cache
def _named(name: str) -> bool:
    if name in _FEEDING or name.endswith("loader"):
        return True
    return (bool(label_of(name)) and len(name) > 1) or name in site_words() or name.rstrip("_") in site_words()


def spread(relevant: set[str], by_name: dict[str, Digest]) -> None:
    """Add the names of functions and classes that matter, by themselves or through a name they mention."""
    waiting = dict(by_name)
    while True:
        fresh = {name for name, digest in waiting.items() if digest.hit or not relevant.isdisjoint(digest.names)}
        fresh -= {"__init__", "forward", "__call__", "__getitem__", "main", "run", "call"}
        if not fresh:
            return
        relevant |= fresh
        for name in fresh:
            waiting.pop(name, None)
