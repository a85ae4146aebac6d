"""A call of the project's own helper is a site with the helper's whole map."""

from __future__ import annotations

from dataclasses import replace

from normlint.evaluate.emission import classify, classify_map, written_stats
from normlint.evaluate.machine import Machine
from normlint.evaluate.observations import Observation, steps_of, steps_since
from normlint.pixelmap import BYTES, IDENTITY, Affine
from normlint.places import Place
from normlint.sites import SiteKind
from normlint.values import Alternatives, Guard, Image, ListCell, Pending, Step, TupleValue, Unknown, Value, as_image

_VALUE_STEPS = frozenset({"clamp", "cast", "round"})
_DEEPEST = 4
_MOST_ITEMS = 3

Entering = tuple[tuple[int, Image], ...]


def observe_helper(
    run: Machine, name: str, entering: Entering, result: Value, place: Place, sunk: tuple[int, ...], born: int
) -> None:
    """List a call that returns one of its arguments, or a picture that it decodes itself, through a map, or that hands
    one of them (``sunk``) to a sink.

    ``entering`` are the images among the arguments as they were before the call; origins numbered above ``born`` are
    of the call itself.
    """
    results = _results(run, result)
    found: list[tuple[Guard, Image, Image, tuple[Step, ...]]] = [
        (guard, before, image, steps)
        for guard, image in results
        for _, before in entering
        if (steps := steps_since(image, before))
    ]
    found += [(guard, *decoded) for guard, image in results if (decoded := _decoded(image, born)) is not None]
    if found:
        guard, before, image, steps = max(found, key=lambda candidate: _says(candidate[3]))
        with run.under(run.guard | guard):
            _observe_map(run, name, before, image, steps, place)
        return
    for index, before in entering:
        if index in sunk:
            run.observe(Observation("sink", name, place, before=before, source="literal", helper=True))
            return


def _decoded(image: Image, born: int) -> tuple[Image, Image, tuple[Step, ...]] | None:
    """A picture that was decoded during a call and changed before it was returned: as decoded, as returned, and how."""
    if image.origin.kind != "picture" or image.origin.number <= born or image.step is None:
        return None
    steps = steps_of(image)
    affine = relative_map(steps)
    if affine is None or affine == IDENTITY:
        return None
    before = Image(image.origin, Affine((255.0,), (0.0,)), image.anchored, BYTES, "uint8", container="numpy")
    return before, image, steps


def _says(steps: tuple[Step, ...]) -> tuple[bool, bool, int]:
    """Of several ways through a helper the one with a known map tells most."""
    affine = relative_map(steps)
    return (affine is not None and affine != IDENTITY, affine is not None, -len(steps))


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


def _observe_map(
    run: Machine, name: str, before: Image, after: Image, steps: tuple[Step, ...], place: Place
) -> None:
    affine = relative_map(steps)
    kind = kind_of(steps, affine, before, place)
    if kind is None:
        return
    last = steps[-1]
    mean, std = written_stats(steps)
    stats = next((s for s in reversed(steps) if s.stats is not None), None)
    run.observe(
        Observation(
            kind, name, place, affine,
            mean=stats.stats[0] if stats and stats.stats else mean.operand if mean else None,
            std=stats.stats[1] if stats and stats.stats else std.operand if std else None,
            before=before, after=after, dtype=last.dtype, source="literal" if affine else "unresolved", helper=True,
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
