"""What the evaluator writes down at a site, for the inventory and the rules."""

from __future__ import annotations

from normlint.immutable import dataclass
from normlint.pixelmap import Affine, Numbers
from normlint.places import Place
from normlint.sites import SiteKind
from normlint.values import Guard, Image, Step


@dataclass(frozen=True, slots=True)
class SinkContract:
    """What a sink or metric takes, from the catalogue: the range of floats, and what it does outside of it."""

    low: float | None
    high: float | None
    accepts_uint8: bool
    out_of_range: str
    rounds: bool
    order: str | None
    uint8_only: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """One evaluation of one site.

    ``affine`` is the map the site applies to its own input; ``mean`` and ``std`` are as written, with the places they come
    from; ``labels`` name the operands of arithmetic in order, as ("-", "mean"). ``stack`` are the calls that led here,
    outermost first. ``ignored`` are the parameters of the function called after a mean or std that its source never uses.
    ``discarded``: the result is thrown away and nothing was changed in place.
    """

    kind: SiteKind
    api: str
    place: Place
    affine: Affine | None = None
    mean: Numbers | None = None
    std: Numbers | None = None
    mean_place: Place | None = None
    std_place: Place | None = None
    peak: float | None = None
    source: str = "unresolved"
    before: Image | None = None
    after: Image | None = None
    low: float | None = None
    high: float | None = None
    dtype: str | None = None
    contract: SinkContract | None = None
    labels: tuple[tuple[str, str], ...] = ()
    guard: Guard = frozenset()
    stack: tuple[Place, ...] = ()
    function: str = ""
    discarded: bool = False
    helper: bool = False
    note: str = ""
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PipelineObservation:
    """A transform bound to a name or a dict key, with what it does to a decoded picture.

    ``group`` says what belongs together: the dict display, the builder function, or the module. ``transforms`` are the
    last names of its steps, in order.
    """

    name: str
    group: str
    group_kind: str
    place: Place
    result: Image | None
    normalize_place: Place | None
    mean: Numbers | None
    std: Numbers | None
    to_unit: bool
    complete: bool
    guard: Guard
    function: str = ""
    transforms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """An image that reaches a model, or that a loader delivers (``model`` is then empty).

    ``model`` identifies the model's definition: ``path:Class`` or ``path:builder`` in the project, else a dotted path.
    ``name`` is the dataset's identity of a delivery. ``train`` says that the call itself trains (``fit``), or that the
    loader shuffles; ``stack`` are the calls that led here, outermost first; ``made`` is where the model's object was made.
    """

    model: str
    image: Image
    place: Place
    name: str = ""
    train: bool = False
    guard: Guard = frozenset()
    stack: tuple[Place, ...] = ()
    function: str = ""
    made: Place | None = None

    @property
    def entry(self) -> str:
        """Path of the file whose top level or function led here."""
        return self.stack[0].path if self.stack else self.place.path


@dataclass(frozen=True, slots=True, order=True)
class Construction:
    """A model that was constructed; ``entry`` is the file whose top level or function led there."""

    model: str
    entry: str


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A file that a model's weights are saved to, or loaded from. ``text`` is the path as the program has it.

    ``model`` is that of a ``Feed``; empty where nobody knows it. ``whole``: the file is all that is known of the model.
    """

    text: str
    saved: bool
    model: str
    whole: bool
    place: Place
    stack: tuple[Place, ...] = ()

    @property
    def entry(self) -> str:
        return self.stack[0].path if self.stack else self.place.path


@dataclass(frozen=True, slots=True)
class Inherited:
    """What ``config`` says of normalization together with the files that it builds on; ``entry`` stands in any of them."""

    config: str
    entry: Observation


@dataclass(frozen=True, slots=True)
class Conversion:
    """A command or call that turns the model in a file into another format which normalizes its input first.

    ``text`` is the path as it is written there, empty where the program has the ``model`` itself; ``mean`` and ``std`` are on
    the scale of the input, which is 0..255 as a rule.
    """

    text: str
    mean: Numbers
    std: Numbers
    place: Place
    entry: str
    model: str = ""


@dataclass(frozen=True, slots=True)
class ModuleEvidence:
    """What a module's source mentions that says whose data goes through it, and which files of the project it imports.

    ``words`` are those of ``purposes.TELLING`` in it; ``runs``: something happens when it is started; ``serves``: a server
    starts it.
    """

    path: str
    words: frozenset[str]
    imports: frozenset[str]
    runs: bool
    serves: bool = False


@dataclass(frozen=True, slots=True)
class Wraparound:
    """Integer arithmetic on a uint8 image that can leave 0..255."""

    place: Place
    low: float
    high: float
    before: Image
    later: str = ""
    guard: Guard = frozenset()


@dataclass(frozen=True, slots=True)
class MaskClamp:
    """``x[x > limit] = value``"""

    place: Place
    relation: str
    limit: float
    value: float
    before: Image | None


@dataclass(frozen=True, slots=True)
class FunctionMap:
    """A function that returns one of its arguments through an affine map, whatever the argument is.

    ``owner`` is the class that it is a method of; empty for functions of a module.
    """

    name: str
    owner: str
    place: Place
    affine: Affine
    last_line: int

    @property
    def lines(self) -> range:
        return range(self.place.line, self.last_line + 1)


@dataclass(frozen=True, slots=True)
class StatsRescaled:
    """``mean /= 255`` on an array that outlives the call: the caller's, or an attribute of the object."""

    place: Place
    name: str
    function: str
    operator: str
    attribute: bool


@dataclass(frozen=True, slots=True)
class AliasedChange:
    """An operation in place on an array that somebody else holds.

    Either ``call`` handed the array named ``name`` to ``function`` and it is read again at ``used``, or ``function`` threw
    a copy of its own parameter away at ``copied``.
    """

    place: Place
    name: str
    function: str
    call: Place | None = None
    used: Place | None = None
    copied: Place | None = None
    stack: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnedOrders:
    """A function whose branches return different channel orders, each with the place that made it so."""

    function: str
    place: Place
    orders: tuple[tuple[str, Place], ...]


@dataclass(frozen=True, slots=True)
class CheckpointLoad:
    """A model that was loaded from a published checkpoint, or stats that are written beside the name of one.

    ``written`` and ``image`` are the stats, or the image, that the source hands to it; with neither, only the scope says
    what it may be given. ``scope`` is ``path:function``.
    """

    checkpoint: str
    api: str
    place: Place
    loaded: Place
    scope: str
    guard: Guard = frozenset()
    image: Image | None = None
    written: tuple[Numbers, Numbers] | None = None
    stack: tuple[Place, ...] = ()


def steps_of(image: Image | None) -> tuple[Step, ...]:
    """The steps behind an image value, first one first."""
    steps: list[Step] = []
    step = image.step if image is not None else None
    while step is not None:
        steps.append(step)
        step = step.previous
    return tuple(reversed(steps))


def steps_since(image: Image, earlier: Image) -> tuple[Step, ...] | None:
    """The steps from an earlier value of the same chain on; None where the value does not derive from it."""
    steps: list[Step] = []
    step = image.step
    while step is not earlier.step:
        if step is None:
            return None
        steps.append(step)
        step = step.previous
    if earlier.step is None and earlier.origin.number not in {image.origin.number, image.origin.within}:
        return None
    return tuple(reversed(steps))
