"""Namespaces, calls under way, and what holds for the length of a ``with``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from normlint import ir
from normlint.immutable import dataclass, field
from normlint.places import Place
from normlint.values import ALWAYS, FunctionValue, Guard, Value

if TYPE_CHECKING:
    from normlint.evaluate.machine import Machine


@dataclass(frozen=True, slots=True)
class ScopeInfo:
    """One namespace: its parent, the module it stands in, "module" / "function" / "class", and its name."""

    parent: int | None
    module: ir.Module
    kind: str
    name: str
    stars: tuple[str, ...] = ()


@dataclass(slots=True)
class Frame:
    """One call under way: what it returned so far, under which guards.

    ``changed`` are the cells that were changed in place, ``copies`` the parameters of which a copy was thrown away,
    ``opened`` the names of the config files that it opened.
    """

    function: FunctionValue | None
    returns: list[tuple[Guard, Value]] = field(default_factory=list)
    outer_guard: Guard = ALWAYS
    changed: dict[int, Place] = field(default_factory=dict)
    copies: dict[str, Place] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)


class Inside:
    """A scope for the length of a ``with``; written out, since this is entered for every call and branch."""

    __slots__ = ("machine", "outer")

    def __init__(self, machine: Machine, scope: int) -> None:
        self.machine = machine
        self.outer = machine.scope
        machine.scope = scope

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self.machine.scope = self.outer


class Under:
    """A guard for the length of a ``with``."""

    __slots__ = ("machine", "outer")

    def __init__(self, machine: Machine, guard: Guard) -> None:
        self.machine = machine
        self.outer = machine.guard
        machine.guard = guard

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self.machine.guard = self.outer
