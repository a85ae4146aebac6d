"""Changes of a module that only those can notice who name what was changed: a function that is new, or has another body.

The statements in front of the first that differs, and those behind the last, are the same at the same places. What differs
defines functions, classes and plain constants only, so that evaluating the module leaves all else as it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from normlint import codec, ir
from normlint.evaluate.labels import feeds
from normlint.evaluate.words import UNSPECIFIC
from normlint.immutable import dataclass
from normlint.places import Span
from normlint.purposes import PAGES, TELLING

# What tells those that never name a function of it: the options of a program, the buffers of a model.
_TELLING = frozenset({"add_argument", "add_option", "set_defaults", "register_buffer"})
_OF_METHODS = frozenset({"property", "staticmethod", "classmethod"})
_MOST_STATEMENTS = 200
# Names that say what a whole file is for: normlint.evaluate.entries.
_SPEAKING = TELLING | PAGES


@dataclass(frozen=True, slots=True)
class Change:
    """``names`` are those of what differs.

    ``silent``: evaluating the module observes, and imports, nothing else than before; ``still``: neither do its functions.
    """

    names: frozenset[str]
    silent: bool
    still: bool


def change_of(before: ir.Module, now: ir.Module) -> Change | None:
    """What differs between two forms of a module; None where others may notice without a name.

    Raises ``CodecError`` for a form whose functions cannot be read.
    """
    old, new = before.body, now.body
    if before.problems != now.problems or before.cells or now.cells:
        return None
    start = _common(zip(old, new, strict=False))
    end = _common(zip(old[start:][::-1], new[start:][::-1], strict=False))
    gone, come = old[start : len(old) - end], new[start : len(new) - end]
    alike = [_head(node) for node in gone] == [_head(node) for node in come]
    both, kept = (*gone, *come), new[:start] + new[len(new) - end :]
    if max(len(gone), len(come)) > _MOST_STATEMENTS or not all(_is_inert(node, alike) for node in both):
        return None
    # What is evaluated behind them gets the next numbers: classes take some.
    if end and not alike and any(isinstance(node, ir.Class) for node in both):
        return None
    if any(isinstance(inner, ir.Attribute) and inner.name in _TELLING for node in both for inner in _below(node)):
        return None
    encoded = codec.text_of(kept)
    if not _imports_as_before(both, kept, encoded):
        return None
    bound = frozenset(name for node in both for name in _bound(node))
    told = frozenset(name for name, _ in {*_told(gone)} ^ {*_told(come)}) - UNSPECIFIC
    if mentions_any(bound | told, encoded):
        return None
    based = any(isinstance(node, ir.Class) and node.bases for node in both)
    silent = not any(map(feeds, bound | told)) and (alike or not based)
    defines = any(isinstance(node, ir.Function | ir.Class) for node in both)
    return Change(bound | told, silent, silent and not defines and not has_word(_SPEAKING, codec.text_of(both)))


def mentions_any(names: Iterable[str], encoded: bytes) -> bool:
    """Whether an encoded module has one of the names in it, be it as a part of another word."""
    return any(json.dumps(name)[1:-1].encode("ascii") in encoded for name in names)


def has_word(words: Iterable[str], encoded: bytes) -> bool:
    """Whether an encoded module has one of the words in it, alone."""
    return any(json.dumps(word).encode("ascii") in encoded for word in words)


def _common(pairs: Iterable[tuple[ir.Statement, ir.Statement]]) -> int:
    return sum(1 for _ in takewhile(lambda pair: _is_same(*pair), pairs))


def _is_same(one: ir.Statement, other: ir.Statement) -> bool:
    """Whether two statements are the same at the same place; functions that are left as lines are told by these."""
    match one, other:
        case ir.Function(text=str() as text), ir.Function(text=str() as lines) if text == lines:
            return _begin_alike(one, other) and one.parameters == other.parameters
        case ir.Class(body=body), ir.Class(body=inner) if len(body) == len(inner):
            return _begin_alike(one, other) and one.bases == other.bases and all(map(_is_same, body, inner))
    return one == other


def _begin_alike(one: ir.Function | ir.Class, other: ir.Function | ir.Class) -> bool:
    return (one.span, one.name, one.name_span, one.decorators) == (other.span, other.name, other.name_span, other.decorators)


def _below(node: ir.Node) -> Iterator[ir.Node]:
    """The node and all below it."""
    pending = [node]
    while pending:
        inner = pending.pop()
        yield inner
        pending += codec.children(inner)


def _head(node: ir.Statement) -> object:
    """What is evaluated of a definition when it is reached; all of another statement."""
    match node:
        case ir.Function():
            return ("function", node.name, [_form(part) for part in (*node.parameters, *node.decorators)])
        case ir.Class():
            return ("class", node.name, [_form(part) for part in (*node.bases, *node.decorators)], [*map(_head, node.body)])
    return _form(node)


def _form(node: ir.Node) -> str:
    """The node without its positions, as a text."""
    return json.dumps([[part for part in record if not isinstance(part, Span)] for record in codec.placeless([node])])


def _is_inert(node: ir.Statement, alike: bool, member: bool = False) -> bool:
    """Whether a statement does nothing but to bind its own name; ``alike``: its head is what it was before."""
    match node:
        case ir.Assign(targets=targets, value=value):
            return node.annotation is None and _is_plain(value) and all(isinstance(target, ir.Name) for target in targets)
        case ir.ExpressionStatement(value=value):
            return isinstance(value, ir.Constant)
        case ir.Function(parameters=parameters, decorators=decorators):
            if not all(member and isinstance(name, ir.Name) and name.identifier in _OF_METHODS for name in decorators):
                return False
            return alike or all(one.default is None or _is_plain(one.default) for one in parameters)
        case ir.Class(bases=bases, body=body, decorators=()):
            named = all(not one.keyword and not one.star and _is_name(one.value) for one in bases)
            return named and all(_is_inert(inner, alike, True) for inner in body if not isinstance(inner, ir.Jump))
    return False


def _is_plain(value: ir.Expression) -> bool:
    return isinstance(value.operand if isinstance(value, ir.Unary) else value, ir.Constant)


def _is_name(value: ir.Expression) -> bool:
    while isinstance(value, ir.Attribute):
        value = value.value
    return isinstance(value, ir.Name)


def _bound(node: ir.Statement) -> tuple[str, ...]:
    """The names that a statement binds in the module."""
    match node:
        case ir.Function(name=name) | ir.Class(name=name):
            return (name,)
        case ir.Assign(targets=targets):
            return tuple(target.identifier for target in targets if isinstance(target, ir.Name))
    return ()


def _told(nodes: Sequence[ir.Node]) -> Iterator[tuple[str, str]]:
    """The names that others may mention because of what they stand for: functions, classes, and attributes that are set."""
    for node in nodes:
        for inner in _below(node):
            match inner:
                case ir.Function(name=name) | ir.Class(name=name):
                    yield name, _form(inner)
                case ir.Assign(targets=targets):
                    yield from ((target.name, _form(inner)) for target in targets if isinstance(target, ir.Attribute))


def _imports_as_before(nodes: Sequence[ir.Node], kept: Sequence[ir.Node], encoded: bytes) -> bool:
    """Whether no name becomes, or is no more, one of a library for the statements that are kept, by an import in functions."""
    found = _imports(nodes)
    if not found:
        return True
    named = {one for one in found if has_word([one[1] or one[0]], encoded)}  # mostly none: then nobody looks where
    return ("*", None) not in found and (not named or named <= _imports(kept))


def _imports(nodes: Iterable[ir.Node]) -> set[tuple[str, str | None]]:
    return {
        (name.dotted, name.alias)
        for node in nodes for inner in _below(node) if isinstance(inner, ir.ImportFrom) for name in inner.names
    }  # fmt: skip
