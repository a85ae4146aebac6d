"""NL401 sink-range"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.claims import describe, normalized_stats
from normlint.entrypoints import known
from normlint.evaluate.observations import Observation
from normlint.facts import Facts
from normlint.findings import Finding, Related
from normlint.notable import is_plain_sample
from normlint.pixelmap import show_interval
from normlint.rules.registry import Rule

_FLOATS = frozenset({"float16", "bfloat16", "float32", "float64"})


def _problem(observation: Observation) -> str | None:
    image, contract = observation.before, observation.contract
    if image is None or contract is None or image.dtype == "uint8" or image.container == "pil":
        return None
    if image.order == "GRAY" and observation.api.endswith("imshow"):
        return None  # matplotlib fits a colour map to the range of one channel
    name = observation.api.lstrip(".").rsplit(".", 1)[-1]
    if contract.uint8_only and image.dtype == "int64" and image.interval is not None:
        return f"{name} reads int64 values as raw bytes; cast to uint8"
    if image.interval is None or not image.interval.bounded or not image.anchored:
        return None
    shown = show_interval(image.interval)
    stats = normalized_stats(image)
    if contract.high == 1 and contract.low == 0:
        if image.interval.highest > 100 and image.dtype in _FLOATS:
            return f"{name} takes floats in 0..1 and gets {shown}: everything above 1 is white"
        if stats is not None and image.interval.lowest < -0.2 and contract.out_of_range != "stretch":
            return f"{name} takes 0..1 and gets normalized data ({describe(stats)}; {shown}): denormalize first"
    if contract.high == 255 and image.dtype in _FLOATS:
        if image.interval.within(-4, 4):
            return f"{name} takes 0..255 and gets floats in {shown}: the picture is black; multiply by 255"
        if contract.uint8_only:
            return f"{name} takes uint8 and gets {image.dtype}; cast to uint8 first"
    return None


def _samples(facts: Facts) -> Iterator[Finding]:
    """Samples of a generative model that is trained on normalized data, saved as they are."""
    for observation in filter(is_plain_sample, facts.notable):
        image = observation.before
        assert image is not None
        trained = known(feed for feed in facts.feeds if feed.train and feed.model == image.origin.maker)
        if trained is None or trained[0].stats is None or not all(arrival.agrees(trained[0]) for arrival in trained):
            continue
        name, reference = image.origin.maker.rpartition(":")[2], trained[0].made_at or trained[0].feed.place
        yield RULE.finding(
            observation.place,
            f"samples of {name} are handed on as they are, but it is trained on data normalized with "
            f"{trained[0].describe()} ({reference}): undo that first",
            label="denormalize first", related=(Related(reference, "training data"),), key=f"{name} {trained[0].describe()}",
            confidence="medium",
        )  # fmt: skip


def check(facts: Facts) -> Iterator[Finding]:
    """A sink gets a range that it misreads.

    ## What it does
    Compares the range and dtype that reach save_image, imshow, imwrite, imsave, fromarray, ToPILImage ... with what they take.
    Samples of a generative model are on the scale of the data that it is trained on.

    ## Why is this bad?
    Normalized data is shown with its dark half cut off, 0..255 floats are shown white, 0..1 floats are written black,
    a float array is refused or stretched by its own minimum and maximum.

    ## Example
    ```python
    import cv2
    from PIL import Image
    from torchvision import transforms

    picture = transforms.ToTensor()(Image.open("a.png"))
    cv2.imwrite("b.png", picture.permute(1, 2, 0).numpy())
    ```

    ## Use instead
    ```python
    import cv2
    from PIL import Image
    from torchvision import transforms

    picture = transforms.ToTensor()(Image.open("a.png"))
    cv2.imwrite("b.png", picture.permute(1, 2, 0).numpy()[:, :, ::-1] * 255)
    ```
    """
    for observation in facts.certain("sink"):
        if observation.note == "side by side":
            yield RULE.finding(
                observation.place,
                "grids that are put side by side are stretched here, each by its own minimum and maximum: their brightness "
                "cannot be compared; give value_range",
                label="add value_range", key="stretched apart",
            )
        if observation.note or observation.contract is None or observation.low is not None:
            continue
        problem = _problem(observation)
        if problem is None:
            continue
        step = observation.before.step if observation.before is not None else None
        related = (Related(step.place, "the values come from here"),) if step is not None else ()
        yield RULE.finding(
            observation.place, problem, related=related, key=problem, replaces=(("NL202", observation.place),)
        )  # fmt: skip


RULE = Rule("NL401", "sink-range", "warning", True, check, _samples)
