"""Named constants and defaults that may feed a normalization, for the inventory."""

from __future__ import annotations

from normlint.evaluate.arithmetic import as_vector, number_of
from normlint.evaluate.labels import RANGES, stats_label
from normlint.evaluate.machine import Machine
from normlint.evaluate.observations import Observation
from normlint.pixelmap import Affine
from normlint.places import Place
from normlint.values import Alternatives, ListCell, TupleValue, Unknown, Value, Vector

_MOST_CHANNELS = 4
# The numbers that the largest value of an image is.
_LARGEST = frozenset({1.0, 255.0, 1023.0, 4095.0, 65535.0})


def constant_site(run: Machine, name: str, value: Value, place: Place, handed_on: bool = False) -> None:
    """List ``IMAGENET_MEAN = [0.485, 0.456, 0.406]`` and the like; other numbers are no sites.

    ``handed_on``: an entry or argument that passes a value on is listed even where the value is not known.
    """
    label = stats_label(name)
    content = run.contents(value)
    if name.lower() in RANGES:
        _range_site(run, name, number_of(content), place)
    if not label:
        return
    numbers = content if isinstance(content, Vector) else None
    if isinstance(content, (ListCell, TupleValue)):
        numbers = as_vector(content)
    if numbers is None:
        single = number_of(content)
        numbers = Vector((single,)) if single is not None else None
    if numbers is None and handed_on and isinstance(content, (Unknown, Alternatives)) and len(name) > 2:
        run.observe(Observation("config", name, place))
        return
    if numbers is None or len(numbers.numbers) > _MOST_CHANNELS:
        return
    run.observe(
        Observation(
            "constant", name, place, mean=numbers.numbers if label == "mean" else None,
            std=numbers.numbers if label == "std" else None, source=numbers.source,
        )
    )  # fmt: skip


def _range_site(run: Machine, name: str, largest: float | None, place: Place) -> None:
    """``img_range=1.``, ``max_range = 65535``: what the image is divided by, or multiplied with, elsewhere."""
    if largest in _LARGEST and largest is not None:
        run.observe(Observation("config", name, place, Affine((largest,), (0.0,)), source="literal"))
