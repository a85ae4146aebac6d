"""Dataclasses and named tuples: their fields, in order, and objects that are made without an ``__init__`` of their own."""

from __future__ import annotations

from normlint.evaluate.machine import Machine, class_member
from normlint.places import Place
from normlint.values import (
    ClassValue,
    Constant,
    External,
    FunctionValue,
    InstanceCell,
    ListCell,
    Ref,
    TupleValue,
    Value,
)

Named = tuple[tuple[str, Value], ...]

# Bases whose subclasses take their annotated names as arguments, in the order in which they stand in the class.
_BASES = frozenset({"NamedTuple", "BaseModel", "BaseSettings", "Struct", "Generic", "Protocol", "ABC"})
_TUPLES = frozenset({"typing.NamedTuple", "typing_extensions.NamedTuple"})
_DEEPEST = 6


def fields_of(cls: ClassValue, depth: int = _DEEPEST) -> tuple[str, ...] | None:
    """The names that an object is made of, those of the bases first; None for a class that is no record."""
    names: dict[str, None] = {}
    for base in cls.bases:
        if isinstance(base, ClassValue) and depth:
            inherited = fields_of(base, depth - 1)
            if inherited is None:
                return None
            names.update(dict.fromkeys(inherited))
        elif not (isinstance(base, External) and base.dotted.rsplit(".", 1)[-1] in _BASES):
            return None
    own = (name for name, value in cls.members if not isinstance(value, (FunctionValue, ClassValue)))
    names.update((name, None) for name in own if not name.startswith("_"))
    return tuple(names)


def fill(run: Machine, cls: ClassValue, instance: Ref, positional: tuple[Value, ...], named: Named, place: Place) -> None:
    """Bind the arguments of an object without an ``__init__`` to its attributes."""
    from normlint.evaluate.attributes import bind_method
    from normlint.evaluate.calls import call

    cell = run.cell(instance)
    if not isinstance(cell, InstanceCell):
        return
    names = (fields_of(cls) or ()) if positional else ()
    for name, value in (*zip(names, positional, strict=False), *named):
        cell = cell.put(name, value)
    run.state.set(instance.address, cell)
    after, owner = class_member(cls, "__post_init__")
    if isinstance(after, FunctionValue):
        call(run, bind_method(after, instance, owner), (), (), place)


def parts_of(run: Machine, cell: InstanceCell) -> list[Value] | None:
    """The items of a named tuple; None for other objects."""
    if not any(isinstance(base, External) and base.dotted in _TUPLES for base in cell.cls.bases):
        return None
    found: list[Value] = []
    for name in fields_of(cell.cls) or ():
        value = cell.get(name)
        found.append(value if value is not None else cell.cls.member(name) or run.unknown(name=name))
    return found


def replaced(run: Machine, values: tuple[Value, ...], named: Named) -> Value:
    """``dataclasses.replace(record, name=...)``, ``record._replace(name=...)``: another object with other fields."""
    cell = run.contents(values[0]) if values else None
    if not isinstance(cell, InstanceCell):
        return run.unknown()
    for name, value in named:
        cell = cell.put(name, value)
    return run.allocate(cell)


def named_tuple(run: Machine, positional: tuple[Value, ...], place: Place) -> Value:
    """``namedtuple("Stats", ["mean", "std"])``, ``namedtuple("Stats", "mean std")``"""
    if len(positional) < 2 or not isinstance(positional[0], Constant):
        return run.unknown()
    listed = run.contents(positional[1])
    if isinstance(listed, Constant) and isinstance(listed.value, str):
        names = listed.value.replace(",", " ").split()
    elif isinstance(listed, (ListCell, TupleValue)):
        names = [str(item.value) for item in listed.items if isinstance(item, Constant)]
    else:
        return run.unknown()
    members: tuple[tuple[str, Value], ...] = tuple((name, run.unknown(name=name)) for name in names[:32])
    return ClassValue(str(positional[0].value), members, (External("typing.NamedTuple"),), run.module.path, place)
