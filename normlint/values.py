"""Abstract values: what the evaluator knows of an expression.

All values are immutable. What Python code can change in place (images, lists, dicts, instances) lives in numbered cells
of the evaluator's state; bindings hold a ``Ref`` to the cell, so that two names for one array see the same change.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Union

from normlint import ir
from normlint.immutable import dataclass, field, replace
from normlint.key_index import FEW, KeyIndex
from normlint.pixelmap import IDENTITY, UNBOUNDED, Affine, Interval, Numbers
from normlint.places import Place, Span

# Guards: the conditions under which a value holds. A literal is (subject, relation, text); see evaluate.guards.
GuardLiteral = tuple[str, str, str]
Guard = frozenset[GuardLiteral]
ALWAYS: Guard = frozenset()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from: "picture" (decoded), "parameter", "output" (of a call), "noise" or "unknown".

    ``within`` is the number of the unknown that the value is an element of (of a list or batch); 0 for none.
    ``maker`` identifies what made an output: ``path:name`` for a function of the project, a dotted path for a library's.
    """

    kind: str
    number: int
    name: str = ""
    place: Place | None = None
    within: int = 0
    maker: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One operation behind an image value; the chain is shared between values.

    ``operand`` are the numbers it used; ``label`` says what they were called ("mean", "std") where a name says so;
    ``dtype`` is the type of the result, ``low`` and ``high`` the bounds of a clamp.

    Chains can have thousands of steps: hashing and comparing go along them without recursion, and the hash is kept.
    """

    operation: str
    place: Place
    previous: Step | None
    affine: Affine | None = None
    operand: Numbers | None = None
    operand_place: Place | None = None
    label: str = ""
    dtype: str | None = None
    low: float | None = None
    high: float | None = None
    stats: tuple[Numbers, Numbers] | None = None
    _hash: int | None = field(default=None, init=False, repr=False)

    def _own(self) -> tuple[object, ...]:
        return (
            self.operation, self.place, self.affine, self.operand, self.operand_place, self.label, self.dtype, self.low,
            self.high, self.stats,
        )  # fmt: skip

    def __hash__(self) -> int:
        pending: list[Step] = []
        step: Step | None = self
        while step is not None and step._hash is None:
            pending.append(step)
            step = step.previous
        known = 0 if step is None or step._hash is None else step._hash
        for step in reversed(pending):
            known = hash((known, step._own()))
            object.__setattr__(step, "_hash", known)
        return known

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Step):
            return NotImplemented
        if hash(self) != hash(other):
            return False
        one: Step | None = self
        two: Step | None = other
        while one is not two:
            if one is None or two is None or one._own() != two._own():
                return False
            one, two = one.previous, two.previous
        return True


@dataclass(frozen=True, slots=True)
class Image:
    """A value that may hold pixels.

    ``map`` leads from the unit intensity (``anchored``) or from the opaque ``origin`` to the value; None where no affine
    map does. ``interval`` is None where nothing is known of the range. ``pending`` is the step before the arithmetic that
    no site reports yet.
    """

    origin: Origin
    map: Affine | None = IDENTITY
    anchored: bool = False
    interval: Interval | None = None
    dtype: str | None = None
    order: str | None = None
    layout: str | None = None
    channels: int | None = None
    container: str | None = None
    step: Step | None = None
    pending: Pending | None = None
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Pending:
    """Arithmetic that is not yet part of a site: the image before it and the map so far."""

    before: Image
    affine: Affine | None
    place: Place


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing is known; ``origin`` tells one unknown from another, ``label`` keeps what its name says of it.

    ``text`` is what a path is where nothing is changed on the command line: a hint, see evaluate.paths.
    """

    origin: Origin
    label: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Constant:
    """A Python constant. ``label`` is "mean", "std" or "" after the name it was bound to."""

    value: ir.ConstantValue
    label: str = ""
    place: Place | None = None
    source: str = "literal"


@dataclass(frozen=True, slots=True)
class Vector:
    """A numeric array, one number a channel (or a single number with an array's arithmetic)."""

    numbers: Numbers
    label: str = ""
    place: Place | None = None
    source: str = "literal"
    dtype: str | None = None


@dataclass(frozen=True, slots=True)
class TupleValue:
    items: tuple[Value, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class ListCell:
    """Contents of a list; ``open`` when items may be missing that were added where nobody could follow."""

    items: tuple[Value, ...]
    open: bool = False


UNKNOWN_KEY = "\0"  # what a key begins with that nobody knows


@dataclass(frozen=True, slots=True)
class DictCell:
    """Contents of a dict with constant keys; ``open`` when it may hold more."""

    items: tuple[tuple[ir.ConstantValue, Value], ...]
    open: bool = False
    _index: KeyIndex | None = field(default=None, init=False, repr=False, compare=False)

    def get(self, key: ir.ConstantValue) -> Value | None:
        found: tuple[tuple[ir.ConstantValue, Value], ...] = self.items
        if len(found) > FEW:
            position = self._indexed().find(key, len(found))
            found = found[position:] if position >= 0 else ()
        for known, value in found:
            if known == key and type(known) is type(key):
                return value
        return None

    def put(self, key: ir.ConstantValue, value: Value) -> DictCell:
        items, index = self.items, self._indexed() if len(self.items) > FEW else None
        if index is None or index.find(key, len(items)) >= 0:
            return replace(self, items=(*[item for item in items if item[0] != key], (key, value)))
        grown = replace(self, items=(*items, (key, value)))
        if index.append(key, len(items)):
            object.__setattr__(grown, "_index", index)
        return grown

    def _indexed(self) -> KeyIndex:
        if self._index is None:
            object.__setattr__(self, "_index", KeyIndex(self.items))
        return self._index  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class InstanceCell:
    """An object of a class of the project, made at ``made``; its attributes are kept here, its methods in the class."""

    cls: ClassValue
    attributes: tuple[tuple[str, Value], ...] = ()
    open: bool = False
    made: Place | None = None

    def get(self, name: str) -> Value | None:
        for known, value in self.attributes:
            if known == name:
                return value
        return None

    def put(self, name: str, value: Value) -> InstanceCell:
        kept = [item for item in self.attributes if item[0] != name]
        return replace(self, attributes=(*kept, (name, value)))


@dataclass(frozen=True, slots=True)
class Ref:
    """A binding to a cell."""

    address: int


@dataclass(frozen=True, slots=True)
class ChannelRef:
    """One channel of the image in a cell: what ``for t, m, s in zip(tensor, mean, std)`` binds to ``t``."""

    address: int
    channel: int


@dataclass(frozen=True, slots=True)
class External:
    """A name of a library by its dotted import path."""

    dotted: str


@dataclass(frozen=True, slots=True)
class ModuleValue:
    """A module of the project, by its path."""

    path: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What a name is bound to that was imported and not read yet; never the value of an expression.

    It is the member ``name`` of the module ``package``, else the module ``submodule``, else an unknown with this ``number``.
    """

    package: str | None
    submodule: str | None
    name: str
    number: int


@dataclass(frozen=True, slots=True)
class FunctionValue:
    """A function or lambda of the project with the scope it was defined in."""

    name: str
    parameters: tuple[ir.Parameter, ...]
    defaults: tuple[Value | None, ...]
    node: ir.Function | ir.Lambda
    module: str
    scope: int
    place: Place
    receiver: Value | None = None
    decorators: tuple[str, ...] = ()
    owner: ClassValue | None = None
    name_span: Span | None = None

    @property
    def body(self) -> tuple[ir.Statement, ...] | ir.Expression:
        """Its statements, or the expression of a lambda."""
        return self.node.body

    def is_within(self, count: int) -> bool:
        """Whether it has no more statements than so many; not of a lambda, which has none."""
        return isinstance(self.node, ir.Function) and self.node.length <= count

    def __hash__(self) -> int:
        """Of where it was defined; a hash of its body would go through all of it."""
        return hash((self.name, self.place, self.scope))


@dataclass(frozen=True, slots=True)
class ClassValue:
    """A class of the project: its members after the body ran, and its bases."""

    name: str
    members: tuple[tuple[str, Value], ...]
    bases: tuple[Value, ...]
    module: str
    place: Place

    def __hash__(self) -> int:
        """Of where it was defined; a hash of its members would go through all their bodies."""
        return hash((self.name, self.place))

    def member(self, name: str) -> Value | None:
        for known, value in self.members:
            if known == name:
                return value
        return None


@dataclass(frozen=True, slots=True)
class Bound:
    """A method of a value, not yet called: ``x.clamp``."""

    receiver: Value
    name: str


@dataclass(frozen=True, slots=True)
class Super:
    """``super()``: members are looked up in the bases of the class that owns the method."""

    receiver: Value
    owner: ClassValue


@dataclass(frozen=True, slots=True)
class Partial:
    function: Value
    positional: tuple[Value, ...]
    named: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Transform:
    """A constructed library transform: calling it applies the catalogue entry with these arguments."""

    entry: str
    arguments: tuple[tuple[str, Value], ...]
    place: Place

    def argument(self, name: str) -> Value | None:
        for known, value in self.arguments:
            if known == name:
                return value
        return None


@dataclass(frozen=True, slots=True)
class Composition:
    """Compose, nn.Sequential and the like; ``open`` when some steps are unknown, ``choice`` when one of them runs."""

    steps: tuple[Value, ...]
    place: Place
    open: bool = False
    choice: bool = False


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set of a library: it hands decoded pictures to its transform."""

    dotted: str
    transform: Value | None
    place: Place


@dataclass(frozen=True, slots=True)
class Loader:
    """Batches of a data set: iterating it gives what the data set's items become."""

    dataset: Value
    collate: Value | None
    place: Place


@dataclass(frozen=True, slots=True)
class Network:
    """A model, or its processor, loaded from a published checkpoint: what it is given must be what that was trained with.

    ``maker`` identifies what made it, as that of an ``Origin``. ``stats`` are the mean and std of a processor whose settings
    are a file of the project.
    """

    checkpoint: str
    place: Place
    processor: bool = False
    maker: str = ""
    stats: tuple[Vector, Vector] | None = None


@dataclass(frozen=True, slots=True)
class Widget:
    """A part of a web page: a function that is called with it gets what the user puts there."""

    content: Value


@dataclass(frozen=True, slots=True)
class Alternatives:
    """A value that depends on conditions which nobody can decide statically."""

    options: tuple[tuple[Guard, Value], ...]


@dataclass(frozen=True, slots=True)
class Slicing:
    """An evaluated ``lower:upper:step``."""

    lower: Value | None
    upper: Value | None
    step: Value | None


Value = Union[
    Image, Unknown, Constant, Vector, TupleValue, Ref, ChannelRef, External, ModuleValue, FunctionValue, ClassValue,
    Bound, Super, Partial, Transform, Composition, Dataset, Loader, Network, Widget, Alternatives, Slicing,
]  # fmt: skip
Cell = Union[Image, ListCell, DictCell, InstanceCell]


_NUMBERS_A_UNIT = 32  # bits


@dataclass(slots=True)
class Numbering:
    """Hands out numbers for origins, cells and scopes."""

    last: int = field(default=0)

    @classmethod
    def of(cls, unit: str) -> Numbering:
        """The numbers of one unit of work, the same whatever else is evaluated before it or in other processes."""
        return cls(int.from_bytes(sha256(unit.encode("utf-8", "surrogatepass")).digest()[:5], "big") << _NUMBERS_A_UNIT)

    def next(self) -> int:
        self.last += 1
        return self.last


def unit_of(number: int) -> int:
    """What the numbers of one unit of work have in common."""
    return number >> _NUMBERS_A_UNIT


def as_image(value: Unknown) -> Image:
    """An unknown value seen as an image: the identity map from its own opaque origin."""
    return Image(value.origin)


def noise(number: int, place: Place, interval: Interval = UNBOUNDED, name: str = "noise") -> Image:
    return Image(Origin("noise", number, name, place), map=None, interval=interval)


def relabel(value: Value, **changes: Any) -> Value:
    """The value with other bookkeeping (label, place, source); values without such fields stay."""
    if isinstance(value, (Constant, Vector)):
        return replace(value, **changes)
    return value
