"""Frozen dataclasses that cost little to define and to make.

To the type checker, which is what keeps anybody from changing them, they are ``dataclasses.dataclass(frozen=True)``. At run
time they are not frozen: a frozen class takes four times as long to make an object, since it goes through
``object.__setattr__`` for every field, and that was an eighth of a whole run. It also takes three times as long to define,
and every start defines a hundred or more. They hash and compare all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass, replace
else:
    import dataclasses
    from functools import cache
    from operator import attrgetter

    def dataclass(*, frozen=False, slots=False, order=False):
        """As ``dataclasses.dataclass``. A class that has its own ``__hash__`` keeps it."""

        def made(cls):
            hashed = frozen and "__hash__" not in cls.__dict__
            if cls.__doc__ is None:
                cls.__doc__ = cls.__name__  # or else the signature is worked out for it
            if "__repr__" not in cls.__dict__:
                cls.__repr__ = _representation  # one for all, where each class would compile its own
            if order or "__eq__" in cls.__dict__:
                return dataclasses.dataclass(repr=False, unsafe_hash=hashed, slots=slots, order=order)(cls)
            whole = dataclasses.dataclass(repr=False, eq=False, slots=slots)(cls)
            _compare(whole, hashed)
            return whole

        return made

    def _compare(cls, hashed):
        """Let objects of a class compare, and hash, by their fields. The functions are compiled when the first one does:
        most classes of a run are never asked."""
        fields = dataclasses.fields(cls)

        def __eq__(self, other):
            values = [field.name for field in fields if field.compare]
            same = f"{_tuple('self', values)} == {_tuple('other', values)}"
            cls.__eq__ = eval(f"lambda self, other: {same} if other.__class__ is self.__class__ else NotImplemented")
            return cls.__eq__(self, other)

        def __hash__(self):
            values = [field.name for field in fields if (field.compare if field.hash is None else field.hash)]
            cls.__hash__ = eval(f"lambda self: hash({_tuple('self', values)})")
            return cls.__hash__(self)

        cls.__eq__ = __eq__
        if hashed:
            cls.__hash__ = __hash__
        elif "__hash__" not in cls.__dict__:
            cls.__hash__ = None

    def _tuple(owner, names):
        return f"({''.join(f'{owner}.{name}, ' for name in names)})"

    def _representation(self):
        shown = [f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr]
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
        names = [field.name for field in dataclasses.fields(cls) if field.init]
        values_of = attrgetter(*names) if len(names) > 1 else lambda value: [getattr(value, name) for name in names]
        return values_of, {name: position for position, name in enumerate(names)}


__all__ = ["dataclass", "replace"]
