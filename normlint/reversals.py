"""Pictures that reach a model in another channel order than in training, or than their stats are written in."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from normlint.claims import normalized_stats, order_of
from normlint.entrypoints import EntryPoint
from normlint.evaluate.observations import Feed, Observation
from normlint.findings import Related
from normlint.immutable import dataclass
from normlint.orders import history
from normlint.pairing import Pair
from normlint.places import Place
from normlint.values import Image

_ORDERS = frozenset({"RGB", "BGR"})
_CHOICE = re.compile(r"rgb|bgr|swap|colou?r|channel|flip", re.IGNORECASE)


@dataclass(frozen=True)
class Reversal:
    """A picture in the wrong order, and how to say it. ``place`` is where it is read or turned."""

    picture: Feed
    place: Place
    message: str
    related: tuple[Related, ...]
    key: str


def against_training(pairs: Iterable[Pair]) -> Iterator[Reversal]:
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
                yield _against(feeds[0], training[0], pair)


def _against(feed: Feed, expected: Feed, pair: Pair) -> Reversal:
    source = feed.image.origin.place
    reference = expected.image.origin.place or expected.place
    return Reversal(
        feed, source if source is not None and source.path == pair.other.path else feed.place,
        f"the model gets this picture in {feed.image.order} order, in training {expected.image.order} ({reference}); "
        f"paired: {pair.reason}",
        (Related(feed.place, "reaches the model here"), Related(reference, "training side")),
        f"paired {feed.image.order} {expected.image.order}",
    )  # fmt: skip


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


def against_stats(feeds: Iterable[Feed], normalizes: Callable[[str], Iterable[Observation]]) -> Iterator[Reversal]:
    """Pictures that leave a loader or reach a model with well-known stats of the other order, however they were applied.

    ``normalizes`` are those of the file with a path.
    """
    for feed in feeds:
        image = feed.image
        stats = normalized_stats(image)
        if stats is None or image.order not in _ORDERS or image.assumed or image.origin.kind != "picture":
            continue
        order = order_of(stats.mean)
        if order is None or order == image.order or any(_CHOICE.search(subject) for subject, _, _ in feed.guard):
            continue
        _, related = history(image)
        turns = [turn.place for turn in related if turn.place != image.origin.place]
        place = turns[-1] if turns else image.origin.place or feed.place
        if len(turns) == 1 and image.origin.place is not None and place.path != image.origin.place.path:
            # A helper that turns what it normalizes is right for most of its callers: one of them hands it this picture.
            calls = (o.stack[-1] for o in normalizes(place.path) if o.stack and _is_of(o.after, image.origin.number))
            place = next(calls, place)
        yield Reversal(
            feed, place,
            f"this picture is normalized with {order}-ordered stats in {image.order} order: red and blue change places",
            (*related, Related(feed.place, "arrives here")), f"arrives {order} {image.order}",
        )  # fmt: skip


def _is_of(image: Image | None, origin: int) -> bool:
    return image is not None and image.origin.number == origin
