"""Which functions can say something about pixel values, found by their names and numbers alone.

A call of any other function is not followed: nothing in it could become a site. Kept generous: a name in common with a
function that matters is enough.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from functools import cache

from normlint import ir
from normlint.catalogue import catalogue
from normlint.evaluate.labels import label_of
from normlint.evaluate.text import root_name
from normlint.evaluate.words import (
    ADDING,
    EVERYWHERE,
    FEEDING,
    GAINS,
    IN_ARITHMETIC,
    MULTIPLYING,
    NUMBERS,
    SHIFTS,
    SINGLE_STATS,
    is_level,
    site_words,
)
from normlint.immutable import dataclass
from normlint.places import Span

_BUILTINS = frozenset(vars(builtins))
_BLOCKS = (
    ir.If, ir.For, ir.While, ir.With, ir.Try, ir.Handler, ir.Match, ir.Case, ir.Function, ir.Class,
)  # fmt: skip
# What makes the object that options are added to, and what gives their values, wherever an option is a mean or std.
_PARSING = frozenset({"ArgumentParser", "ArgParser", "parse_args", "parse_known_args"})
CONFIG_FILE = "*.yaml"  # stands among the names for that of a config file

# ``(x - x.mean()) / x.std()`` normalizes; a mean that is not subtracted is any number's.
_MEASURES = frozenset({"mean", "std"})

_HIT, _GAIN, _SHIFT, _MEASURED, _CARRIED = 1, 2, 4, 8, 16
_LONGEST_CARRIER = 15


@dataclass(frozen=True, slots=True)
class Digest:
    """What a function's source mentions: whether pixel values, and which names.

    ``carries``: it is short and does something that leaves an image the image it was (``x.permute(1, 2, 0).numpy()``).
    """

    hit: bool
    names: frozenset[str]
    carries: bool = False


@cache
def _carrier_words() -> frozenset[str]:
    return catalogue().carrier_words()


Mentions = tuple[dict[Span, Digest], dict[str, Digest], frozenset[str]]


def digests(module: ir.Module) -> Mentions:
    """The digest of every function by the span of its name, of functions and classes by name, and all names mentioned."""
    reader = _Reader(_bound_words(module.body))
    _, mentioned = reader.read(module.body)
    for statement in module.body:
        if isinstance(statement, ir.Assign):
            mask, _ = _Reader(reader.words).read(statement.value)
            for target in statement.targets if _is_hit(mask) else ():
                name = root_name(target)
                if name is not None and (isinstance(target, ir.Name) or name.startswith("_")):  # ``_C.INPUT.MEAN = ...``
                    reader.by_name.setdefault(name, Digest(True, frozenset()))
    return reader.by_span, reader.by_name, frozenset(mentioned)


def _bound_words(body: tuple[ir.Statement, ...]) -> frozenset[str]:
    """The names that imports and definitions bind to what makes a site; all words where a star import may bind any."""
    found: set[str] = set(EVERYWHERE)
    pending: list[ir.Node] = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, ir.ImportFrom):
            for name in node.names:
                if name.dotted == "*":
                    found |= site_words() - _BUILTINS
                elif name.dotted in site_words():
                    found.add(name.alias or name.dotted)
        elif isinstance(node, _BLOCKS):
            if isinstance(node, (ir.Function, ir.Class)) and node.name in site_words():
                found.add(node.name)
            for field in ("body", "otherwise", "handlers", "final", "cases"):
                pending.extend(getattr(node, field, ()))
    return frozenset(found)


class _Reader:
    """Collects the digests of one module; ``words`` are the bare names that make sites in it."""

    def __init__(self, words: frozenset[str]) -> None:
        self.words = words
        self.by_span: dict[Span, Digest] = {}
        self.by_name: dict[str, Digest] = {}

    def read(self, node: object) -> tuple[int, set[str]]:
        """What a node or tuple of nodes mentions, as a mask, and the names in it."""
        if isinstance(node, tuple):
            return self._all(item for item in node if isinstance(item, (ir.Node, tuple)))
        if isinstance(node, ir.Constant):
            loads = isinstance(node.value, str) and node.value.endswith((".yaml", ".yml"))
            return _constant(node.value), {CONFIG_FILE} if loads else set()
        if isinstance(node, ir.Call) and isinstance(node.function, ir.Attribute) and node.function.name in _MEASURES:
            mask, names = self._all((node.function.value, node.arguments))
            return mask | _MEASURED, names | {node.function.name}
        if isinstance(node, ir.Name):
            name = node.identifier
            return _HIT * (name in self.words or _is_label(name) or feeds(name)) | _CARRIED * (name in _carrier_words()), {name}
        if not isinstance(node, ir.Node):
            return 0, set()
        mask, names = self._all(
            value
            for field in _fields(type(node))  # type: ignore[arg-type]
            if isinstance(value := getattr(node, field), (ir.Node, tuple))
        )
        match node:
            case ir.Attribute(name=name):
                mask |= _HIT * _is_word(name) | _CARRIED * (name in _carrier_words())
                names.add(name)
            case ir.ImportName(dotted=dotted):
                names.add(dotted.split(".")[0])
            case ir.Parameter(name=name):
                mask |= _HIT * (name in EVERYWHERE or _is_label(name) or feeds(name))
            case ir.Argument(keyword=str() as name):
                mask |= _HIT * (name in EVERYWHERE or _is_label(name) or feeds(name))
            case ir.Binary(operator=operator, left=left, right=right):
                mask |= _arithmetic(operator, (left, right)) | _HIT * (operator in "-/" and _MEASURED & mask > 0)
            case ir.AugmentedAssign(operator=operator, value=value):
                mask |= _arithmetic(operator, (value,)) | _HIT * (operator in "-/" and _MEASURED & mask > 0)
            case ir.Call(function=ir.Attribute(name=operator), arguments=arguments):
                mask |= _arithmetic(operator, tuple(argument.value for argument in arguments))
                mask |= _HIT * (operator in MULTIPLYING | ADDING and _MEASURED & mask > 0)
                if operator == "register_buffer":
                    self._buffer(arguments)
                elif operator in {"add_argument", "set_defaults"} and mask & _HIT:
                    for name in _PARSING:
                        self.by_name.setdefault(name, Digest(True, frozenset()))
            case ir.Assign(targets=targets, value=value):
                self._attributes(targets, value)
                number = _number(value)
                mask |= _HIT * (number in IN_ARITHMETIC) | (_GAIN | _SHIFT) * (number == 0.5)
            case ir.Sequence(items=items) if len(items) in {3, 4}:  # one number a channel
                plain = [item.operand if isinstance(item, ir.Unary) else item for item in items]
                mask |= _HIT * all(isinstance(item, ir.Constant) and isinstance(item.value, float) for item in plain)
            case ir.Function() | ir.Class():
                # What calls itself takes containers apart: what it returns is no single image.
                short = node.name not in names and _statements(node.body) <= _LONGEST_CARRIER
                carries = bool(mask & _CARRIED) and short
                self._define(node, Digest(_is_hit(mask), frozenset(names), carries))
        return mask, names

    def _all(self, nodes: Iterable[object]) -> tuple[int, set[str]]:
        mask, names = 0, set()
        for node in nodes:
            inner, inner_names = self.read(node)
            mask |= inner
            names |= inner_names
        return mask, names

    def _attributes(self, targets: tuple[ir.Expression, ...], value: ir.Expression) -> None:
        """``self.augment = Compose(...)``: whoever mentions the attribute may call it."""
        names = [target.name for target in targets if isinstance(target, ir.Attribute)]
        if names and _is_hit(_Reader(self.words).read(value)[0]):
            for name in names:
                self.by_name.setdefault(name, Digest(True, frozenset()))

    def _buffer(self, arguments: tuple[ir.Argument, ...]) -> None:
        """``self.register_buffer("mean", torch.tensor(...))``: the attribute of that name."""
        named = arguments[0].value if len(arguments) > 1 else None
        if isinstance(named, ir.Constant) and isinstance(named.value, str):
            if _is_hit(_Reader(self.words).read(arguments[1].value)[0]):
                self.by_name.setdefault(named.value, Digest(True, frozenset()))

    def _define(self, node: ir.Function | ir.Class, digest: Digest) -> None:
        if isinstance(node, ir.Function):
            self.by_span[node.name_span] = digest
        known = self.by_name.get(node.name)
        if known is not None:
            digest = Digest(known.hit or digest.hit, known.names | digest.names)
        self.by_name[node.name] = digest


def _statements(body: tuple[ir.Statement, ...]) -> int:
    """How many statements a body has in all its blocks, until they are too many to matter."""
    count, pending = 0, list(body)
    while pending and count <= _LONGEST_CARRIER:
        node = pending.pop()
        count += 1
        for field in ("body", "otherwise", "final"):
            pending.extend(getattr(node, field, ()))
    return count


def _is_hit(mask: int) -> bool:
    return bool(mask & _HIT) or mask & (_GAIN | _SHIFT) == _GAIN | _SHIFT


def _constant(value: ir.ConstantValue) -> int:
    if isinstance(value, str):
        return _HIT * (value in EVERYWHERE or (1 < len(value) < 24 and label_of(value) in {"mean", "std"}))
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return 0
    return _HIT * (abs(value) in NUMBERS or abs(value) in SINGLE_STATS or is_level(value))


def _number(node: ir.Expression) -> float | None:
    """The absolute value of a written number."""
    if isinstance(node, ir.Unary):
        node = node.operand
    if not isinstance(node, ir.Constant) or isinstance(node.value, (bool, complex)):
        return None
    return abs(node.value) if isinstance(node.value, (int, float)) else None


def _arithmetic(operator: str, operands: tuple[ir.Expression, ...]) -> int:
    """What the numbers among the operands of an operator, or of a method that is one, say."""
    multiplies, adds = operator in MULTIPLYING, operator in ADDING
    if not multiplies and not adds:
        return 0
    mask = 0
    for number in map(_number, operands):
        mask |= _HIT * (number in IN_ARITHMETIC)
        mask |= _GAIN * (multiplies and number in GAINS) | _SHIFT * (adds and number in SHIFTS)
    return mask


@cache
def _is_label(name: str) -> bool:
    return bool(label_of(name)) and len(name) > 1


@cache
def _is_word(name: str) -> bool:
    return _is_label(name) or feeds(name) or name in site_words() or name.rstrip("_") in site_words()


def feeds(name: str) -> bool:
    """Whether a name is one of what hands images to a model."""
    return name in FEEDING or name.endswith("loader")


@cache
def _fields(kind: type) -> tuple[str, ...]:
    """The fields of a node that may hold other nodes."""
    return tuple(name for name in getattr(kind, "__dataclass_fields__", ()) if name not in {"span", "name_span"})


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
