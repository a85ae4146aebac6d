"""Expressions of the lowered form on abstract values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from normlint import ir
from normlint.evaluate import aliasing
from normlint.evaluate.arithmetic import binary, unary
from normlint.evaluate.attributes import attribute
from normlint.evaluate.channelwise import is_channelwise, seen_as_image
from normlint.evaluate.constants import constant_site
from normlint.evaluate.emission import flush
from normlint.evaluate.guards import alternatives
from normlint.evaluate.iteration import GROWS, element_of, items_of
from normlint.evaluate.machine import DEEPEST_EXPRESSION, RECIPROCAL, Machine, label_of
from normlint.evaluate.parameters import dtype_of
from normlint.evaluate.paths import ROOT, concatenated, operated
from normlint.evaluate.subscripts import subscript
from normlint.evaluate.transforms import used_again
from normlint.immutable import replace
from normlint.places import Place
from normlint.values import (
    UNKNOWN_KEY,
    Alternatives,
    Constant,
    DictCell,
    External,
    FunctionValue,
    Image,
    ListCell,
    Ref,
    Slicing,
    Transform,
    TupleValue,
    Unknown,
    Value,
    Vector,
    relabel,
)

MOST_ELEMENTS = 64


def evaluate(run: Machine, node: ir.Expression) -> Value:
    """The abstract value of an expression; unknown beyond the depth bound."""
    handler = _HANDLERS.get(type(node))
    if handler is None or run.depth > DEEPEST_EXPRESSION:
        return run.unknown()
    run.depth += 1
    run.steps_left -= 1
    try:
        if run.steps_left < 0:
            run.overspent()
        return handler(run, node)
    finally:
        run.depth -= 1


def truth(run: Machine, value: Value) -> bool | None:
    """Whether a value counts as true; None where that is not known."""
    content = run.contents(value)
    if _may_differ(content):
        return None
    match content:
        case Constant(value=constant):
            return bool(constant)
        case TupleValue(items=items):
            return bool(items)
        case Vector(numbers=(number,)):
            return bool(number)
        case ListCell(items=items, open=False):
            return bool(items)
        case FunctionValue():
            return True
    return None


def _may_differ(value: object) -> bool:
    """The default of an option, or a config's number or name: whoever runs the program may choose another."""
    return isinstance(value, Constant) and value.source in {"argparse", "config"} and not isinstance(value.value, bool)


def _constant(run: Machine, node: ir.Constant) -> Value:
    return Constant(node.value, place=run.place(node))


def _name(run: Machine, node: ir.Name) -> Value:
    value, info = run.lookup(node.identifier)
    if run.altered:
        aliasing.read(run, node)
    if value is None:
        return _unbound(run, node.identifier)
    if info is not None and info.kind == "module" and run.scopes[run.scope].kind != "module":
        return sourced(value, "constant")
    return value


def sourced(value: Value, source: str) -> Value:
    """A number that was reached through a name, attribute or import says so."""
    if isinstance(value, (Constant, Vector)) and value.source in {"literal", "constant"}:
        return relabel(value, source=source)
    return value


def _unbound(run: Machine, name: str) -> Value:
    scope: int | None = run.scope
    while scope is not None:
        info = run.scopes[scope]
        for dotted in info.stars:
            full = f"{dotted}.{name}"
            known = run.catalogue.constant(full)
            if known is not None or run.catalogue.lookup(full) is not None or full in run.catalogue.packages:
                return External(full)
        scope = info.parent
    if name in _BUILTINS:
        return External(f"builtins.{name}")
    text = ROOT + run.module.path if name == "__file__" else ""
    return run.unknown(name=name, label=label_of(name), text=text)


def _attribute(run: Machine, node: ir.Attribute) -> Value:
    known = len(run.log.aliased)
    receiver = evaluate(run, node.value)
    if len(run.log.aliased) > known and aliasing.asks_metadata(node):
        del run.log.aliased[known:]
    if isinstance(receiver, Ref) and node.name in GROWS:
        return attribute(run, receiver, node.name, node)  # all forms of a list grow at once
    return run.each(receiver, lambda option: attribute(run, option, node.name, node))


def _call(run: Machine, node: ir.Call) -> Value:
    from normlint.evaluate.calls import call_node  # calls evaluate bodies, which are made of expressions

    return call_node(run, node)


def _binary(run: Machine, node: ir.Binary) -> Value:
    left, right = evaluate(run, node.left), evaluate(run, node.right)
    result = binary(run, node.operator, left, right, run.place(node))
    if isinstance(result, Unknown) and node.operator in "+/%":
        text = operated(run, node.operator, left, right)
        return replace(result, text=text) if text else result
    return result


def _unary(run: Machine, node: ir.Unary) -> Value:
    operand = evaluate(run, node.operand)
    if node.operator == "not":
        known = truth(run, operand)
        return run.unknown() if known is None else Constant(not known)
    return unary(run, node.operator, operand, node)


def _compare(run: Machine, node: ir.Compare) -> Value:
    values = [evaluate(run, node.left), *(evaluate(run, right) for right in node.rights)]
    if len(values) == 2 and all(isinstance(value, Constant) for value in values):
        if any(_may_differ(value) for value in values):
            return run.unknown()
        left, right = (value.value for value in values if isinstance(value, Constant))
        try:
            return Constant(_COMPARISONS[node.operators[0]](left, right))
        except (KeyError, TypeError):
            return run.unknown()
    held = _contains(run, values[1], values[0]) if len(values) == 2 and node.operators[0] in {"in", "not in"} else None
    if held is not None:
        return Constant(held is (node.operators[0] == "in"))
    exceeded = _exceeds(run, node, values[1]) if len(values) == 2 else None
    if exceeded is not None:
        return Constant(exceeded)
    if len(values) == 2 and node.operators[0] in {"==", "!=", "is", "is not"}:
        same = _same_dtype(run, values[0], values[1])
        if same is not None:
            return Constant(same is (node.operators[0] in {"==", "is"}))
    if node.operators in {("is",), ("is not",)} and isinstance(values[1], Constant) and values[1].value is None:
        content = run.contents(values[0])
        if not isinstance(content, (Unknown, Alternatives, Constant)):
            return Constant(node.operators == ("is not",))
    return run.unknown()


def _contains(run: Machine, whole: Value, value: Value) -> bool | None:
    """Whether a dict has a key, or a list of constants an item; None where one of them is not known."""
    content = run.contents(whole)
    if not isinstance(value, Constant):
        return None
    if isinstance(content, DictCell):
        return None if content.open else content.get(value.value) is not None
    if isinstance(content, (ListCell, TupleValue)) and not getattr(content, "open", False):
        items = [item.value for item in content.items if isinstance(item, Constant)]
        return value.value in items if len(items) == len(content.items) else None
    return None


def _exceeds(run: Machine, node: ir.Compare, limit: Value) -> bool | None:
    """``image.max() > 256`` of an image that cannot: False; None where the range does not decide."""
    left = node.left
    if not isinstance(left, ir.Call) or not isinstance(left.function, ir.Attribute) or node.operators[0] not in {">", ">="}:
        return None
    if left.function.name not in {"max", "amax"} or not isinstance(limit, Constant):
        return None
    asked = left.arguments[0].value if left.arguments else left.function.value
    image = run.contents(evaluate(run, asked)) if isinstance(asked, ir.Name) else None
    if not isinstance(image, Image) or not image.anchored or image.interval is None or not isinstance(limit.value, (int, float)):
        return None
    return False if image.interval.highest <= limit.value else None


def _same_dtype(run: Machine, left: Value, right: Value) -> bool | None:
    """Whether two dtypes (``image.dtype``, ``np.uint8``) are the same; None where one is no dtype, or not known."""
    if not any(isinstance(v, External) or (isinstance(v, Constant) and str(v.value).startswith("dtype:")) for v in (left, right)):
        return None
    one, other = dtype_of(run, left), dtype_of(run, right)
    return None if one is None or other is None else one == other


def _boolean(run: Machine, node: ir.Boolean) -> Value:
    last: Value = run.unknown()
    for operand in node.operands:
        last = evaluate(run, operand)
        known = truth(run, last)
        if known is None:
            rest = [evaluate(run, other) for other in node.operands[node.operands.index(operand) + 1 :]]
            return alternatives([(run.guard, value) for value in (last, *rest)][:4]) or run.unknown()
        if known is (node.operator == "or"):
            return last
    return last


def _conditional(run: Machine, node: ir.Conditional) -> Value:
    from normlint.evaluate.statements import dormancy, guards_of

    known = truth(run, evaluate(run, node.test))
    yes, no = guards_of(run, node.test)
    if known is not None:
        if not run.stack and not isinstance(node.test, ir.Constant):
            with dormancy(run), run.under(run.guard | (no if known else yes)):
                flush(run, evaluate(run, node.otherwise if known else node.body))
        return evaluate(run, node.body if known else node.otherwise)
    options = []
    for guard, branch in ((yes, node.body), (no, node.otherwise)):
        with run.under(run.guard | guard):
            options.append((guard, flush(run, evaluate(run, branch))))
    return alternatives(options) or run.unknown()


def _sequence(run: Machine, node: ir.Sequence) -> Value:
    items: list[Value] = []
    is_open = False
    for item in node.items:
        if isinstance(item, ir.Starred):
            spread = items_of(run, evaluate(run, item.value))
            is_open = is_open or spread is None
            items.extend(spread or ())
        else:
            value = run.settled(flush(run, evaluate(run, item)))
            items.append(value)
            if isinstance(value, Transform) and isinstance(item, (ir.Name, ir.Attribute)):
                used_again(run, value, run.place(item))
    if node.kind == "tuple" and not is_open:
        return TupleValue(tuple(items))
    return run.allocate(ListCell(tuple(items), is_open))


def _mapping(run: Machine, node: ir.Mapping) -> Value:
    from normlint.evaluate.networks import beside_a_name
    from normlint.evaluate.pipelines import bound_under_key

    cell = DictCell(())
    is_open = False
    places: dict[str, Place] = {}
    for key, written in zip(node.keys, node.values, strict=True):
        value = run.settled(flush(run, evaluate(run, written)))
        if key is None:
            inner = run.contents(value)
            if isinstance(inner, DictCell):
                for name, item in inner.items:
                    cell = cell.put(name, item)
                is_open = is_open or inner.open
            else:
                is_open = True
            continue
        name_value = run.contents(evaluate(run, key))
        if isinstance(name_value, Constant):
            if isinstance(name_value.value, str):
                value = named(run, name_value.value, value)
                places[name_value.value] = run.place(key)
                constant_site(run, name_value.value, value, run.place(key), handed_on=True)
                bound_under_key(run, name_value.value, value, node, written)
            cell = cell.put(name_value.value, value)
        else:  # ``{session.get_inputs()[0].name: batch}``
            cell = cell.put(f"{UNKNOWN_KEY}{len(cell.items)}", value)
            is_open = True
    if {"mean", "std"} <= places.keys():
        beside_a_name(run, cell, places)
    return run.allocate(DictCell(cell.items, is_open))


def named(run: Machine, name: str, value: Value) -> Value:
    """A value with the label that its new name gives it."""
    label = label_of(name)
    if not label:
        if isinstance(value, Unknown) and value.label in {"mean", "std"} and "inv" in name.lower():
            return Unknown(value.origin, RECIPROCAL)
        return value
    if isinstance(value, Unknown):
        return value if value.label == RECIPROCAL else replace(value, label=label)
    if isinstance(value, TupleValue):
        return TupleValue(value.items, label)
    return relabel(value, label=label)


def _subscript(run: Machine, node: ir.Subscript) -> Value:
    base = evaluate(run, node.value)
    index = evaluate(run, node.index)
    if is_channelwise(run, index):
        base = seen_as_image(run, node.value, base)
    return run.each(base, lambda option: subscript(run, option, index, node))


def _slice(run: Machine, node: ir.Slice) -> Value:
    lower, upper, step = (None if part is None else evaluate(run, part) for part in (node.lower, node.upper, node.step))
    return Slicing(lower, upper, step)


def _comprehension(run: Machine, node: ir.Comprehension) -> Value:
    from normlint.evaluate.assignment import assign

    scope = run.new_scope(run.scope, run.module, "function", "<comprehension>")
    first = node.generators[0]
    iterable = flush(run, evaluate(run, first.iterable))
    items = items_of(run, iterable) if len(node.generators) == 1 else None
    unrolled = items is not None and len(items) <= MOST_ELEMENTS and not first.conditions
    results: list[Value] = []
    keyed = DictCell((), open=not unrolled)
    with run.inside(scope):
        for item in items if items is not None and unrolled else (element_of(run, iterable),):
            assign(run, first.target, item, first.iterable)
            for condition in first.conditions:
                evaluate(run, condition)
            for generator in node.generators[1:]:
                inner = flush(run, evaluate(run, generator.iterable))
                assign(run, generator.target, element_of(run, inner), generator.iterable)
                for condition in generator.conditions:
                    evaluate(run, condition)
            value = flush(run, evaluate(run, node.element))
            if node.value is not None:
                key, value = run.contents(value), flush(run, evaluate(run, node.value))
                if isinstance(key, Constant):
                    keyed = keyed.put(key.value, value)
            results.append(value)
    if node.kind == "dict":
        return run.allocate(keyed)
    return run.allocate(ListCell(tuple(results), open=not unrolled))


def _lambda(run: Machine, node: ir.Lambda) -> Value:
    from normlint.evaluate.statements import function_value

    return function_value(run, node)


def _assignment(run: Machine, node: ir.Assignment) -> Value:
    from normlint.evaluate.assignment import assign

    value = flush(run, evaluate(run, node.value))
    assign(run, node.target, value, node.value)
    return value


def _operands(run: Machine, node: ir.Opaque) -> Value:
    for operand in node.operands:
        flush(run, evaluate(run, operand))
    return run.unknown()


def _formatted(run: Machine, node: ir.FormattedString) -> Value:
    return run.unknown(text=concatenated(run, [flush(run, evaluate(run, part)) for part in node.parts]))


def _starred(run: Machine, node: ir.Starred) -> Value:
    return evaluate(run, node.value)


def _ellipsis(run: Machine, node: ir.EllipsisLiteral) -> Value:
    return External("builtins.Ellipsis")


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "is": lambda a, b: a is b,
    "is not": lambda a, b: a is not b,
    "in": lambda a, b: a in b,
    "not in": lambda a, b: a not in b,
}

_BUILTINS = frozenset({
    "zip", "len", "range", "enumerate", "list", "tuple", "dict", "set", "float", "int", "str", "bool", "map",
    "filter", "reversed", "sorted", "min", "max", "sum", "abs", "round", "print", "isinstance", "getattr", "hasattr",
    "setattr", "super", "type", "iter", "next", "any", "all", "open", "object", "property", "staticmethod",
    "classmethod", "vars", "dir", "id", "repr", "pow", "divmod", "slice", "callable",
})  # fmt: skip

_HANDLERS: dict[type, Callable[[Machine, Any], Value]] = {
    ir.Constant: _constant,
    ir.EllipsisLiteral: _ellipsis,
    ir.Name: _name,
    ir.Attribute: _attribute,
    ir.Call: _call,
    ir.Binary: _binary,
    ir.Unary: _unary,
    ir.Compare: _compare,
    ir.Boolean: _boolean,
    ir.Conditional: _conditional,
    ir.Sequence: _sequence,
    ir.Mapping: _mapping,
    ir.Subscript: _subscript,
    ir.Slice: _slice,
    ir.Starred: _starred,
    ir.Comprehension: _comprehension,
    ir.Lambda: _lambda,
    ir.Assignment: _assignment,
    ir.FormattedString: _formatted,
    ir.Opaque: _operands,
}
