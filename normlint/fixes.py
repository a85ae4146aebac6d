"""What would cure a finding, as data.

A rule knows the places and the numbers, and says with a ``Fix`` what has to change; ``normlint.fixing`` finds the code and
turns the fix into edits. A fix is an offer: where the code is spelled in a way that the edit does not cover, none is made.
"""

from __future__ import annotations

from typing import Literal, Union

from normlint.immutable import dataclass
from normlint.pixelmap import Numbers
from normlint.places import Place

Safety = Literal["safe", "unsafe"]
Container = Literal["torch", "numpy", "tensorflow"]


@dataclass(frozen=True, slots=True)
class Clamp:
    """Limit the values to ``low`` .. ``high``."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Scale:
    """``gain * x + bias``"""

    gain: float
    bias: float = 0.0


@dataclass(frozen=True, slots=True)
class Round:
    """To the nearest whole number."""


@dataclass(frozen=True, slots=True)
class Insert:
    """Put ``operations``, in their order, on the image that the cast or sink at the fix's place takes."""

    operations: tuple[Clamp | Scale | Round, ...]
    container: Container


@dataclass(frozen=True, slots=True)
class UseStats:
    """Give the normalize or denormalize at the fix's place these stats, in the unit that it takes.

    ``reference`` is the normalize that has them already: its constants are used where they can be. ``formula`` is the
    arithmetic of a helper that the place calls; None where the place itself takes mean and std. ``inverse`` says that the
    place is a Normalize that stands for a denormalize.
    """

    mean: Numbers
    std: Numbers
    reference: Place | None = None
    formula: Place | None = None
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class UndoStats:
    """Make the arithmetic of numbers at the fix's place ``(x * std + mean) * peak + half``.

    ``channels_first`` says how numbers that differ by channel have to lie (None: not known); ``reference`` is the normalize
    that is undone.
    """

    mean: Numbers
    std: Numbers
    peak: float
    half: float
    container: Container | None
    channels_first: bool | None
    reference: Place


@dataclass(frozen=True, slots=True)
class SwapStats:
    """Exchange mean and std of the normalize at the fix's place; the first number of each stands at ``mean`` and ``std``."""

    mean: Place
    std: Place


@dataclass(frozen=True, slots=True)
class ReplaceNumber:
    """A number becomes ``right``: that at ``index`` of the display whose first number stands at the fix's place, or, without
    an index, the value that is assigned at the place."""

    wrong: float
    right: float
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Reformulate:
    """Turn the formula at the fix's place, spelled with the operands x, mean and std, into the right one."""

    wrong: str
    right: str


@dataclass(frozen=True, slots=True)
class MoveBehind:
    """Move the transform at the fix's place behind the one at ``other`` in the same list."""

    other: Place


@dataclass(frozen=True, slots=True)
class AssignResult:
    """Bind the result of the expression statement around the fix's place to the image that it starts from."""


@dataclass(frozen=True, slots=True)
class ClampFirst:
    """Do the clamp at the fix's place before the operation that it follows now, at ``other`` where that is known."""

    other: Place | None = None


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete the text at the fix's place, and its line where nothing else is on it. Any text file has this one."""


Change = Union[
    Insert, UseStats, UndoStats, SwapStats, ReplaceNumber, Reformulate, MoveBehind, AssignResult, ClampFirst, Remove
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fix:
    """``description`` is an imperative sentence for people; ``place`` is the code that ``change`` is about.

    ``safety`` is "safe" only for what cannot change the numbers of a program that was right before.
    """

    safety: Safety
    place: Place
    change: Change
    description: str


@dataclass(frozen=True, slots=True)
class Edit:
    """One replaced stretch of a file: ``place`` in the file as it is, and the text that stands there afterwards."""

    place: Place
    text: str
