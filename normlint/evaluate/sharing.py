"""Operations in place on what outlives the call: arrays of the caller, attributes of the object."""

from __future__ import annotations

from collections.abc import Iterator

from normlint import ir
from normlint.evaluate.arithmetic import number_of
from normlint.evaluate.machine import Machine, label_of
from normlint.evaluate.observations import StatsRescaled
from normlint.values import Constant, TupleValue, Value, Vector

# Methods that run once a picture, not once an object.
_EACH_TIME = frozenset({"__call__", "__getitem__", "forward", "call", "normalize", "denormalize", "preprocess", "transform"})
_LEVELS = frozenset({255.0, 256.0, 127.5})


def rescaled_stats(run: Machine, node: ir.AugmentedAssign, current: Value, value: Value) -> None:
    """Log ``mean /= 255`` where ``mean`` is a parameter that nobody copied, or an attribute in a method of every picture."""
    function = run.frames[-1].function if run.frames else None
    if function is None or node.operator not in {"/", "*"} or not isinstance(function.body, tuple):
        return
    if number_of(run.contents(value)) not in _LEVELS or isinstance(run.contents(current), (Constant, TupleValue)):
        return  # a number or tuple is bound anew
    target = node.target
    if isinstance(target, ir.Name):
        name, attribute = target.identifier, False
        shared = any(p.name == name for p in function.parameters) and name not in set(_bound(function.body))
        shared = shared and (isinstance(run.contents(current), Vector) or _is_array(function.body, name))
    elif isinstance(target, ir.Attribute) and isinstance(target.value, ir.Name):
        name, attribute = target.name, True
        own = bool(function.parameters) and target.value.identifier == function.parameters[0].name
        shared = own and function.owner is not None and function.name in _EACH_TIME
    else:
        return
    if shared and label_of(name) in {"mean", "std"}:
        run.log.stats_rescaled.append(StatsRescaled(run.place(node), name, function.name, node.operator, attribute))


def _is_array(node: object, name: str) -> bool:
    """Whether a body uses a name as only arrays can be used that are divided in place: indexed, iterated, with methods."""
    match node:
        case tuple():
            return any(_is_array(part, name) for part in node)
        case ir.Subscript(value=ir.Name(identifier=used)) | ir.Attribute(value=ir.Name(identifier=used)) if used == name:
            return True
        case ir.For(iterable=ir.Name(identifier=used)) if used == name:
            return True
        case ir.Call(function=ir.Name(identifier="zip"), arguments=arguments):
            if any(isinstance(a.value, ir.Name) and a.value.identifier == name for a in arguments):
                return True
        case ir.Node():
            pass
        case _:
            return False
    fields = node.__dataclass_fields__ if isinstance(node, ir.Node) else {}
    return any(_is_array(getattr(node, field), name) for field in fields if field != "span")


def _bound(body: tuple[ir.Statement, ...]) -> Iterator[str]:
    """Names that a body assigns anew (not in place)."""
    for statement in body:
        match statement:
            case ir.Assign(targets=targets):
                for target in targets:
                    parts = target.items if isinstance(target, ir.Sequence) else (target,)
                    yield from (part.identifier for part in parts if isinstance(part, ir.Name))
            case ir.If(body=inner, otherwise=other) | ir.For(body=inner, otherwise=other) | ir.While(body=inner, otherwise=other):
                yield from _bound(inner)
                yield from _bound(other)
            case ir.With(body=inner) | ir.Try(body=inner):
                yield from _bound(inner)
