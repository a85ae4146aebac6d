"""Frozen dataclasses for values that are made by the million: intermediate form, abstract values, logical lines.

To the type checker, which is what keeps anybody from changing them, they are ``dataclasses.dataclass(frozen=True)``. At run
time they are not frozen: a frozen class takes four times as long to make an object, since it goes through
``object.__setattr__`` for every field, and that was an eighth of a whole run. They hash and compare all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    import dataclasses

    def dataclass(*, frozen=False, slots=False, order=False):
        """As ``dataclasses.dataclass``. A class that has its own ``__hash__`` keeps it."""

        def made(cls):
            hashed = frozen and "__hash__" not in cls.__dict__
            return dataclasses.dataclass(unsafe_hash=hashed, slots=slots, order=order)(cls)

        return made


__all__ = ["dataclass"]
