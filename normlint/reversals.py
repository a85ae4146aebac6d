"""Pictures that reach a model in another channel order than in the training that they are paired with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from normlint.entrypoints import EntryPoint
from normlint.evaluate.observations import Feed
from normlint.findings import Confidence, Related
from normlint.pairing import Pair
from normlint.places import Place

_ORDERS = frozenset({"RGB", "BGR"})


@dataclass(frozen=True)
class Reversal:
    """A picture of an entry point in another order than all pictures of the training.

    ``place`` is where the picture is read, in the entry point's own file, or else where it reaches the model.
    """

    feed: Feed
    expected: Feed
    place: Place
    entry: EntryPoint
    reason: str
    confidence: Confidence

    @property
    def related(self) -> tuple[Related, ...]:
        reference = self.expected.image.origin.place or self.expected.place
        return (Related(self.feed.place, "reaches the model here"), Related(reference, "training side"))


def reversals(pairs: Iterable[Pair]) -> Iterator[Reversal]:
    """Entry points whose pictures all reach the model in the order that no training picture has."""
    groups: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[pair.other.path, pair.fed].append(pair)
    for group in groups.values():
        pair = group[0]
        training = [feed for p in group for feed in _training(p)]
        orders = {feed.image.order for feed in training}
        if len(orders) != 1 or not orders <= _ORDERS:
            continue
        calls: dict[Place, list[Feed]] = defaultdict(list)
        for feed in _pictures(pair.other, pair.fed, train=False if pair.training is pair.other else None):
            calls[feed.place].append(feed)
        for feeds in calls.values():
            theirs = {feed.image.order for feed in feeds}
            if len(theirs) == 1 and theirs <= _ORDERS and theirs != orders:
                feed, source = feeds[0], feeds[0].image.origin.place
                place = source if source is not None and source.path == pair.other.path else feed.place
                yield Reversal(feed, training[0], place, pair.other, pair.reason, "medium")


def _training(pair: Pair) -> list[Feed]:
    """The pictures that the model is trained on; all of the program where nothing says which."""
    found = _pictures(pair.training, pair.model, train=True)
    return found if found or pair.training is pair.other else _pictures(pair.training, pair.model, train=None)


def _pictures(entry: EntryPoint, model: str, train: bool | None) -> list[Feed]:
    """The decoded pictures that reach a model; those of unknown order are among them."""
    return [
        feed for feed in entry.feeds
        if feed.model == model and feed.image.origin.kind == "picture" and not feed.image.assumed
        and feed.image.order != "GRAY" and (train is None or feed.train is train)
    ]  # fmt: skip
