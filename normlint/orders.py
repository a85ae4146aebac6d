"""Channel orders in words and places: where a picture got its order, where it is handed on, which stats it meets."""

from __future__ import annotations

import re
from collections.abc import Iterable

from normlint.claims import normalized_stats, order_of
from normlint.evaluate.observations import Observation, steps_of
from normlint.evaluate.order_guards import is_chosen
from normlint.findings import Related
from normlint.pixelmap import Numbers
from normlint.places import Place
from normlint.values import Image

_SAID = re.compile(r"rgb|bgr", re.IGNORECASE)
OTHER = {"RGB": "BGR", "BGR": "RGB"}


def history(image: Image) -> tuple[str, tuple[Related, ...]]:
    """Where the picture came from and which conversions turned it, in words and as places."""
    related = [Related(step.place, "channels reversed here") for step in steps_of(image) if step.operation == "flip"]
    if image.origin.place is not None:
        related.insert(0, Related(image.origin.place, "the picture comes from here"))
    reader = image.origin.name.replace("()", "")
    turns = {0: "", 1: ", reversed once", 2: ", reversed twice"}.get(len(related) - 1, ", reversed several times")
    return f"{reader}{turns}", tuple(related)


def where(observation: Observation) -> Place:
    """The line to change: the site itself, or the call that hands the picture to a transform.

    A site in a helper of another file is right for most of its callers: there it is the second of two conversions, or
    the line that reads the picture.
    """
    image = observation.before
    source = image.origin.place if image is not None else None
    if image is None or source is None:
        return observation.place
    turns = [step.place for step in steps_of(image) if step.operation == "flip"]
    if len(turns) > 1 and observation.kind == "normalize":
        return turns[-1]
    calls = [place for place in observation.stack if place.path == source.path]
    if observation.place.path == source.path:
        return calls[-1] if calls and "transforms" in observation.api else observation.place
    return source if observation.kind == "normalize" else observation.place


def names_order(observation: Observation) -> bool:
    """Whether the key of an entry of a config file says a channel order (``BGR_MEAN``)."""
    return observation.kind == "config" and _SAID.search(observation.api.rpartition(".")[2]) is not None


def said_by_config(observation: Observation, entries: Iterable[Observation]) -> str | None:
    """The order that the key of a config file says its numbers are in (``BGR_MEAN``): what the model was made with."""
    steps = steps_of(observation.after) if observation.after is not None else ()
    places = {step.operand_place for step in steps if step.operand_place is not None}
    for entry in entries:
        said = _SAID.search(entry.api.rpartition(".")[2])
        start, end = (entry.place.path, entry.place.line), (entry.place.path, entry.place.end_line)
        if said is not None and any(start <= (place.path, place.line) <= end for place in places):
            return said[0].upper()
    return None


def turned_to_bgr(observation: Observation) -> bool:
    """Whether a picture is turned to BGR by name and then held by PIL: a project that does so means it."""
    image = observation.before
    if observation.kind != "sink" or image is None or not observation.api.startswith("PIL.Image.fromarray"):
        return False
    turns = [step.label for step in steps_of(image) if step.operation == "flip"]
    return bool(turns) and turns[-1] == "RGB2BGR"


def is_ordered(observation: Observation) -> bool:
    """Whether the channel order of what a site gets is known from its reader."""
    image = observation.before
    if image is None or image.order not in OTHER or image.assumed or observation.helper:
        return False
    return not is_chosen(observation.guard)


def order_wanted(observation: Observation) -> str | None:
    """The order that a sink, a processor or a tensor transform takes, where it gets a picture in the other one."""
    image, contract = observation.before, observation.contract
    if observation.kind not in {"sink", "processor", "to_unit"} or image is None or not is_ordered(observation):
        return None
    if observation.kind == "to_unit":
        return "RGB" if image.container == "pil" and image.order == "BGR" else None
    if contract is None or contract.order not in OTHER or contract.order == image.order:
        return None
    return None if observation.api.startswith("PIL.Image.fromarray") else contract.order  # judged where that is used


def mean_in_doubt(observation: Observation) -> Numbers | None:
    """The mean of a normalize, where it is not that of well-known stats in the order of the picture."""
    if observation.kind != "normalize" or not is_ordered(observation):
        return None
    mean, image = ordered_mean(observation), observation.before
    return mean if mean is not None and image is not None and order_of(mean) != image.order else None


def ordered_mean(observation: Observation) -> Numbers | None:
    """Three different numbers that a normalize subtracts: as written, else as its data flow says (on the unit scale)."""
    mean = observation.mean
    if mean is None and normalized_stats(observation.before) is None:
        stats = normalized_stats(observation.after)
        mean = stats.mean if stats is not None else None
    return mean if mean is not None and len(mean) == 3 and len(set(mean)) > 1 else None
