"""Programs that hand pictures to one model in different channel orders."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from normlint.entrypoints import EntryPoint
from normlint.evaluate.observations import Feed, steps_of
from normlint.immutable import dataclass
from normlint.mismatches import Observed
from normlint.pairing import evidence_of
from normlint.places import Place

_OTHER = {"RGB": "BGR", "BGR": "RGB"}
_UNIT_TEST = re.compile(r"(^|/)(tests?/|test_|conftest)")


@dataclass(frozen=True)
class OrderMismatch:
    """A feed in one order, and one of another program that the model's order is known from."""

    feed: Feed
    reference: Feed
    place: Place
    model: str
    reason: str

    @property
    def order(self) -> str:
        return self.feed.image.order or ""

    @property
    def wanted(self) -> str:
        return self.reference.image.order or ""


def order_mismatches(entries: tuple[EntryPoint, ...], observed: Observed) -> Iterator[OrderMismatch]:
    """Programs whose pictures reach a model in the other order than those that decide it."""
    by_model: dict[str, list[tuple[EntryPoint, Feed]]] = defaultdict(list)
    for entry in entries:
        if not _UNIT_TEST.search(entry.path):
            for model in entry.models:
                feed = _only_order(entry, model) if ":" in model else None
                if feed is not None:
                    by_model[model].append((entry, feed))
    for model, known in sorted(by_model.items()):
        wanted = _decided(known)
        if wanted is None:
            continue
        reference_entry, reference = next((e, f) for e, f in known if f.image.order == wanted)
        for entry, feed in known:
            evidence = evidence_of(reference_entry, entry, model) if feed.image.order != wanted else ()
            if evidence:
                place = _place(feed, entry, observed)
                yield OrderMismatch(feed, reference, place, model.rpartition(":")[2], ", ".join(evidence))


def _place(feed: Feed, entry: EntryPoint, observed: Observed) -> Place:
    """The last operation on the picture in the program's own file, or the call there that led to it."""
    for step in reversed(steps_of(feed.image)):
        if step.place.path == entry.path:
            return step.place
        for observation in observed(entry.path, step.place):
            own = [place for place in observation.stack if place.path == entry.path]
            if own:
                return own[-1]
    return feed.place


def _only_order(entry: EntryPoint, model: str) -> Feed | None:
    """A feed whose order is that of all feeds of the entry point; None where they differ or one is not known."""
    feeds = [feed for feed in entry.feeds if feed.model == model and feed.image.origin.kind not in {"blank", "noise"}]
    orders = {None if feed.image.assumed and not feed.train else feed.image.order for feed in feeds}
    return feeds[0] if len(orders) == 1 and orders <= set(_OTHER) else None


def _decided(known: list[tuple[EntryPoint, Feed]]) -> str | None:
    """The model's order: that of training, else of most programs, else the one that a program takes the trouble to make."""
    sides = {order: [(e, f) for e, f in known if f.image.order == order] for order in _OTHER}
    if not all(sides.values()):
        return None
    for weight in (_trains, lambda side: len(side), _converts):
        weights = {order: weight(side) for order, side in sides.items()}
        if len(set(weights.values())) == 2:
            return max(weights, key=lambda order: weights[order])
    return None


def _trains(side: list[tuple[EntryPoint, Feed]]) -> int:
    return any(entry.role == "train" for entry, _ in side)


def _converts(side: list[tuple[EntryPoint, Feed]]) -> int:
    return all(any(step.operation == "flip" for step in steps_of(feed.image)) for _, feed in side)
