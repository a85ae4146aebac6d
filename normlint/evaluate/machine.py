"""The abstract machine: state, scopes, budgets and the log of observations that all parts of the interpreter share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from normlint import ir
from normlint.catalogue import Catalogue
from normlint.evaluate import branching
from normlint.evaluate.guards import alternatives, compatible
from normlint.evaluate.labels import label_of as label_of  # named here as well
from normlint.evaluate.observations import Observation
from normlint.evaluate.relevance import Mentions, digests
from normlint.evaluate.scopes import Frame, Inside, ScopeInfo, Under
from normlint.evaluate.state import Content, State
from normlint.evaluate.units import Tops, Unit
from normlint.immutable import replace
from normlint.pixelmap import Affine, Interval, Numbers
from normlint.places import Place, Span
from normlint.values import (
    ALWAYS,
    Alternatives,
    Bound,
    Cell,
    ChannelRef,
    ClassValue,
    DictCell,
    FunctionValue,
    Guard,
    Image,
    Imported,
    InstanceCell,
    ListCell,
    Numbering,
    Origin,
    Ref,
    Unknown,
    Value,
    as_image,
    unit_of,
)

if TYPE_CHECKING:
    from normlint.config_composition import ConfigTrees
    from normlint.evaluate.aliasing import Altered
    from normlint.evaluate.outlines import Outline
    from normlint.evaluate.relevance import Digest

DEEPEST_CALL = 6
DEEPEST_EXPRESSION = 300
STEPS_PER_MODULE = 200_000
STEPS_PER_FUNCTION = 25_000
_RECURSION_LIMIT = 12_000
_NESTED_ALTERNATIVES = 4


# Kinds of values that stand for something else, and of contents that no name is bound to.
_INDIRECT = frozenset({Ref, ChannelRef, Bound})
_CELLS = frozenset({ListCell, DictCell, InstanceCell})


class BudgetSpent(Exception):
    """The step budget of a module or function is used up: what is left of it stays unknown."""


class Machine:
    """State of one run over a project. Not reentrant; one machine a process."""

    def __init__(
        self,
        load: Callable[[str], ir.Module | None],
        files: frozenset[str],
        catalogue: Catalogue,
        kept: frozenset[str] = frozenset(),
    ) -> None:
        if sys.getrecursionlimit() < _RECURSION_LIMIT:
            sys.setrecursionlimit(_RECURSION_LIMIT)
        self.load = load
        self.files = files
        self.kept = kept
        self.catalogue = catalogue
        self.tops = Tops()
        self.unit = Unit("")
        self.numbering = self.unit.numbering
        self.root = State()
        self.state = self.root
        self.guard: Guard = ALWAYS
        self.scopes: dict[int, ScopeInfo] = {}
        self.scope = 0
        self.frames: list[Frame] = []
        self.stack: list[Place] = []
        self.modules: dict[str, int] = {}
        self.exports: dict[str, tuple[str, ...]] = {}
        self.importing = 0
        self.importers: list[str] = []
        self.folders: dict[str, list[list[str]]] = {}
        self.by_ending: dict[str, str | None] = {}
        self.defined = self.unit.defined
        self.entered = self.unit.entered
        self.remembered = self.unit.remembered
        self.relevant_names = self.unit.relevant
        self.relevant_everywhere: frozenset[str] = frozenset()
        self.digests: dict[str, dict[Span, Digest]] = {}
        self.words: dict[str, frozenset[str]] = {}
        self.outlines: dict[str, Outline] = {}
        self.options: dict[str, dict[str, str | None]] = {}
        self.mentions: Callable[[str, ir.Module], Mentions] = lambda path, module: digests(module)
        self.configured: Callable[[str, str, str], Value | None] = lambda path, parent, name: None
        self.configurable: Callable[[str, str, str], bool] = lambda path, parent, name: False
        self.replaced: Callable[[str, Numbers], bool] = lambda name, numbers: False
        self.config_trees: ConfigTrees | None = None
        self.imported: dict[str, set[str]] = {}
        self.is_idle: Callable[[str], bool] = lambda path: False
        self.settling: set[Imported] = set()
        self.lasting_views: dict[int, int] = {}
        self.views = self.lasting_views
        self.touched: dict[int, tuple[Place, str]] = {}
        self.lasting_altered: dict[tuple[int, str], Altered] = {}
        self.altered = self.lasting_altered
        self.log = self.unit.log
        self.depth = 0
        self.steps_left = STEPS_PER_MODULE
        self.muted = 0
        self.decorating = 0
        self.dormant = 0
        self.repeating = 0

    def matters(self, function: FunctionValue, called: bool = False) -> bool:
        """Whether a function can say something about pixel values; lambdas always may.

        One that is ``called`` matters as well where it hands an image on that it got.
        """
        if function.name_span is None:
            return True
        digest = self.digests.get(function.module, {}).get(function.name_span)
        return digest is None or digest.hit or (called and digest.carries) or self.relevant_names.touches(digest.names)

    def mentioned(self, function: FunctionValue) -> tuple[str, ...]:
        """The names that a function's source mentions; nothing is known of a lambda's."""
        digest = self.digests.get(function.module, {}).get(function.name_span) if function.name_span is not None else None
        return digest.names if digest is not None else ()

    # Places and scopes

    @property
    def module(self) -> ir.Module:
        return self.scopes[self.scope].module

    def place(self, node: ir.Node) -> Place:
        module = self.scopes[self.scope].module
        return module.place(node.span) if module.cells else Place(module.path, *node.span)

    def place_of(self, span: Span) -> Place:
        return self.module.place(span)

    def new_scope(self, parent: int | None, module: ir.Module, kind: str, name: str) -> int:
        number = self.numbering.next()
        self.scopes[number] = ScopeInfo(parent, module, kind, name)
        return number

    def forget_scopes(self, count: int, numbering: Numbering) -> None:
        """Drop the scopes after the first ``count`` that a unit has made; those of modules it imported stay."""
        kept = []
        while len(self.scopes) > count:
            number, info = self.scopes.popitem()
            if unit_of(number) != unit_of(numbering.last):
                kept.append((number, info))
        self.scopes.update(reversed(kept))

    def inside(self, scope: int) -> Inside:
        """Evaluate in another scope for the length of a ``with``."""
        return Inside(self, scope)

    def under(self, guard: Guard) -> Under:
        """Evaluate under another guard for the length of a ``with``."""
        return Under(self, guard)

    @property
    def function_name(self) -> str:
        """Dotted name of the function under evaluation, for messages and pairing."""
        parts: list[str] = []
        scope: int | None = self.scope
        while scope is not None:
            info = self.scopes[scope]
            if info.kind != "module":
                parts.append(info.name)
            scope = info.parent
        return ".".join(reversed(parts))

    def spend(self) -> None:
        """Take one step. Raises ``BudgetSpent`` when there is none left."""
        self.steps_left -= 1
        if self.steps_left < 0:
            self.overspent()

    def overspent(self) -> NoReturn:
        self.log.exhausted += 1
        raise BudgetSpent

    # Names

    def bind(self, name: str, value: Value | Imported, scope: int | None = None) -> None:
        key = (self.scope if scope is None else scope, name)
        self.state.set(key, value)
        if self.altered:
            self.altered.pop(key, None)

    def lookup(self, name: str) -> tuple[Value | None, ScopeInfo | None]:
        """The value of a name seen from the current scope, and the scope it was found in."""
        scope: int | None = self.scope
        scopes, state = self.scopes, self.state
        first = True
        while scope is not None:
            info = scopes[scope]
            if first or info.kind != "class":
                found = state.get((scope, name))
                if found is not None and type(found) not in _CELLS:
                    if type(found) is Imported:
                        return self.read(found), info
                    return (self.pruned(found) if isinstance(found, Alternatives) else found), info  # type: ignore[return-value]
            first = False
            scope = info.parent
        return None, None

    def read(self, imported: Imported) -> Value:
        """What an imported name stands for: its module is evaluated now, if it was not yet."""
        from normlint.evaluate.imports import settled

        return settled(self, imported)

    def bound(self, name: str, scope: int) -> Content | None:
        """What a name of this very scope is bound to."""
        found = self.state.get((scope, name))
        return self.read(found) if isinstance(found, Imported) else found

    def scope_of(self, name: str) -> int:
        """Number of the scope that a name resolves in; 0 for one that nobody binds."""
        scope: int | None = self.scope
        while scope is not None:
            if self.state.get((scope, name)) is not None:
                return scope
            scope = self.scopes[scope].parent
        return 0

    def pruned(self, value: Value) -> Value:
        """Alternatives without those that the current guard excludes."""
        if not isinstance(value, Alternatives) or not self.guard:
            return value
        left = [(guard, option) for guard, option in value.options if compatible(guard, self.guard)]
        if len(left) == len(value.options):
            return value
        return alternatives(left) or self.unknown()

    # Cells

    def allocate(self, cell: Cell) -> Ref:
        address = self.numbering.next()
        self.state.set(address, cell)
        return Ref(address)

    def cell(self, ref: Ref) -> Content | None:
        return self.state.get(ref.address)

    def contents(self, value: Value) -> Content:
        """What a value holds: a reference is followed; a method that is not called is an unknown attribute."""
        kind = type(value)
        if kind not in _INDIRECT:
            return value
        if isinstance(value, Ref):
            found = self.state.get(value.address)
            if found is None:
                return self.unknown()
            return self.pruned(found) if isinstance(found, Alternatives) else found
        if isinstance(value, ChannelRef):
            cell = self.state.get(value.address)
            return channel_of(cell, value.channel) if isinstance(cell, Image) else self.unknown()
        if isinstance(value, Bound):
            inner = self.contents(value.receiver)
            maker = inner.origin.maker if isinstance(inner, Unknown) else ""
            return Unknown(Origin("unknown", self.numbering.next(), value.name, maker=maker), label=label_of(value.name))
        return value

    def settled(self, value: Value) -> Value:
        """An attribute that is handed on as one unknown value, the same wherever it is used next."""
        if isinstance(value, Bound) and isinstance(self.contents(value.receiver), (InstanceCell, Unknown)):
            from normlint.evaluate.paths import text_of

            content = self.contents(value)
            return replace(content, text=text_of(self, value) or "") if isinstance(content, Unknown) else value
        return value

    def image(self, value: Value) -> Image | None:
        """The value as an image, where it is one or may be one."""
        content = self.contents(value)
        if isinstance(content, Image):
            return content
        if isinstance(content, Unknown):
            return as_image(content)
        return None

    def unknown(
        self, kind: str = "unknown", name: str = "", place: Place | None = None, label: str = "", maker: str = "",
        text: str = "",
    ) -> Unknown:  # fmt: skip
        return Unknown(Origin(kind, self.numbering.next(), name, place, maker=maker), label, text)

    def element(self, whole: Unknown, name: str = "", label: str = "") -> Unknown:
        """An element of something unknown: a value of its own that remembers what it is an element of."""
        origin = whole.origin
        return Unknown(
            Origin("unknown", self.numbering.next(), name or origin.name, None, origin.within or origin.number,
                   origin.maker),
            label or whole.label,
        )

    # Branches

    def join(self, yes: State, yes_guard: Guard, no: State, no_guard: Guard) -> None:
        """Merge two forks of the current state into it: what differs becomes guarded alternatives."""
        branching.join(self.state, ((yes_guard, yes), (no_guard, no)), self.unknown, self.read)

    def each(self, value: Value, apply: Callable[[Value], Value]) -> Value:
        """Apply to every alternative of a value, and of the cells that it refers to, under its guard."""
        kind = type(value)
        if kind is not Alternatives and kind is not Ref:
            return apply(value)
        return self._each(value, apply, _NESTED_ALTERNATIVES)

    def _each(self, value: Value, apply: Callable[[Value], Value], depth: int) -> Value:
        kind = type(value)
        if kind is not Alternatives and kind is not Ref:
            return apply(value)
        value = self.pruned(value)
        content = self.contents(value)
        if not isinstance(content, Alternatives):
            return apply(value)
        if depth == 0:
            return self.unknown()
        results: list[tuple[Guard, Value]] = []
        before, outer = self.state, self.guard
        ends: list[tuple[Guard, State]] = []
        for guard, option in content.options:
            self.state = before.fork()
            self.guard = outer | guard
            try:
                results.append((guard, self._each(option, apply, depth - 1)))
            finally:
                ends.append((guard, self.state))
                self.state, self.guard = before, outer
        if any(end.changes for _, end in ends):
            branching.join(before, ends, self.unknown, self.read)
        return alternatives(results) or self.unknown()

    # Observations

    def observe(self, observation: Observation) -> None:
        if self.muted:
            return
        log = self.log.dormant if self.dormant else self.log.observations
        ignored = self._ignored() if observation.kind in {"normalize", "denormalize"} else ()
        log.append(
            replace(observation, guard=self.guard, stack=tuple(self.stack), function=self.function_name, ignored=ignored)
        )

    def _ignored(self) -> tuple[str, ...]:
        """The parameters of the function under evaluation that are called after a mean or std and never used."""
        function = self.frames[-1].function if self.frames else None
        if function is None or function.name_span is None:
            return ()
        named = [p.name for p in function.parameters if len(p.name) > 2 and label_of(p.name) in {"mean", "std"}]
        return tuple(name for name in named if name not in self.mentioned(function)) if named else ()


RECIPROCAL = "reciprocal"  # the label of ``1 / std``, whatever the name it is bound to


def channel_of(image: Image, number: int) -> Image:
    """One channel of an image; its arithmetic is reported with the whole image."""

    def pick(numbers: Numbers) -> Numbers:
        return (numbers[number],) if -len(numbers) <= number < len(numbers) and len(numbers) > 1 else numbers

    interval = image.interval
    order = image.order[number] if image.order in {"RGB", "BGR"} and -3 <= number < 3 else image.order
    return replace(
        image, map=Affine(pick(image.map.gain), pick(image.map.bias)) if image.map else None,
        interval=Interval(pick(interval.low), pick(interval.high)) if interval else None, channels=1, pending=None,
        order=order,
    )  # fmt: skip


def class_member(cls: ClassValue, name: str, depth: int = 8) -> tuple[Value | None, ClassValue]:
    """A member of a class of the project, or of its bases of the project."""
    found = cls.member(name)
    if found is not None or depth == 0:
        return found, cls
    for base in cls.bases:
        if isinstance(base, ClassValue):
            inherited, owner = class_member(base, name, depth - 1)
            if inherited is not None:
                return inherited, owner
    return None, cls
