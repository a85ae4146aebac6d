"""How images arrive at a model: the canonical claim of each feed, and whether two of them agree."""

from __future__ import annotations

import re

from normlint.claims import describe
from normlint.evaluate.guards import compatible
from normlint.evaluate.observations import Feed, steps_of
from normlint.immutable import dataclass
from normlint.pixelmap import Affine, Stats, show, stats_of
from normlint.places import Place
from normlint.roles import role_of
from normlint.values import Guard, Image

_SCALES = ((1.0, "values in 0..1"), (255.0, "values in 0..255"))


@dataclass(frozen=True)
class Arrival:
    """An image at a model, as a map from the unit intensity in RGB order.

    ``exact`` is False where the image's origin is not known and the map is relative to it. ``stats`` is None for an image
    that is scaled only.
    """

    feed: Feed
    map: Affine
    exact: bool
    stats: Stats | None

    @property
    def image(self) -> Image:
        return self.feed.image

    @property
    def made_at(self) -> Place | None:
        """Where the last operation with numbers was applied."""
        places = [step.place for step in steps_of(self.image) if step.affine is not None and step.operation != "flip"]
        return places[-1] if places else self.image.origin.place

    @property
    def numbers_at(self) -> tuple[Place, ...]:
        """Where the numbers of the shift and scaling stand, the last ones first."""
        steps = [step for step in steps_of(self.image) if step.affine is not None and step.operand_place is not None]
        return tuple(step.operand_place for step in reversed(steps) if step.operand_place is not None)

    def agrees(self, other: Arrival) -> bool:
        """Whether both images may have the same values; the channels may stand in either order."""
        if (self.image.order == "GRAY") is not (other.image.order == "GRAY"):
            return True
        return any(_same(mine, theirs) for mine in self._readings() for theirs in other._readings())

    def _readings(self) -> tuple[Affine, ...]:
        """The maps that this may be: of 0..1 or of 0..255 data where the origin is not known."""
        if self.exact:
            return (self.map,)
        return (self.map, Affine(tuple(gain * 255 for gain in self.map.gain), self.map.bias))

    def describe(self) -> str:
        if self.stats is not None:
            return describe(self.stats)
        for gain, text in _SCALES:
            if all(abs(number / gain - 1) < 0.01 for number in self.map.gain) and not any(self.map.bias):
                return text
        return f"{show(self.map.gain)} times the unit intensity"

    @property
    def plain(self) -> bool:
        """Scaled to 0..1 or left at 0..255, and nothing else."""
        return self.exact and not any(self.map.bias)


def _same(mine: Affine, theirs: Affine) -> bool:
    span = max(map(abs, theirs.gain))
    return mine.close_to(theirs, span) or mine.close_to(theirs.reversed(), span)


def arrival_of(feed: Feed) -> Arrival | None:
    """The arrival of a feed; None where nobody knows what the image's values are."""
    image = feed.image
    if image.map is None or any(gain <= 0 for gain in image.map.gain):
        return None
    if any(step.operation in {"mix", "minmax"} for step in steps_of(image)):
        return None
    found = image.map.reversed() if image.order == "BGR" else image.map
    centred = max(found.bias) < 0
    if not image.anchored and not centred:
        return None
    return Arrival(feed, found, image.anchored, stats_of(found) if centred else None)


def is_opaque(feed: Feed) -> bool:
    """An image that may come from a picture and whose values nobody knows."""
    return feed.image.origin.kind not in {"blank", "noise"} and arrival_of(feed) is None


def places_agree(one: Guard, other: Guard) -> bool:
    """Whether conditions of two files can hold together: the same words compared with different values cannot."""
    known = {_text(subject): (relation, value) for subject, relation, value in one}
    for subject, relation, value in other:
        mine = known.get(_text(subject))
        if mine is None or mine[0] != relation or relation != "==":
            continue
        if mine[1] != value:
            return False
    return True


def same_choice(one: Guard, other: Guard) -> bool:
    """Whether conditions of two files choose the same thing by its name (``dataset == "cifar10"``), and can hold together."""
    mine, theirs = _without_files(one), _without_files(other)
    chosen = (value for _, relation, value in mine & theirs if relation == "==")
    return compatible(mine, theirs) and any(value[:1] in {"'", '"'} and role_of("", value) == "library" for value in chosen)


def can_hold_together(one: Guard, other: Guard) -> bool:
    """Whether conditions of two files can hold together, as far as their words tell."""
    return compatible(_without_files(one), _without_files(other))


def _without_files(guard: Guard) -> Guard:
    return frozenset((_text(subject), relation, value) for subject, relation, value in guard)


def _text(subject: str) -> str:
    return re.sub(r"^\d+:(self\.|args\.|opt\.|cfg\.|config\.)?", "", subject)
