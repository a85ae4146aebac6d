"""Attribute access: library paths, members of classes and instances, views of arrays."""

from __future__ import annotations

from typing import Any

from normlint import ir
from normlint.evaluate import imports
from normlint.evaluate.machine import Machine, class_member, label_of
from normlint.evaluate.paths import PARTS, text_of
from normlint.immutable import replace
from normlint.values import (
    Bound,
    ClassValue,
    Constant,
    DictCell,
    External,
    FunctionValue,
    Image,
    InstanceCell,
    ListCell,
    ModuleValue,
    Network,
    Ref,
    Super,
    TupleValue,
    Unknown,
    Value,
    Vector,
    relabel,
)

_VIEWS = frozenset({"data", "real"})
_FLIPPED_VIEWS = frozenset({"T", "mT", "H"})


def attribute(run: Machine, receiver: Value, name: str, node: ir.Node) -> Value:
    if isinstance(receiver, External):
        return external(run, f"{receiver.dotted}.{name}")
    if isinstance(receiver, ModuleValue):
        return imports.member(run, receiver.path, name)
    content = run.contents(receiver)
    if isinstance(content, InstanceCell):
        return _of_instance(run, receiver, content, name)
    if isinstance(receiver, Super):
        for base in receiver.owner.bases:
            if isinstance(base, ClassValue):
                found, owner = class_member(base, name)
                if found is not None:
                    return bind_method(found, receiver.receiver, owner)
        return Bound(receiver.receiver, name)
    if isinstance(content, DictCell):
        if name == "__dict__":
            return receiver
        found = content.get(name)
        if (found is None or isinstance(found, Unknown)) and isinstance(node, ir.Attribute):
            found = run.configured(run.module.path, _last_name(node.value), name) or found
        return Bound(receiver, name) if found is None else found
    if isinstance(receiver, (FunctionValue, ClassValue)) and name in {"__name__", "__qualname__"}:
        return Constant(receiver.name)
    if isinstance(receiver, ClassValue):
        found, owner = class_member(receiver, name)
        if found is not None:
            return bind_method(found, None, owner)
        return Bound(receiver, name)
    if isinstance(content, Image):
        if name in _VIEWS:
            return receiver
        if name in _FLIPPED_VIEWS:
            return content
        if name == "ndim" and content.layout is not None and content.order in {"RGB", "BGR"}:
            return Constant(len(content.layout))
        if name in {"shape", "size", "ndim", "height", "width"}:
            return Bound(receiver, name)
        if name == "dtype" and content.dtype:
            return Constant(f"dtype:{content.dtype}")
        return Bound(receiver, name)
    if isinstance(content, Unknown) and not isinstance(receiver, Bound) and name in _VIEWS | _FLIPPED_VIEWS:
        return receiver
    if name == "value" and isinstance(content, (TupleValue, ListCell, Vector, Constant)):
        return receiver  # of a member of an enum: numbers, tuples and lists have no such attribute
    if isinstance(content, Vector) and name in {"data", "T"}:
        return receiver
    if isinstance(content, Network):
        from normlint.evaluate import networks

        return networks.attribute(run, content, name) or Bound(receiver, name)
    if isinstance(content, Unknown):
        configured = run.configured(run.module.path, content.origin.name, name)
        if configured is not None:
            return configured
    if isinstance(receiver, Bound):
        text = (text_of(run, receiver) or "") if name in PARTS else ""
        return Bound(run.unknown(label=label_of(receiver.name), name=receiver.name, text=text), name)
    return Bound(receiver, name)


def _last_name(node: ir.Expression) -> str:
    return node.name if isinstance(node, ir.Attribute) else node.identifier if isinstance(node, ir.Name) else ""


def external(run: Machine, dotted: str) -> Value:
    """A library name: a constant that the catalogue knows, or the name itself."""
    known = run.catalogue.constant(dotted)
    if known is None or (isinstance(known, str) and known.startswith("dtype:")):
        return External(dotted)  # a dtype is also a function: np.float32(x)
    return plain(run, known)


def plain(run: Machine, value: Any) -> Value:
    """A catalogue constant as a value."""
    if isinstance(value, (list, tuple)):
        return TupleValue(tuple(relabel(plain(run, item), source="catalogue") for item in value))
    if isinstance(value, dict):
        return run.allocate(DictCell(tuple((key, plain(run, item)) for key, item in value.items())))
    if isinstance(value, (int, float, str)) or value is None:
        return Constant(value, source="catalogue")
    return run.unknown()


def _of_instance(run: Machine, receiver: Value, cell: InstanceCell, name: str) -> Value:
    held = cell.get(name)
    if held is not None:
        return run.pruned(_by_attribute(held))
    found, owner = class_member(cell.cls, name)
    if found is None:
        return receiver if name == "module" else Bound(receiver, name)  # what DataParallel wraps
    method = bind_method(found, receiver, owner)
    if isinstance(method, FunctionValue) and {"property", "cached_property"} & set(method.decorators):
        from normlint.evaluate.calls import call

        return call(run, method, (), (), run.stack[-1] if run.stack else method.place)
    return _by_attribute(method)


def _by_attribute(value: Value) -> Value:
    """A number reached through an attribute says so, unless it is an option's default, which may not come to pass."""
    chosen = isinstance(value, (Constant, Vector)) and value.source == "argparse"
    return value if chosen else relabel(value, source="attribute")


def bind_method(member: Value, receiver: Value | None, owner: ClassValue) -> Value:
    """A function found in a class, with its receiver unless it is static."""
    if not isinstance(member, FunctionValue) or member.receiver is not None:
        return member
    kept = None if "staticmethod" in member.decorators else receiver
    if "classmethod" in member.decorators:
        kept = owner
    return replace(member, receiver=kept, owner=owner)


def set_attribute(run: Machine, receiver: Value, name: str, value: Value) -> None:
    content = run.contents(receiver)
    if isinstance(receiver, Ref) and isinstance(content, InstanceCell):
        label = label_of(name)
        if label and isinstance(value, (Constant, Vector)) and not value.label:
            value = relabel(value, label=label)
        elif label and isinstance(value, Unknown) and not value.label:
            value = replace(value, label=label)
        run.state.set(receiver.address, content.put(name, value))
    elif isinstance(receiver, Ref) and isinstance(content, DictCell):
        run.state.set(receiver.address, content.put(name, _configured(run, name, value)))


def _configured(run: Machine, name: str, value: Value) -> Value:
    """A value that is put in a namespace (easydict, yacs, argparse): a number is one by default, and no flag decides a branch."""
    if not isinstance(value, Constant):
        return value
    if isinstance(value.value, (bool, str)) or value.value is None:
        return run.unknown(name=name)
    return relabel(value, source="config")
