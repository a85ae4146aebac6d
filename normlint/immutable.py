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
            return dataclasses.dataclass(repr=False, unsafe_hash=hashed, slots=slots, order=order)(cls)

        return made

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
