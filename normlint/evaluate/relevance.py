"""Which functions can say something about pixel values, found by their names and numbers alone.

A call of any other function is not followed: nothing in it could become a site. Kept generous: a name in common with a
function that matters is enough.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import Any

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
    UNSPECIFIC,
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

# Methods that calculate, and those that say which options a program has.
_CALCULATING = MULTIPLYING | ADDING
_OPTIONS = frozenset({"add_argument", "set_defaults"})
# Types of the fields of nodes that hold no other nodes.
_PLAIN = frozenset({"Span", "str", "str | None", "int", "ConstantValue", "tuple[str, ...]"})

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
    mentioned: set[str] = set()
    reader.read(module.body, mentioned)
    for statement in module.body:
        if isinstance(statement, ir.Assign):
            mask = _Reader(reader.words).read(statement.value, set())
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

    def read(self, node: object, names: set[str]) -> int:
        """What a node or tuple of nodes mentions, as a mask; the names in it are added to ``names``."""
        kind = type(node)
        if kind is ir.Name:
            name: str = node.identifier  # type: ignore[attr-defined]
            names.add(name)
            return _of_name(name) | _HIT * (name in self.words)
        handler = _READERS.get(kind)
        return self._parts(node, names) if handler is None else handler(self, node, names)

    def _parts(self, node: object, names: set[str]) -> int:
        mask = 0
        for field in _fields(type(node)):  # type: ignore[arg-type]
            value = getattr(node, field)
            if value is not None:
                mask |= self.read(value, names)
        return mask

    def _tuple(self, nodes: tuple[object, ...], names: set[str]) -> int:
        mask = 0
        for node in nodes:
            mask |= self.read(node, names)
        return mask

    def _constant(self, node: ir.Constant, names: set[str]) -> int:
        value = node.value
        if isinstance(value, str) and value.endswith((".yaml", ".yml")):
            names.add(CONFIG_FILE)
        return _constant(value)

    def _attribute(self, node: ir.Attribute, names: set[str]) -> int:
        mask = self.read(node.value, names) | _of_attribute(node.name)
        names.add(node.name)
        return mask

    def _imported(self, node: ir.ImportName, names: set[str]) -> int:
        names.add(node.dotted.split(".")[0])
        return 0

    def _parameter(self, node: ir.Parameter, names: set[str]) -> int:
        return self._parts(node, names) | _of_keyword(node.name)

    def _argument(self, node: ir.Argument, names: set[str]) -> int:
        return self.read(node.value, names) | (_of_keyword(node.keyword) if node.keyword is not None else 0)

    def _binary(self, node: ir.Binary, names: set[str]) -> int:
        mask = self.read(node.left, names) | self.read(node.right, names)
        return mask | _arithmetic(node.operator, (node.left, node.right)) | _measured(node.operator, mask)

    def _augmented(self, node: ir.AugmentedAssign, names: set[str]) -> int:
        mask = self._parts(node, names)
        return mask | _arithmetic(node.operator, (node.value,)) | _measured(node.operator, mask)

    def _call(self, node: ir.Call, names: set[str]) -> int:
        if not isinstance(node.function, ir.Attribute):
            return self.read(node.function, names) | self._tuple(node.arguments, names)
        operator, arguments = node.function.name, node.arguments
        if operator in _MEASURES:
            names.add(operator)
            return self.read(node.function.value, names) | self._tuple(arguments, names) | _MEASURED
        mask = self.read(node.function, names) | self._tuple(arguments, names)
        if operator in _CALCULATING:
            mask |= _arithmetic(operator, tuple(argument.value for argument in arguments)) | _HIT * (_MEASURED & mask > 0)
        elif operator == "register_buffer":
            self._buffer(arguments)
        elif operator in _OPTIONS and mask & _HIT:
            for name in _PARSING:
                self.by_name.setdefault(name, Digest(True, frozenset()))
        return mask

    def _assign(self, node: ir.Assign, names: set[str]) -> int:
        """``self.augment = Compose(...)``: whoever mentions the attribute may call it."""
        mask = self._tuple(node.targets, names)
        value = self.read(node.value, names)
        if node.annotation is not None:
            mask |= self.read(node.annotation, names)
        if _is_hit(value):
            for target in node.targets:
                if isinstance(target, ir.Attribute):
                    self.by_name.setdefault(target.name, Digest(True, frozenset()))
        number = _number(node.value)
        return mask | value | _HIT * (number in IN_ARITHMETIC) | (_GAIN | _SHIFT) * (number == 0.5)

    def _sequence(self, node: ir.Sequence, names: set[str]) -> int:
        mask = self._tuple(node.items, names)
        if len(node.items) in {3, 4}:  # one number a channel
            plain = [item.operand if isinstance(item, ir.Unary) else item for item in node.items]
            mask |= _HIT * all(isinstance(item, ir.Constant) and isinstance(item.value, float) for item in plain)
        return mask

    def _definition(self, node: ir.Function | ir.Class, names: set[str]) -> int:
        own: set[str] = set()
        mask = self._parts(node, own)
        # What calls itself takes containers apart: what it returns is no single image.
        carries = bool(mask & _CARRIED) and node.name not in own and _statements(node.body) <= _LONGEST_CARRIER
        self._define(node, Digest(_is_hit(mask), frozenset(own), carries))
        names |= own
        return mask

    def _buffer(self, arguments: tuple[ir.Argument, ...]) -> None:
        """``self.register_buffer("mean", torch.tensor(...))``: the attribute of that name."""
        named = arguments[0].value if len(arguments) > 1 else None
        if isinstance(named, ir.Constant) and isinstance(named.value, str):
            if _is_hit(_Reader(self.words).read(arguments[1].value, set())):
                self.by_name.setdefault(named.value, Digest(True, frozenset()))

    def _define(self, node: ir.Function | ir.Class, digest: Digest) -> None:
        if isinstance(node, ir.Function):
            self.by_span[node.name_span] = digest
        known = self.by_name.get(node.name)
        if known is not None:
            digest = Digest(known.hit or digest.hit, known.names | digest.names)
        self.by_name[node.name] = digest


_READERS: dict[type, Callable[[_Reader, Any, set[str]], int]] = {
    tuple: _Reader._tuple,
    ir.Constant: _Reader._constant,
    ir.Attribute: _Reader._attribute,
    ir.ImportName: _Reader._imported,
    ir.Parameter: _Reader._parameter,
    ir.Argument: _Reader._argument,
    ir.Binary: _Reader._binary,
    ir.AugmentedAssign: _Reader._augmented,
    ir.Call: _Reader._call,
    ir.Assign: _Reader._assign,
    ir.Sequence: _Reader._sequence,
    ir.Function: _Reader._definition,
    ir.Class: _Reader._definition,
}


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


def _measured(operator: str, mask: int) -> int:
    return _HIT * (operator in "-/" and _MEASURED & mask > 0)


@cache
def _of_name(name: str) -> int:
    return _HIT * (_is_label(name) or feeds(name)) | _CARRIED * (name in _carrier_words())


@cache
def _of_attribute(name: str) -> int:
    word = _is_label(name) or feeds(name) or name in site_words() or name.rstrip("_") in site_words()
    return _HIT * word | _CARRIED * (name in _carrier_words())


@cache
def _of_keyword(name: str) -> int:
    return _HIT * (name in EVERYWHERE or _is_label(name) or feeds(name))


def _is_label(name: str) -> bool:
    return bool(label_of(name)) and len(name) > 1


def feeds(name: str) -> bool:
    """Whether a name is one of what hands images to a model."""
    return name in FEEDING or name.endswith("loader")


@cache
def _fields(kind: type) -> tuple[str, ...]:
    """The fields of a node that may hold other nodes; none of what is no node."""
    if not issubclass(kind, ir.Node):
        return ()
    return tuple(field.name for field in fields(kind) if field.type not in _PLAIN)


def spread(relevant: set[str], by_name: dict[str, Digest]) -> None:
    """Add the names of functions and classes that matter, by themselves or through a name they mention."""
    waiting = dict(by_name)
    while True:
        fresh = {name for name, digest in waiting.items() if digest.hit or not relevant.isdisjoint(digest.names)}
        fresh -= UNSPECIFIC
        if not fresh:
            return
        relevant |= fresh
        for name in fresh:
            waiting.pop(name, None)
