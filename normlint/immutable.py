"""Frozen dataclasses that cost little to define and to make.

To the type checker, which is what keeps anybody from changing them, they are ``dataclasses.dataclass(frozen=True)``. At run
time they are not frozen: a frozen class takes four times as long to make an object, since it goes through
``object.__setattr__`` for every field, and that was an eighth of a whole run. What makes, compares and hashes the objects of a
class is compiled when the first one is: every start defines a hundred classes or more, and makes objects of few of them.
They hash and compare all the same, and ``dataclasses``, which takes ``inspect`` along, is imported by who asks it for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass, field, fields, is_dataclass, replace
else:
    import sys
    from functools import cache
    from operator import attrgetter

    _NONE = object()
    _FIELDS = "__record_fields__"

    class _Field:
        """As ``dataclasses.Field``."""

        __slots__ = ("compare", "default", "default_factory", "hash", "init", "name", "repr", "type")

        def __init__(self, default=_NONE, default_factory=_NONE, init=True, repr=True, hash=None, compare=True):
            self.default, self.default_factory, self.init = default, default_factory, init
            self.repr, self.hash, self.compare = repr, hash, compare

    def field(*, default=_NONE, default_factory=_NONE, init=True, repr=True, hash=None, compare=True):
        """As ``dataclasses.field``."""
        return _Field(default, default_factory, init, repr, hash, compare)

    def fields(made):
        """As ``dataclasses.fields``, of a class or an object. Raises ``TypeError`` for what is none of such a class."""
        known = getattr(made, _FIELDS, None)
        if known is not None:
            return known
        from dataclasses import fields as others

        return others(made)

    def is_dataclass(made):
        """As ``dataclasses.is_dataclass``."""
        if hasattr(made, _FIELDS):
            return True
        others = sys.modules.get("dataclasses")
        return others is not None and others.is_dataclass(made)

    def dataclass(cls=None, /, *, frozen=False, slots=False, order=False):
        """As ``dataclasses.dataclass``. A class that has its own ``__hash__`` keeps it."""
        if cls is None:
            return lambda cls: _made(cls, frozen, slots, order)
        return _made(cls, frozen, slots, order)

    def _made(cls, frozen, slots, order):
        known = {one.name: one for base in reversed(cls.__mro__[1:]) for one in base.__dict__.get(_FIELDS, ())}
        own = cls.__dict__.get("__annotations__", {})  # noqa: RUF063 -- not to import inspect is the point
        for name, kind in own.items():
            default = cls.__dict__.get(name, _NONE)
            if type(default).__module__ == "dataclasses":
                raise TypeError(f"{name}: a field of dataclasses, not of this module")
            one = default if isinstance(default, _Field) else _Field(default)
            if isinstance(one.default, (list, dict, set)):
                raise ValueError(f"a mutable default for {name}: use default_factory")
            one.name, one.type = name, kind
            known[name] = one
            if one is default:
                if one.default is _NONE:
                    delattr(cls, name)
                else:
                    setattr(cls, name, one.default)
        listed = tuple(known.values())
        hashed = frozen and "__hash__" not in cls.__dict__
        compares = "__eq__" in cls.__dict__
        if slots:
            inherited = {name for base in cls.__mro__[1:] for name in base.__dict__.get("__slots__", ())}
            kept = {
                name: value for name, value in cls.__dict__.items() if name not in own and name not in {"__dict__", "__weakref__"}
            }
            name = cls.__qualname__
            cls = type(cls)(cls.__name__, cls.__bases__, {**kept, "__slots__": tuple(one for one in own if one not in inherited)})
            cls.__qualname__ = name
        setattr(cls, _FIELDS, listed)
        cls.__dataclass_fields__ = _Described()
        cls.__match_args__ = tuple([one.name for one in listed if one.init])
        if "__repr__" not in cls.__dict__:
            cls.__repr__ = _representation
        if "__init__" not in cls.__dict__:
            _initialize(cls)
        _compare(cls, hashed, compares)
        if order:
            _order(cls)
        return cls

    class _Described:
        """The fields of a class as ``dataclasses`` has them, for its functions: worked out when one asks."""

        def __get__(self, made, cls):
            import dataclasses

            members = {"__annotations__": {one.name: one.type for one in getattr(cls, _FIELDS)}}
            for one in getattr(cls, _FIELDS):
                given = {name: getattr(one, name) for name in ("init", "repr", "hash", "compare")}
                for name in ("default", "default_factory"):
                    if getattr(one, name) is not _NONE:
                        given[name] = getattr(one, name)
                members[one.name] = dataclasses.field(**given)
            described = dataclasses.dataclass(init=False, repr=False, eq=False)(type(cls.__name__, (), members))
            cls.__dataclass_fields__ = described.__dataclass_fields__
            return cls.__dataclass_fields__

    def _initialize(cls):
        """Let a class have an ``__init__`` that is compiled when the first object is made."""

        def __init__(self, *positional, **named):
            space, parameters, lines = {"none": _NONE}, ["self"], ["pass"]
            for one in getattr(cls, _FIELDS):
                default, factory = f"default_{one.name}", f"factory_{one.name}"
                space |= {default: one.default, factory: one.default_factory}
                value = one.name
                if not one.init:
                    if one.default is _NONE and one.default_factory is _NONE:
                        continue
                    value = default if one.default is not _NONE else f"{factory}()"
                elif one.default_factory is not _NONE:
                    parameters.append(f"{one.name}=none")
                    value = f"{factory}() if {one.name} is none else {one.name}"
                else:
                    parameters.append(one.name if one.default is _NONE else f"{one.name}={default}")
                lines.append(f"self.{one.name} = {value}")
            exec(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines), space)
            made = space["__init__"]
            made.__qualname__ = f"{cls.__qualname__}.__init__"
            cls.__init__ = made
            made(self, *positional, **named)

        cls.__init__ = __init__

    def _compare(cls, hashed, compares):
        """Let objects of a class compare, and hash, by their fields."""

        def __eq__(self, other):
            values = [one.name for one in getattr(cls, _FIELDS) if one.compare]
            same = f"{_tuple('self', values)} == {_tuple('other', values)}"
            cls.__eq__ = eval(f"lambda self, other: {same} if other.__class__ is self.__class__ else NotImplemented")
            return cls.__eq__(self, other)

        def __hash__(self):
            values = [one.name for one in getattr(cls, _FIELDS) if (one.compare if one.hash is None else one.hash)]
            cls.__hash__ = eval(f"lambda self: hash({_tuple('self', values)})")
            return cls.__hash__(self)

        if not compares:
            cls.__eq__ = __eq__
        if hashed:
            cls.__hash__ = __hash__
        elif "__hash__" not in cls.__dict__:
            cls.__hash__ = None

    def _order(cls):
        """Let objects of a class be before and after each other by their fields."""
        values = [one.name for one in getattr(cls, _FIELDS) if one.compare]
        for name, sign in (("__lt__", "<"), ("__le__", "<="), ("__gt__", ">"), ("__ge__", ">=")):
            told = f"{_tuple('self', values)} {sign} {_tuple('other', values)}"
            code = f"lambda self, other: {told} if other.__class__ is self.__class__ else NotImplemented"
            setattr(cls, name, eval(code))

    def _tuple(owner, names):
        return f"({''.join(f'{owner}.{name}, ' for name in names)})"

    def _representation(self):
        shown = [f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr]
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def replace(value, /, **changes):
        """As ``dataclasses.replace``, which asks for one field after the other. Raises ``TypeError`` for what is no field."""
        values_of, positions = _made_from(type(value))
        values = list(values_of(value))
        for name, changed in changes.items():
            position = positions.get(name)
            if position is None:
                raise TypeError(f"{type(value).__name__} is not made with {name!r}")
            values[position] = changed
        return type(value)(*values)

    @cache
    def _made_from(cls):
        """What gets the values that an object of a class is made from, and the position of each by its name."""
        names = [one.name for one in fields(cls) if one.init]
        values_of = attrgetter(*names) if len(names) > 1 else lambda value: [getattr(value, name) for name in names]
        return values_of, {name: position for position, name in enumerate(names)}


__all__ = ["dataclass", "field", "fields", "is_dataclass", "replace"]
