"""Lowered modules to bytes and back, for the cache: data only, checked on the way in.

The nodes are written flat, children before their parent, each as ``[tag, span, fields]``; reading is a stack machine,
so neither direction recurses and no byte sequence builds a graph or anything else than a tree. The bodies of functions stand
behind the module, each by itself, and are read when they are asked for: as nodes, or the lines that they are lowered from.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Collection, Sequence
from functools import partial
from itertools import accumulate, pairwise
from typing import Any, get_args

from normlint import ir
from normlint.constant_codec import FieldError, constant_from, constant_to
from normlint.places import Span

FORMAT = 3
MAX_DEPTH = 2_000

_EXPRESSIONS: frozenset[type[Any]] = frozenset(get_args(ir.Expression))
_STATEMENTS: frozenset[type[Any]] = frozenset(get_args(ir.Statement))

# How each field after the span is written: a kind of child (one, optional, many, many optional) or of scalar.
_ONE, _OPTIONAL, _MANY, _HOLES = "one", "optional", "many", "holes"
# What lowers the body of the function with this span of its name again, where it was damaged.
_Again = Callable[[Span], tuple[ir.Statement, ...]]
# Is told of each function whose body is read, and how many bytes that has.
_Opened = Callable[[ir.Function, int], None]
_TEXT, _TEXT_OR_NONE, _TEXTS, _COUNT, _SPAN, _CONSTANT = "text", "text?", "texts", "count", "span", "constant"
_Field = tuple[str, str, frozenset[type[Any]]]


def _fields(*specifications: str, **children: Collection[type[Any]]) -> tuple[_Field, ...]:
    """Each specification is ``name:kind``; ``children`` gives the classes of those that are no expressions."""
    made: list[_Field] = []
    for specification in specifications:
        name, _, kind = specification.partition(":")
        made.append((name, kind, frozenset(children.get(name, _EXPRESSIONS))))
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
_WORD = re.compile(r"\w+")
_FUNCTION = next(fields for made, fields in _SCHEMA if made is ir.Function)
_TAGS = {made: (tag, fields) for tag, (made, fields) in enumerate(_SCHEMA)}


class CodecError(ValueError):
    """Bytes that ``encode`` of this version did not write."""


def encode(module: ir.Module) -> bytes:
    """The module as bytes that ``decode`` reads back to an equal one."""
    bodies: list[bytes] = []
    records = _records(module.body, bodies)
    document = [
        FORMAT,
        module.path,
        records,
        [[*problem.span, problem.message] for problem in module.problems],
        [[line.raw_line, line.raw_column, line.cell, line.cell_line] for line in module.cells],
        [len(body) for body in bodies],
    ]
    return b"".join((_bytes(document), b"\n", *bodies))


def _bytes(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode("ascii")


def _records(body: Sequence[ir.Node], bodies: list[bytes] | None) -> list[list[object]]:
    """The nodes in the order of reading; what functions do joins ``bodies``, where there are some."""
    records: list[list[object]] = []
    pending: list[ir.Node] = list(body)
    while pending:
        records.append(_record(pending.pop(), pending, bodies))
    records.reverse()
    return records


def _record(node: ir.Node, pending: list[ir.Node], bodies: list[bytes] | None) -> list[object]:
    """The node's own fields; its children join ``pending`` in their order."""
    tag, fields = _TAGS[type(node)]
    record: list[object] = [tag, *node.span]
    for name, kind, _ in fields:
        if bodies is not None and name == "body" and isinstance(node, ir.Function):
            lines = node.text
            record.append([len(bodies)] if lines is None else [len(bodies), node.length])
            bodies.append(_bytes(_records(node.body, None) if lines is None else lines))
            continue
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


def text_of(nodes: Sequence[ir.Node]) -> bytes:
    """The nodes as they stand in an encoded module: every name of them can be looked for in it, alone as well."""
    bodies: list[bytes] = []
    records = _records(nodes, bodies)
    lines = [text for body in bodies if isinstance(text := json.loads(body), str)]
    return b"".join((_bytes([records, sorted({word for text in lines for word in _WORD.findall(text)})]), *bodies))


def placeless(nodes: Sequence[ir.Node]) -> list[list[object]]:
    """The records of nodes and all below them without where they begin and end."""
    return [[record[0], *record[5:]] for record in _records(nodes, None)]


def children(node: ir.Node) -> list[ir.Node]:
    """The nodes right below a node."""
    found: list[ir.Node] = []
    _record(node, found, None)
    return found


def decode(data: bytes, again: _Again | None = None, opened: _Opened | None = None) -> ir.Module:
    """The module that ``encode`` wrote. Raises ``CodecError`` for anything else.

    The bodies of functions are read later: ``again`` stands in for one that is damaged; without it, asking for that body
    raises ``CodecError``. ``opened`` is told of each that is read.
    """
    try:
        head, _, rest = data.partition(b"\n")
        version, path, records, problems, cells, sizes = _list(json.loads(head), 6)
        if version != FORMAT:
            raise CodecError("written by another version")
        ends = list(accumulate(map(_number, _list(sizes)), initial=0))
        if ends[-1] != len(rest):
            raise CodecError("cut off")
        bodies = [rest[start:end] for start, end in pairwise(ends)]
        return ir.Module(
            _text(path),
            _body(_list(records), bodies, again, opened),
            tuple([ir.Problem(_span(item[:4]), _text(item[4])) for item in map(_five, _list(problems))]),
            tuple([ir.CellLine(*_numbers(item)) for item in _list(cells)]),
        )
    except CodecError:
        raise
    except (ValueError, RecursionError) as error:
        raise CodecError(f"damaged: {error}") from error


def _lowered(again: _Again | None, opened: _Opened | None, function: ir.Function) -> tuple[ir.Statement, ...]:
    """The body of a function that is left as lines. Raises ``CodecError`` as ``_read`` does."""
    from normlint.lowering import lower_lines

    text = function.text or ""
    if opened is not None:
        opened(function, 2 * len(text))  # what its nodes would take
    body = lower_lines(text, function.span)
    if body is not None:
        return body
    if again is None:
        raise CodecError("lines that cannot be lowered by themselves")
    return again(function.name_span)


def _read(packed: bytes, again: _Again | None, opened: _Opened | None, function: ir.Function) -> tuple[ir.Statement, ...]:
    """The body of a function. Raises ``CodecError`` where it is damaged and cannot be had again."""
    data = zlib.decompress(packed)
    if opened is not None:
        opened(function, len(data))
    try:
        return _body(_list(json.loads(data)), [])
    except (ValueError, RecursionError) as error:
        if again is None:
            raise CodecError(f"damaged: {error}") from error
        return again(function.name_span)


def _body(
    records: list[Any], bodies: list[bytes], again: _Again | None = None, opened: _Opened | None = None
) -> tuple[ir.Statement, ...]:
    stack: list[Any] = []
    depths: list[int] = []
    for record in records:
        if type(record) is not list or len(record) < 5:
            raise FieldError("a record is missing")
        tag = record[0]
        if type(tag) is not int or not 0 <= tag < len(_SCHEMA):
            raise FieldError("an unknown node")
        made, fields = _SCHEMA[tag]
        span = _span(record[1:5])
        values = _values(fields, record, stack)
        size = len(stack)
        depth = 1 + max(depths[size:], default=0)
        if depth > MAX_DEPTH:
            raise FieldError("nested too deep")
        depths[size:] = (depth,)
        if made is ir.Function and type(values[3]) is list:
            name, name_span, parameters, (index, *length), decorators = values
            if not 0 <= index < len(bodies):
                raise FieldError("a body is missing")
            read: Callable[[ir.Function], tuple[ir.Statement, ...]]
            if length:
                text, read = _text(json.loads(bodies[index])), partial(_lowered, again, opened)
                stack.append(ir.Function.unread(span, name, name_span, parameters, decorators, read, length[0], text))
            else:
                packed = zlib.compress(bodies[index], 1)  # all of them stay, and few are read
                read = partial(_read, packed, again, opened)
                stack.append(ir.Function.unread(span, name, name_span, parameters, decorators, read))
        else:
            stack.append(made(span, *values))
    return _checked(tuple(stack), _STATEMENTS)


def _values(fields: Sequence[_Field], record: list[Any], stack: list[Any]) -> list[Any]:
    """The values of a node's fields; its children are taken from the end of ``stack``, so the last field comes first."""
    values: list[Any] = []
    at = len(record)
    for name, kind, classes in reversed(fields):
        if kind == _ONE:
            values.append(_child(stack, classes))
            continue
        at -= 1
        if at < 5:
            raise FieldError("a field is missing")
        item = record[at]
        if name == "body" and type(item) is list and fields is _FUNCTION:
            if not 1 <= len(item) <= 2:
                raise FieldError("a body is missing")
            values.append([_number(number) for number in item])
        elif kind == _MANY:
            values.append(_last(stack, _number(item), classes))
        elif kind == _OPTIONAL:
            values.append(_child(stack, classes) if _flag(item) else None)
        elif kind == _HOLES:
            present = [_flag(flag) for flag in _list(item)]
            filled = iter(_last(stack, sum(present), classes))
            values.append(tuple([next(filled) if flag else None for flag in present]))
        else:
            values.append(_SCALARS[kind](item))
    if at != 5:
        raise FieldError("a field too many")
    values.reverse()
    return values


def _child(stack: list[Any], classes: frozenset[type[Any]]) -> Any:
    if not stack or type(stack[-1]) not in classes:
        raise FieldError("a child is missing or of another kind")
    return stack.pop()


def _last(stack: list[Any], count: int, classes: frozenset[type[Any]]) -> tuple[Any, ...]:
    if not count:
        return ()
    at = len(stack) - count
    if at < 0:
        raise FieldError("children are missing")
    children = tuple(stack[at:])
    del stack[at:]
    return _checked(children, classes)


def _checked(children: tuple[Any, ...], classes: frozenset[type[Any]]) -> tuple[Any, ...]:
    if not classes.issuperset(map(type, children)):
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
    first, second, third, fourth = _list(item, 4)
    if not type(first) is type(second) is type(third) is type(fourth) is int or min(item) < 0:
        raise FieldError("a span is missing")
    return Span(first, second, first if third == first else third, fourth)  # one number for the line, as most have one


_SCALARS: dict[str, Callable[[Any], Any]] = {
    _TEXT: _text, _TEXT_OR_NONE: _text_or_none, _TEXTS: _texts, _COUNT: _number, _SPAN: _span,
    _CONSTANT: constant_from,
}  # fmt: skip
