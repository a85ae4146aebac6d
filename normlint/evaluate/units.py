"""Units of work: a module's top level, and then what it defines, each with a log, names and numbers of its own.

What a unit observes depends on the content of the modules that it reaches and on nothing else that was evaluated before, so
that it can be kept for the next run, or be evaluated in another process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from normlint.evaluate.log import Heard, Log
from normlint.evaluate.relevant import Relevant
from normlint.evaluate.state import State
from normlint.immutable import dataclass, field
from normlint.places import Place
from normlint.reach import Reach
from normlint.values import FunctionValue, Numbering, unit_of

if TYPE_CHECKING:
    from normlint.evaluate.machine import Machine


@dataclass(slots=True)
class Unit:
    """``reached`` are the modules of the project that it asked for, ``imported`` those it imported, asked or not; ``idle``
    those of which it imported names, to be evaluated when they are read.

    ``relevant`` are the names that matter to the unit. ``defined`` are the functions that are no members of a module or
    class, by the module; ``entered`` those that were evaluated at some call.
    ``quiet`` counts the calls of a function since the last one that brought something. ``any_name`` are modules of which it
    may have read a name that stands nowhere: one that a program puts together, or takes from a list of all.
    """

    path: str
    numbering: Numbering = field(default_factory=Numbering)
    log: Log = field(default_factory=Log)
    reached: set[str] = field(default_factory=set)
    imported: set[str] = field(default_factory=set)
    idle: set[str] = field(default_factory=set)
    relevant: Relevant = field(default_factory=lambda: Relevant({}))
    remembered: dict[object, object] = field(default_factory=dict)
    defined: dict[str, dict[Place, FunctionValue]] = field(default_factory=dict)
    entered: set[Place] = field(default_factory=set)
    heard: Heard = field(default_factory=Heard)
    quiet: dict[Place, int] = field(default_factory=dict)
    any_name: set[str] = field(default_factory=set)

    @property
    def asked(self) -> list[str]:
        """The modules whose content it depends on, in order."""
        return sorted(self.reached | self.imported)


def top_of(path: str) -> Unit:
    """The unit of a module's top level."""
    return Unit(path, Numbering.of(f"top {path}"))


def body_of(path: str, top: Unit) -> Unit:
    """The unit of what a module defines; what its top level called, and left for later, it goes on from."""
    own = dict(top.defined.get(path, {}))
    return Unit(path, Numbering.of(f"body {path}"), defined={path: own}, entered=set(top.entered))


@contextmanager
def within(run: Machine, unit: Unit) -> Iterator[None]:
    """Evaluate a unit for the length of a ``with``."""
    outer = run.unit
    unit.relevant = Relevant(run.tops.owners, run.relevant_everywhere)
    _take_up(run, unit)
    try:
        yield
    finally:
        _take_up(run, outer)


def _take_up(run: Machine, unit: Unit) -> None:
    run.unit = unit
    run.numbering, run.log, run.remembered, run.relevant_names = unit.numbering, unit.log, unit.remembered, unit.relevant
    run.defined, run.entered = unit.defined, unit.entered


class Tops:
    """What the modules whose top level was evaluated have left; ``owners`` says in which of them each name matters."""

    def __init__(self) -> None:
        self.units: dict[str, Unit] = {}
        self.reach = Reach()
        self.changed: dict[str, frozenset[str]] = {}
        self.owners: dict[str, int] = {}
        self._paths: dict[int, str] = {}

    def begin(self, unit: Unit) -> None:
        self.units[unit.path] = unit
        self._paths[unit_of(unit.numbering.last)] = unit.path

    def end(self, unit: Unit, state: State, names: Iterable[str]) -> None:
        """The unit is done, with the changes of ``state``; ``names`` are those of what the module defines."""
        owners = {unit_of(key if isinstance(key, int) else key[0]) for key in state.changes}
        changed = frozenset(self._paths[owner] for owner in owners if owner in self._paths) - {unit.path}
        self.changed[unit.path] = changed
        self.reach.note(unit.path, unit.reached, changed)
        here = self.reach.bit(unit.path)
        for name in names:
            if name in unit.relevant:
                self.owners[name] = self.owners.get(name, 0) | here
        unit.relevant, unit.remembered = Relevant({}), {}


def ask_for(run: Machine, path: str) -> None:
    """The unit under evaluation reaches a module, whose top level was evaluated: what matters there matters to it."""
    unit = run.unit
    if path in unit.reached:
        return
    unit.reached.add(path)
    unit.relevant.covered |= run.tops.reach.of(path)
