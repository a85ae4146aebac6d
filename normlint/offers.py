"""What rules offer as fixes, from what an observation says of the image."""

from __future__ import annotations

from normlint.catalogue import catalogue
from normlint.claims import describe
from normlint.evaluate.observations import Observation, steps_of
from normlint.facts import FileFacts
from normlint.fixes import Clamp, Container, Fix, Insert, Round, Safety, Scale, UndoStats, UseStats
from normlint.mismatches import Mismatch
from normlint.pixelmap import Numbers, Stats, broadcast, collapse
from normlint.places import Place
from normlint.values import Image, Step

_CONTAINERS: dict[str, Container] = {"torch": "torch", "numpy": "numpy", "tensorflow": "tensorflow"}
_TORCH_METHODS = frozenset({".byte", ".to", ".type", ".short", ".int", ".long"})


def container_of(observation: Observation) -> Container | None:
    """The kind of array that a cast or sink takes, from its spelling, else from the data; None where they do not tell.

    Tensors of PyTorch have no ``astype`` and numpy's arrays no ``byte``, so that these tell by themselves. Functions of numpy
    take tensors as well, and so do the ones that the fix adds.
    """
    known = observation.before.container if observation.before is not None else None
    if observation.api == ".astype":
        return "numpy"
    if observation.api in _TORCH_METHODS:
        return "torch"
    if observation.api.startswith("tensorflow."):
        return "tensorflow"
    if observation.api.startswith("numpy."):
        return "numpy" if known in {None, "numpy", "torch"} else None
    return _CONTAINERS.get(known or "")


def insert(
    observation: Observation, operations: tuple[Clamp | Scale | Round, ...], safety: Safety, description: str
) -> Fix | None:
    """Operations on the image before a cast or sink; no fix where the kind of array is not known."""
    container = container_of(observation)
    place: Place | None = observation.place
    entry = catalogue().lookup(observation.api)
    if entry is not None and entry.call == "transform":  # made there, and given the image where it is called
        place = observation.stack[-1] if observation.stack else None
    if container is None or place is None:
        return None
    return Fix(safety, place, Insert(operations, container), description)


def use_stats(
    place: Place, mean: Numbers | None, std: Numbers | None, stats: Stats, *, reference: Place | None = None,
    formula: Place | None = None, inverse: bool = False,
) -> Fix | None:  # fmt: skip
    """The stats at a place that has ``mean`` and ``std`` now, in the unit and for as many channels as these."""
    if mean is None or std is None:
        return None
    unit = 255.0 if max(map(abs, mean)) > 1.5 and not inverse else 1.0
    count = max(len(mean), len(std), len(stats.mean), len(stats.std))
    pairs = [broadcast(numbers, (0.0,) * count) for numbers in (stats.mean, stats.std)]
    if pairs[0] is None or pairs[1] is None:
        return None
    numbers = [tuple(number * unit for number in pair[0]) for pair in pairs if pair is not None]
    change = UseStats(numbers[0], numbers[1], reference, formula, inverse)
    return Fix("unsafe", place, change, f"Use {describe(stats)}")


def use_at(file: FileFacts, place: Place, stats: Stats) -> Fix | None:
    """The stats at the place of a normalize call that is given mean and std."""
    for observation in file.by_place.get(place, ()):
        if observation.kind == "normalize" and observation.api != "arithmetic" and not observation.helper:
            return use_stats(place, observation.mean, observation.std, stats)
    return None


def undo_stats(observation: Observation, stats: Stats, reference: Place) -> Fix | None:
    """Arithmetic that undoes ``stats``, to the scale that it leads to now: 0..1, or 0..255 with or without a rounding half."""
    image, affine = observation.before, observation.affine
    if image is None or affine is None or (observation.mean_place is not None and len(collapse(affine.gain)) > 1):
        return None
    peak = 255.0 if max(affine.gain) > 2.5 else 1.0
    half = 0.5 if peak == 255 and round(max(affine.bias) * 2) % 255 == 1 else 0.0
    container = _CONTAINERS.get(image.container or "")
    first = None if image.layout is None else "CHW" in image.layout
    if len(collapse(stats.mean)) > 1 and (container is None or first is None or image.order == "BGR"):
        return None
    change = UndoStats(stats.mean, stats.std, peak, half, container, first, reference)
    return Fix("unsafe", observation.place, change, f"Undo {describe(stats)}")


def use_expected(mismatch: Mismatch) -> Fix | None:
    """The stats of the other side where an entry point is given its own: at its Normalize, or at its call of a helper."""
    image, stats = mismatch.arrival.image, mismatch.expected.stats
    step = _normalize_of(image)
    if step is None or step.stats is None or stats is None or image.order == "BGR":
        return None
    if step.place != mismatch.arrival.made_at:
        return None
    other = _normalize_of(mismatch.expected.image)
    reference = mismatch.reference if other is None else other.place
    formula = None if mismatch.place == step.place else step.place
    return use_stats(mismatch.place, *step.stats, stats, reference=reference, formula=formula)


def _normalize_of(image: Image) -> Step | None:
    """The last normalize by a library on the way to an image."""
    steps = reversed(steps_of(image))
    return next((step for step in steps if step.operation == "normalize" and step.stats is not None), None)
