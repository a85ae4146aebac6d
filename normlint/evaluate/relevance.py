"""Which functions can say something about pixel values, found by their names and numbers alone.

A call of any other function is not followed: nothing in it could become a site. Kept generous: a name in common with a
function that matters is enough.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, Protocol

from normlint import ir
from normlint.evaluate.signs import (
    CALCULATING,
    CARRIED,
    HIT,
    MEASURED,
    MEASURES,
    OPTIONS,
    is_hit,
    number_of,
    of_arithmetic,
    of_assigned,
    of_attribute,
    of_constant,
    of_keyword,
    of_measured,
    of_name,
)
from normlint.evaluate.text import root_name
from normlint.evaluate.words import EVERYWHERE, site_words
from normlint.immutable import dataclass, fields
from normlint.places import Span

_BUILTINS = frozenset(vars(builtins))
_BLOCKS = (
    ir.If, ir.For, ir.While, ir.With, ir.Try, ir.Handler, ir.Match, ir.Case, ir.Function, ir.Class,
)  # fmt: skip
# What makes the object that options are added to, and what gives their values, wherever an option is a mean or std.
_PARSING = frozenset({"ArgumentParser", "ArgParser", "parse_args", "parse_known_args"})
CONFIG_FILE = "*.yaml"  # stands among the names for that of a config file
CONFIG_SUFFIXES = (".yaml", ".yml")

# Types of the fields of nodes that hold no other nodes.
_PLAIN = frozenset({"Span", "str", "str | None", "int", "ConstantValue", "tuple[str, ...]"})

LONGEST_CARRIER = 15


@dataclass(frozen=True, slots=True)
class Digest:
    """What a function's source mentions: whether pixel values, and which names, each once and in order.

    ``carries``: it is short and does something that leaves an image the image it was (``x.permute(1, 2, 0).numpy()``).
    """

    hit: bool
    names: tuple[str, ...]  # a set would take six times the room, and there is one for every function of a project
    carries: bool = False


Mentions = tuple[dict[Span, Digest], dict[str, Digest], frozenset[str]]


class Unread(Protocol):
    """The bodies of functions that a module leaves for later, as something else than nodes."""

    def has(self, function: ir.Function) -> bool:
        """Whether the body of a function is one of them."""
        ...

    def bound(self, function: ir.Function) -> Iterable[tuple[str, str]]:
        """What is imported or defined in the body, and the name that it is bound to; a star for everything of a module."""
        ...

    def read(self, function: ir.Function, reader: Reader, names: set[str]) -> int:
        """What ``reader`` would make of the body if that were there: its mask; the names in it are added to ``names``."""
        ...

    def size(self, function: ir.Function) -> int:
        """How many statements it has in all its blocks, until they are too many to matter."""
        ...


def digests(module: ir.Module, unread: Unread | None = None) -> Mentions:
    """The digest of every function by the span of its name, of functions and classes by name, and all names mentioned."""
    reader = Reader(_bound_words(module.body, unread), unread)
    mentioned: set[str] = set()
    reader.read(module.body, mentioned)
    for statement in module.body:
        if isinstance(statement, ir.Assign):
            mask = Reader(reader.words).read(statement.value, set())
            for target in statement.targets if is_hit(mask) else ():
                name = root_name(target)
                if name is not None and (isinstance(target, ir.Name) or name.startswith("_")):  # ``_C.INPUT.MEAN = ...``
                    reader.note_hit(name)
    return reader.by_span, reader.by_name, frozenset(mentioned)


def _bound_words(body: tuple[ir.Statement, ...], unread: Unread | None) -> frozenset[str]:
    """The names that imports and definitions bind to what makes a site; all words where a star import may bind any."""
    words = site_words()
    found: set[str] = set(EVERYWHERE)
    for name, bound in _bound(body, unread):
        if name == "*":
            found |= words - _BUILTINS
        elif name in words:
            found.add(bound)
    return frozenset(found)


def _bound(body: tuple[ir.Statement, ...], unread: Unread | None) -> Iterator[tuple[str, str]]:
    pending: list[ir.Node] = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, ir.ImportFrom):
            for name in node.names:
                yield name.dotted, name.alias or name.dotted
        elif isinstance(node, _BLOCKS):
            if isinstance(node, (ir.Function, ir.Class)):
                yield node.name, node.name
            if unread is not None and isinstance(node, ir.Function) and unread.has(node):
                yield from unread.bound(node)
                continue
            for field in ("body", "otherwise", "handlers", "final", "cases"):
                pending.extend(getattr(node, field, ()))


class Reader:
    """Collects the digests of one module; ``words`` are the bare names that make sites in it."""

    def __init__(self, words: frozenset[str], unread: Unread | None = None) -> None:
        self.words = words
        self.by_span: dict[Span, Digest] = {}
        self.by_name: dict[str, Digest] = {}
        self._unread = unread

    def read(self, node: object, names: set[str]) -> int:
        """What a node or tuple of nodes mentions, as a mask; the names in it are added to ``names``."""
        kind = type(node)
        if kind is ir.Name:
            name: str = node.identifier  # type: ignore[attr-defined]
            names.add(name)
            return of_name(name) | HIT * (name in self.words)
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
        if isinstance(value, str) and value.endswith(CONFIG_SUFFIXES):
            names.add(CONFIG_FILE)
        return of_constant(value)

    def _attribute(self, node: ir.Attribute, names: set[str]) -> int:
        mask = self.read(node.value, names) | of_attribute(node.name)
        names.add(node.name)
        return mask

    def _imported(self, node: ir.ImportName, names: set[str]) -> int:
        names.add(node.dotted.split(".")[0])
        return 0

    def _parameter(self, node: ir.Parameter, names: set[str]) -> int:
        return self._parts(node, names) | of_keyword(node.name)

    def _argument(self, node: ir.Argument, names: set[str]) -> int:
        return self.read(node.value, names) | (of_keyword(node.keyword) if node.keyword is not None else 0)

    def _binary(self, node: ir.Binary, names: set[str]) -> int:
        mask = self.read(node.left, names) | self.read(node.right, names)
        return mask | of_arithmetic(node.operator, (_number(node.left), _number(node.right))) | of_measured(node.operator, mask)

    def _augmented(self, node: ir.AugmentedAssign, names: set[str]) -> int:
        mask = self._parts(node, names)
        return mask | of_arithmetic(node.operator, (_number(node.value),)) | of_measured(node.operator, mask)

    def _call(self, node: ir.Call, names: set[str]) -> int:
        if not isinstance(node.function, ir.Attribute):
            return self.read(node.function, names) | self._tuple(node.arguments, names)
        operator, arguments = node.function.name, node.arguments
        if operator in MEASURES:
            names.add(operator)
            return self.read(node.function.value, names) | self._tuple(arguments, names) | MEASURED
        mask = self.read(node.function, names) | self._tuple(arguments, names)
        if operator in CALCULATING:
            mask |= of_arithmetic(operator, [_number(one.value) for one in arguments]) | HIT * (MEASURED & mask > 0)
        elif operator == "register_buffer":
            self._buffer(arguments)
        elif operator in OPTIONS and mask & HIT:
            self.note_option()
        return mask

    def _assign(self, node: ir.Assign, names: set[str]) -> int:
        """``self.augment = Compose(...)``: whoever mentions the attribute may call it."""
        mask = self._tuple(node.targets, names)
        value = self.read(node.value, names)
        if node.annotation is not None:
            mask |= self.read(node.annotation, names)
        if is_hit(value):
            for target in node.targets:
                if isinstance(target, ir.Attribute):
                    self.note_hit(target.name)
        return mask | value | of_assigned(_number(node.value))

    def _sequence(self, node: ir.Sequence, names: set[str]) -> int:
        mask = self._tuple(node.items, names)
        if len(node.items) in {3, 4}:  # one number a channel
            plain = [item.operand if isinstance(item, ir.Unary) else item for item in node.items]
            mask |= HIT * all(isinstance(item, ir.Constant) and isinstance(item.value, float) for item in plain)
        return mask

    def _definition(self, node: ir.Function | ir.Class, names: set[str]) -> int:
        own: set[str] = set()
        if self._unread is not None and isinstance(node, ir.Function) and self._unread.has(node):
            mask = self._tuple(node.parameters, own) | self._unread.read(node, self, own) | self._tuple(node.decorators, own)
        else:
            mask = self._parts(node, own)
        size = self._size(node) if mask & CARRIED else 0
        self.define(node.name, node.name_span if isinstance(node, ir.Function) else None, mask, own, size)
        names |= own
        return mask

    def _buffer(self, arguments: tuple[ir.Argument, ...]) -> None:
        """``self.register_buffer("mean", torch.tensor(...))``: the attribute of that name."""
        named = arguments[0].value if len(arguments) > 1 else None
        if isinstance(named, ir.Constant) and isinstance(named.value, str):
            if is_hit(Reader(self.words).read(arguments[1].value, set())):
                self.note_hit(named.value)

    def _size(self, definition: ir.Function | ir.Class) -> int:
        """How many statements it has in all its blocks, until they are too many to matter."""
        count, pending = -1, [definition]
        while pending and count <= LONGEST_CARRIER:
            node: Any = pending.pop()
            count += 1
            if self._unread is not None and isinstance(node, ir.Function) and self._unread.has(node):
                count += self._unread.size(node)
                continue
            for field in ("body", "otherwise", "final"):
                pending.extend(getattr(node, field, ()))
        return count

    def define(self, name: str, name_span: Span | None, mask: int, names: set[str], size: int) -> None:
        """Note a function, or a class without a span, that mentions all this in so many statements."""
        # What calls itself takes containers apart: what it returns is no single image.
        carries = bool(mask & CARRIED) and name not in names and size <= LONGEST_CARRIER
        digest = Digest(is_hit(mask), tuple(sorted(names)), carries)
        if name_span is not None:
            self.by_span[name_span] = digest
        known = self.by_name.get(name)
        if known is not None:
            digest = Digest(known.hit or digest.hit, tuple(sorted({*known.names, *digest.names})))
        self.by_name[name] = digest

    def note_hit(self, name: str) -> None:
        """Whoever mentions this name may get at what mentions pixel values."""
        self.by_name.setdefault(name, Digest(True, ()))

    def note_option(self) -> None:
        """An option of a program is a mean or std."""
        for name in _PARSING:
            self.note_hit(name)


_READERS: dict[type, Callable[[Reader, Any, set[str]], int]] = {
    tuple: Reader._tuple,
    ir.Constant: Reader._constant,
    ir.Attribute: Reader._attribute,
    ir.ImportName: Reader._imported,
    ir.Parameter: Reader._parameter,
    ir.Argument: Reader._argument,
    ir.Binary: Reader._binary,
    ir.AugmentedAssign: Reader._augmented,
    ir.Call: Reader._call,
    ir.Assign: Reader._assign,
    ir.Sequence: Reader._sequence,
    ir.Function: Reader._definition,
    ir.Class: Reader._definition,
}


def _number(node: ir.Expression) -> object:
    """The absolute value of a written number."""
    if isinstance(node, ir.Unary):
        node = node.operand
    return number_of(node.value) if isinstance(node, ir.Constant) else None


@cache
def _fields(kind: type) -> tuple[str, ...]:
    """The fields of a node that may hold other nodes; none of what is no node."""
    if not issubclass(kind, ir.Node):
        return ()
    return tuple(field.name for field in fields(kind) if field.type not in _PLAIN)
