"""NL306 channel-order"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from normlint.claims import order_of
from normlint.evaluate.observations import Observation
from normlint.facts import Facts
from normlint.findings import Confidence, Finding, Related
from normlint.orders import OTHER, history, mean_in_doubt, names_order, order_wanted, said_by_config, turned_to_bgr, where
from normlint.pixelmap import Numbers, show
from normlint.places import Place
from normlint.rules.registry import Rule


def _finding(observation: Observation, taker: str, wanted: str, confidence: Confidence, *more: Related) -> Finding:
    image = observation.before
    assert image is not None
    told, related = history(image)
    place = where(observation)
    formula = () if place == observation.place else (Related(observation.place, taker),)
    return RULE.finding(
        place, f"{taker} takes {wanted} and gets a picture in {image.order} order ({told}): red and blue change places",
        label=f"{image.order} here", related=(*related, *formula, *more), key=f"{taker} {wanted} {image.order}",
        confidence=confidence,
    )  # fmt: skip


def _consumers(facts: Facts) -> Iterator[Finding]:
    """Sinks and processors of one order; a picture that PIL holds in BGR order and a transform turns into a tensor."""
    meant = any(map(turned_to_bgr, facts.notable))
    for observation in facts.notable:
        wanted = order_wanted(observation)
        if wanted is not None and observation.kind != "to_unit":
            yield _finding(observation, observation.api.lstrip(".").rsplit(".", 1)[-1], wanted, "high")
        elif wanted is not None and not meant:
            yield _finding(observation, "a tensor transform of PIL pictures", wanted, "medium")


def _normalized(facts: Facts) -> Iterator[Finding]:
    """Well-known stats on pictures of the other order, and one triple that meets both orders in one project."""
    unknown: dict[Numbers, dict[str, list[Observation]]] = defaultdict(lambda: defaultdict(list))
    for observation in facts.notable:
        mean, image = mean_in_doubt(observation), observation.before
        if mean is None or image is None or image.order is None:
            continue
        order = order_of(mean)
        if order is None:
            unknown[tuple(round(number, 4) for number in mean)][image.order].append(observation)
        elif said_by_config(observation, filter(names_order, facts.notable)) != image.order:
            yield _finding(observation, f"the normalize with {order}-ordered stats (mean {show(mean)})", order, "high")
    for triple, orders in unknown.items():
        if len(orders) == 2:
            wanted = max(orders, key=lambda order: (len({o.place for o in orders[order]}), order))
            reference = Related(where(orders[wanted][0]), f"the same stats on {wanted} data")
            for observation in orders[OTHER[wanted]]:
                taker = f"the normalize with mean {show(triple)}"
                yield _finding(observation, taker, f"{wanted} elsewhere in the project", "medium", reference)


def _between_programs(facts: Facts) -> Iterator[Finding]:
    """One program feeds a model RGB, another one BGR."""
    for mismatch in facts.order_mismatches:
        told, related = history(mismatch.feed.image)
        reference = Related(mismatch.reference.place, f"{mismatch.wanted} reaches the model here")
        yield RULE.finding(
            mismatch.place,
            f"{mismatch.model} gets a picture in {mismatch.order} order ({told}), and {mismatch.wanted} in "
            f"{mismatch.reference.entry} ({mismatch.reference.place}); paired: {mismatch.reason}",
            label=f"{mismatch.order} here", key=f"{mismatch.model} {mismatch.order} {mismatch.wanted}", confidence="medium",
            related=(*related, Related(mismatch.feed.place, f"{mismatch.order} reaches the model here"), reference),
        )  # fmt: skip


def _returned(facts: Facts) -> Iterator[Finding]:
    """A function whose callers get RGB for one kind of argument and BGR for another."""
    for returned in (returned for file in facts.files for returned in file.returned_orders):
        places = {order: [p for o, p in returned.orders if o == order] for order in OTHER}
        odd = min(OTHER, key=lambda order: (len(places[order]), order))
        rest = (*places[odd][1:], *places[OTHER[odd]])
        yield RULE.finding(
            places[odd][0],
            f"{returned.function} returns {odd} here and {OTHER[odd]} on another branch ({places[OTHER[odd]][0]}): "
            "whoever uses the result has the wrong order for one of them",
            label=f"{odd} here", key=f"{returned.function} returns both", confidence="medium",
            related=tuple(Related(place, f"{OTHER[odd] if place in places[OTHER[odd]] else odd} here") for place in rest),
        )  # fmt: skip


def check(facts: Facts) -> Iterator[Finding]:
    """Stats in BGR order on RGB data, or the reverse; a picture in one channel order for something that takes the other.

    ## What it does
    Follows the channel order from the reader (OpenCV gives BGR, PIL and the others RGB) through `[..., ::-1]`, `cvtColor`,
    `split` and `merge` to a normalize with well-known stats (ImageNet's 0.485, 0.456, 0.406 is RGB, Caffe's 104, 117, 123 is
    BGR) and to sinks and models that take one order. Also reports a function that returns RGB on one branch and BGR on another.
    Stats that are equal for all channels, unknown readers, OpenCV on both ends and numbers that a config file calls after the
    picture's order (`BGR_MEAN`) are silent.

    ## Why is this bad?
    Nothing fails: the network sees blue faces and is a little worse, or the saved picture has red and blue exchanged.

    ## Example
    ```python
    import cv2
    from torchvision import transforms

    transform = transforms.Compose([
        transforms.ToTensor(), transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ])
    inputs = transform(cv2.imread("a.png"))
    ```

    ## Use instead
    ```python
    import cv2
    from torchvision import transforms

    transform = transforms.Compose([
        transforms.ToTensor(), transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ])
    inputs = transform(cv2.cvtColor(cv2.imread("a.png"), cv2.COLOR_BGR2RGB))
    ```
    """
    yield from _returned(facts)


def _across(facts: Facts) -> Iterator[Finding]:
    told: set[Place] = set()
    for finding in _normalized(facts):
        told.update(related.place for related in finding.related)
        yield finding
    for finding in _consumers(facts):
        if finding.confidence == "high" or told.isdisjoint(related.place for related in finding.related):
            yield finding
    for reversal in facts.reversals:
        if reversal.picture.image.origin.place not in told:
            yield RULE.finding(
                reversal.place, reversal.message, label=f"{reversal.picture.image.order} here", related=reversal.related,
                key=reversal.key, confidence="medium",
            )  # fmt: skip
    yield from _between_programs(facts)


RULE = Rule("NL306", "channel-order", "warning", True, check, _across)
