"""Lowered modules to bytes and back, for the cache: data only, checked on the way in.

The nodes are written flat, children before their parent, each as ``[tag, span, fields]``; reading is a stack machine,
so neither direction recurses and no byte sequence builds a graph or anything else than a tree.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, get_args

from normlint import ir
from normlint.constant_codec import FieldError, constant_from, constant_to
from normlint.places import Span

FORMAT = 1
MAX_DEPTH = 2_000

_EXPRESSIONS = get_args(ir.Expression)
_STATEMENTS = get_args(ir.Statement)

# How each field after the span is written: a kind of child (one, optional, many, many optional) or of scalar.
_ONE, _OPTIONAL, _MANY, _HOLES = "one", "optional", "many", "holes"
_TEXT, _TEXT_OR_NONE, _TEXTS, _COUNT, _SPAN, _CONSTANT = "text", "text?", "texts", "count", "span", "constant"
_Field = tuple[str, str, tuple[type[Any], ...]]


def _fields(*specifications: str, **children: tuple[type[Any], ...]) -> tuple[_Field, ...]:
    """Each specification is ``name:kind`` or, for children, ``name:kind:class``, expressions by default."""
    made: list[_Field] = []
    for specification in specifications:
        name, _, kind = specification.partition(":")
        made.append((name, kind, children.get(name, _EXPRESSIONS)))
    return tuple(made)


_BODY, _OTHERWISE = "body:many", "otherwise:many"
_SCHEMA: tuple[tuple[type[Any], tuple[_Field, ...]], ...] = (
    (ir.Constant, _fields("value:constant")),
    (ir.EllipsisLiteral, ()),
    (ir.Name, _fields("identifier:text")),
    (ir.Attribute, _fields("value:one", "name:text", "name_span:span")),
    (ir.Argument, _fields("value:one", "keyword:text?", "star:text")),
    (ir.Call, _fields("function:one", "arguments:many", arguments=(ir.Argument,))),
    (ir.Binary, _fields("operator:text", "left:one", "right:one")),
    (ir.Unary, _fields("operator:text", "operand:one")),
    (ir.Compare, _fields("left:one", "operators:texts", "rights:many")),
    (ir.Boolean, _fields("operator:text", "operands:many")),
    (ir.Conditional, _fields("test:one", "body:one", "otherwise:one")),
    (ir.Sequence, _fields("kind:text", "items:many")),
    (ir.Mapping, _fields("keys:holes", "values:many")),
    (ir.Subscript, _fields("value:one", "index:one")),
    (ir.Slice, _fields("lower:optional", "upper:optional", "step:optional")),
    (ir.Starred, _fields("value:one")),
    (ir.Generator, _fields("target:one", "iterable:one", "conditions:many")),
    (
        ir.Comprehension,
        _fields("kind:text", "element:one", "value:optional", "generators:many", generators=(ir.Generator,)),
    ),
    (ir.Parameter, _fields("name:text", "kind:text", "default:optional", "annotation:optional")),
    (ir.Lambda, _fields("parameters:many", "body:one", parameters=(ir.Parameter,))),
    (ir.Assignment, _fields("target:one", "value:one")),
    (ir.FormattedString, _fields("parts:many")),
    (ir.Opaque, _fields("operands:many")),
    (ir.Assign, _fields("targets:many", "value:one", "annotation:optional")),
    (ir.AugmentedAssign, _fields("operator:text", "target:one", "value:one")),
    (ir.ExpressionStatement, _fields("value:one")),
    (ir.Return, _fields("value:optional")),
    (ir.If, _fields("test:one", _BODY, _OTHERWISE, body=_STATEMENTS, otherwise=_STATEMENTS)),
    (ir.For, _fields("target:one", "iterable:one", _BODY, _OTHERWISE, body=_STATEMENTS, otherwise=_STATEMENTS)),
    (ir.While, _fields("test:one", _BODY, _OTHERWISE, body=_STATEMENTS, otherwise=_STATEMENTS)),
    (ir.WithItem, _fields("value:one", "target:optional")),
    (ir.With, _fields("items:many", _BODY, items=(ir.WithItem,), body=_STATEMENTS)),
    (ir.Handler, _fields("exception:optional", "name:text?", _BODY, body=_STATEMENTS)),
    (
        ir.Try,
        _fields(
            _BODY, "handlers:many", _OTHERWISE, "final:many",
            body=_STATEMENTS, handlers=(ir.Handler,), otherwise=_STATEMENTS, final=_STATEMENTS,
        ),
    ),
    (ir.Case, _fields("literal:optional", _BODY, body=_STATEMENTS)),
    (ir.Match, _fields("subject:one", "cases:many", cases=(ir.Case,))),
    (
        ir.Function,
        _fields(
            "name:text", "name_span:span", "parameters:many", _BODY, "decorators:many",
            parameters=(ir.Parameter,), body=_STATEMENTS,
        ),
    ),
    (
        ir.Class,
        _fields(
            "name:text", "name_span:span", "bases:many", _BODY, "decorators:many",
            bases=(ir.Argument,), body=_STATEMENTS,
        ),
    ),
    (ir.ImportName, _fields("dotted:text", "alias:text?")),
    (ir.Import, _fields("names:many", names=(ir.ImportName,))),
    (ir.ImportFrom, _fields("module:text", "level:count", "names:many", names=(ir.ImportName,))),
    (ir.Jump, _fields("kind:text", "value:optional")),
    (ir.Assert, _fields("test:one")),
    (ir.Scope, _fields("kind:text", "names:texts")),
)  # fmt: skip
_TAGS = {made: (tag, fields) for tag, (made, fields) in enumerate(_SCHEMA)}


class CodecError(ValueError):
    """Bytes that ``encode`` of this version did not write."""


def encode(module: ir.Module) -> bytes:
    """The module as bytes that ``decode`` reads back to an equal one."""
    records: list[list[object]] = []
    pending: list[ir.Node] = list(module.body)
    while pending:
        records.append(_record(pending.pop(), pending))
    records.reverse()
    document = [
        FORMAT,
        module.path,
        records,
        [[*problem.span, problem.message] for problem in module.problems],
        [[line.raw_line, line.raw_column, line.cell, line.cell_line] for line in module.cells],
    ]
    return json.dumps(document, separators=(",", ":")).encode("ascii")


def _record(node: ir.Node, pending: list[ir.Node]) -> list[object]:
    """The node's own fields; its children join ``pending`` in their order."""
    tag, fields = _TAGS[type(node)]
    record: list[object] = [tag, *node.span]
    for name, kind, _ in fields:
        value = getattr(node, name)
        if kind == _ONE:
            pending.append(value)
        elif kind == _OPTIONAL:
            record.append(int(value is not None))
            if value is not None:
                pending.append(value)
        elif kind == _MANY:
            record.append(len(value))
            pending.extend(value)
        elif kind == _HOLES:
            record.append([int(item is not None) for item in value])
            pending.extend([item for item in value if item is not None])
        elif kind == _CONSTANT:
            record.append(constant_to(value))
        else:
            record.append(value)
    return record


def decode(data: bytes) -> ir.Module:
    """The module that ``encode`` wrote. Raises ``CodecError`` for anything else."""
    try:
        version, path, records, problems, cells = _list(json.loads(data), 5)
        if version != FORMAT:
            raise CodecError("written by another version")
        return ir.Module(
            _text(path),
            _body(_list(records)),
            tuple([ir.Problem(_span(item[:4]), _text(item[4])) for item in map(_five, _list(problems))]),
            tuple([ir.CellLine(*_numbers(item)) for item in _list(cells)]),
        )
    except CodecError:
        raise
    except (ValueError, RecursionError) as error:
        raise CodecError(f"damaged: {error}") from error


def _body(records: list[Any]) -> tuple[ir.Statement, ...]:
    stack: list[Any] = []
    depths: list[int] = []
    for record in records:
        items = _list(record)
        tag = items[0] if items else None
        if type(tag) is not int or not 0 <= tag < len(_SCHEMA):
            raise FieldError("an unknown node")
        made, fields = _SCHEMA[tag]
        span = _span(items[1:5])
        values, size = _values(fields, items[5:], stack)
        depth = 1 + max(depths[len(depths) - size :], default=0) if size else 1
        if depth > MAX_DEPTH:
            raise FieldError("nested too deep")
        del depths[len(depths) - size :], stack[len(stack) - size :]
        stack.append(made(span, *values))
        depths.append(depth)
    return _children(stack, 0, len(stack), _STATEMENTS)


def _values(fields: Sequence[_Field], items: list[Any], stack: list[Any]) -> tuple[list[Any], int]:
    """The values of a node's fields, and how many nodes from the end of ``stack`` they took."""
    counts: list[int] = []
    rest = iter(items)
    raw: list[Any] = []
    for _, kind, _ in fields:
        item = None if kind == _ONE else next(rest, _MISSING)
        if item is _MISSING:
            raise FieldError("a field is missing")
        raw.append(item)
        counts.append(_child_count(kind, item))
    if next(rest, _MISSING) is not _MISSING:
        raise FieldError("a field too many")
    size = sum(counts)
    at = len(stack) - size
    if at < 0:
        raise FieldError("children are missing")
    values: list[Any] = []
    for (_, kind, classes), item, count in zip(fields, raw, counts, strict=True):
        children = _children(stack, at, at + count, classes)
        at += count
        if kind in _SCALARS:
            values.append(_SCALARS[kind](item))
        elif kind == _MANY:
            values.append(children)
        elif kind == _HOLES:
            filled = iter(children)
            values.append(tuple([next(filled) if present else None for present in item]))
        else:
            values.append(children[0] if children else None)
    return values, size


_MISSING = object()


def _child_count(kind: str, item: Any) -> int:
    if kind == _ONE:
        return 1
    if kind == _OPTIONAL:
        return _flag(item)
    if kind == _MANY:
        return _number(item)
    if kind == _HOLES:
        return sum([_flag(present) for present in _list(item)])
    return 0


def _children(stack: list[Any], start: int, end: int, classes: tuple[type[Any], ...]) -> tuple[Any, ...]:
    children = tuple(stack[start:end])
    for child in children:
        if type(child) not in classes:
            raise FieldError("a child of another kind")
    return children


def _list(item: Any, size: int | None = None) -> list[Any]:
    if type(item) is not list or (size is not None and len(item) != size):
        raise FieldError("a list is missing")
    return item


def _five(item: Any) -> list[Any]:
    return _list(item, 5)


def _text(item: Any) -> str:
    if type(item) is not str:
        raise FieldError("a text is missing")
    return item


def _text_or_none(item: Any) -> str | None:
    return None if item is None else _text(item)


def _texts(item: Any) -> tuple[str, ...]:
    return tuple([_text(text) for text in _list(item)])


def _number(item: Any) -> int:
    if type(item) is not int or item < 0:
        raise FieldError("a count is missing")
    return item


def _numbers(item: Any) -> tuple[int, int, int, int]:
    first, second, third, fourth = [_number(number) for number in _list(item, 4)]
    return first, second, third, fourth


def _flag(item: Any) -> int:
    if type(item) is not int or item not in (0, 1):
        raise FieldError("a flag is missing")
    return item


def _span(item: Any) -> Span:
    return Span(*_numbers(item))


_SCALARS: dict[str, Callable[[Any], Any]] = {
    _TEXT: _text, _TEXT_OR_NONE: _text_or_none, _TEXTS: _texts, _COUNT: _number, _SPAN: _span,
    _CONSTANT: constant_from,
}  # fmt: skip
