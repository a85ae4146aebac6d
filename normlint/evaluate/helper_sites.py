"""A call of the project's own helper is a site with the helper's whole map."""

from __future__ import annotations

from normlint.evaluate.emission import classify, classify_map, written_numbers
from normlint.evaluate.machine import Machine
from normlint.evaluate.observations import Observation, steps_of, steps_since
from normlint.immutable import dataclass, replace
from normlint.pixelmap import BYTES, IDENTITY, Affine, combine
from normlint.places import Place
from normlint.sites import SiteKind
from normlint.values import (
    Alternatives,
    DictCell,
    Guard,
    Image,
    ListCell,
    Pending,
    Step,
    TupleValue,
    Unknown,
    Value,
    as_image,
    unit_of,
)

_VALUE_STEPS = frozenset({"clamp", "cast", "round"})
_DEEPEST = 4
_MOST_ITEMS = 3

Entering = tuple[tuple[int, Image], ...]


@dataclass(frozen=True, slots=True)
class Way:
    """How an image that entered a call (``before``) came out of it (``after``), under which condition."""

    guard: Guard
    before: Image
    after: Image
    steps: tuple[Step, ...]

    @property
    def affine(self) -> Affine | None:
        """The map from one to the other; a map over all channels says more than the steps of a loop over them."""
        start, end = self.before.map, self.after.map
        same = self.before.origin.number == self.after.origin.number
        if not same or start is None or end is None or len(start.gain) > 1 or len(start.bias) > 1 or start.gain == (0.0,):
            return relative_map(self.steps)
        gain = tuple(number / start.gain[0] for number in end.gain)
        return Affine(gain, combine(lambda b, g: b - g * start.bias[0], end.bias, gain) or end.bias)


def observe_helper(
    run: Machine, name: str, entering: Entering, result: Value, place: Place, sunk: tuple[int, ...], born: int
) -> None:
    """List a call that returns one of its arguments, or a picture that it decodes itself, through a map, or that hands
    one of them (``sunk``) to a sink.

    ``entering`` are the images among the arguments as they were before the call; origins numbered above ``born`` are
    of the call itself.
    """
    way = way_through(run, entering, result, born)
    if way is not None:
        with run.under(run.guard | way.guard):
            observe_map(run, name, way, place)
        return
    for index, before in entering:
        if index in sunk:
            run.observe(Observation("sink", name, place, before=before, source="literal", helper=True))
            return


def way_through(run: Machine, entering: Entering, result: Value, born: int) -> Way | None:
    """Of the ways in which a result derives from an argument, or from a picture decoded on the way, the one that tells most."""
    results = _results(run, result)
    found = [
        Way(guard, before, image, steps)
        for guard, image in results
        for _, before in entering
        if (steps := steps_since(image, before)) is not None
    ]
    found += [Way(guard, *decoded) for guard, image in results if (decoded := _decoded(image, born)) is not None]
    found = [way for way in found if way.steps] or found
    return max(found, key=_says) if found else None


def _decoded(image: Image, born: int) -> tuple[Image, Image, tuple[Step, ...]] | None:
    """A picture that was decoded during a call and changed before it was returned: as decoded, as returned, and how."""
    if image.origin.kind != "picture" or image.step is None or not _since(image.origin.number, born):
        return None
    steps = steps_of(image)
    affine = relative_map(steps)
    if affine is None or affine == IDENTITY:
        return None
    before = Image(image.origin, Affine((255.0,), (0.0,)), image.anchored, BYTES, "uint8", container="numpy")
    return before, image, steps


def _since(number: int, born: int) -> bool:
    """Whether a number was handed out after ``born``; those of other modules were there before."""
    return number > born and unit_of(number) == unit_of(born)


def _says(way: Way) -> tuple[bool, bool, int]:
    """Of several ways through a helper the one with a known map tells most."""
    affine = way.affine
    return (affine is not None and affine != IDENTITY, affine is not None, -len(way.steps))


def entering_images(run: Machine, arguments: tuple[Value, ...]) -> Entering:
    """The arguments that are, or may be, images, with their positions."""
    return tuple(
        (index, image) for index, argument in enumerate(arguments) for image in _images(run, argument, _DEEPEST)
    )


def _images(run: Machine, value: Value, depth: int) -> list[Image]:
    content = run.contents(value)
    if isinstance(content, Image):
        return [replace(content, pending=None)]
    if isinstance(content, Unknown):
        return [as_image(content)]
    if isinstance(content, Alternatives) and depth:
        return [image for _, option in content.options for image in _images(run, option, depth - 1)]
    if isinstance(content, (ListCell, TupleValue)) and depth:
        return [image for item in content.items[:_MOST_ITEMS] for image in _images(run, item, depth - 1)]
    return []


def _results(run: Machine, value: Value) -> list[tuple[Guard, Image]]:
    content = run.contents(value)
    if isinstance(content, Alternatives):
        found: list[tuple[Guard, Image]] = []
        for guard, option in content.options:
            found.extend((guard | inner, image) for inner, image in _results(run, option))
        return found
    if isinstance(content, (ListCell, TupleValue)):
        return [result for item in content.items[:_MOST_ITEMS] for result in _results(run, item)]
    if isinstance(content, DictCell):
        return [result for _, item in content.items[:_MOST_ITEMS] for result in _results(run, item)]
    return [(frozenset(), content)] if isinstance(content, Image) else []


def relative_map(steps: tuple[Step, ...]) -> Affine | None:
    """The affine map of a run of steps; None where one of them is none."""
    whole: Affine | None = IDENTITY
    for step in steps:
        if step.affine is not None:
            whole = whole.then(step.affine) if whole is not None else None
        elif step.operation not in _VALUE_STEPS and step.operation not in {"view", "flip", "float"}:
            return None
        elif step.operation == "flip" and whole is not None:
            whole = whole.reversed()
    return whole


def observe_map(run: Machine, name: str, way: Way, place: Place) -> None:
    """List a place that runs an image through code of the project, with the whole map of it."""
    affine, steps = way.affine, way.steps
    kind = kind_of(steps, affine, way.before, place) if steps else None
    if kind is None:
        return
    stats = next((step.stats for step in reversed(steps) if step.stats is not None), None)
    mean, std = stats or written_numbers(steps)
    run.observe(
        Observation(
            kind, name, place, affine, mean, std, before=way.before, after=way.after, dtype=steps[-1].dtype,
            source="literal" if affine else "unresolved", helper=True,
        )
    )  # fmt: skip


def kind_of(steps: tuple[Step, ...], affine: Affine | None, before: Image, place: Place) -> SiteKind | None:
    """What a run of steps does to an image; None where it leaves the values alone."""
    named = [step.operation for step in steps]
    if "normalize" in named:
        return "normalize"
    if any(step.affine is not None or step.label in {"mean", "std"} for step in steps):
        if affine is not None:
            kind = classify_map(affine, steps, before.anchored)
        else:
            kind = classify(Pending(before, None, place), steps)
        if kind is not None:
            return kind
    if "cast" in named and any(step.operation == "cast" and step.dtype == "uint8" for step in steps):
        return "cast"
    return "clamp" if "clamp" in named else None
