"""NL402 metric-range"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.claims import describe, normalized_stats
from normlint.evaluate.emission import written_stats
from normlint.evaluate.observations import Observation, steps_of
from normlint.facts import Facts
from normlint.findings import Finding, Related
from normlint.metric_pairs import contradictions
from normlint.perceptual import scaling_layers
from normlint.pixelmap import Interval, Stats, show_interval
from normlint.places import Place
from normlint.recentred import recentred_unit_images
from normlint.rules.registry import Rule
from normlint.values import Image

_WIDTHS = (1.0, 2.0, 255.0)
_SCALES = {(0.0, 1.0): "0..1", (-1.0, 1.0): "-1..1", (0.0, 255.0): "0..255"}


def _normalized(image: Image) -> tuple[str, Place] | None:
    """Stats of three channels that an image was normalized with last, and where; None where it may not be."""
    steps = steps_of(image)
    stats = normalized_stats(image)
    place = next((step.place for step in reversed(steps) if step.stats is not None), None)
    if stats is None and image.map is not None and steps:
        mean, std = written_stats(steps[-2:])
        numbers = steps[-1].stats if steps[-1].operation == "normalize" else None
        if numbers is None and mean is not None and std is not None and mean.operand and std.operand:
            numbers = (mean.operand, std.operand) if mean.operation == "subtract" else None
        if numbers is not None and len(numbers[0]) == 3 and min(numbers[0]) > 0 and max(*numbers[0], *numbers[1]) < 1:
            stats, place = Stats(*numbers), steps[-1].place
    return None if stats is None or place is None or len(set(stats.mean)) == 1 else (describe(stats), place)


def _scale_of(interval: Interval) -> tuple[float, float] | None:
    """The usual scale that a range is of; None for others, and for parts of one that could be of another."""
    for low, high in _SCALES:
        slack = 0.02 * (high - low)
        if abs(interval.lowest - low) <= slack and abs(interval.highest - high) <= slack:
            return low, high
    return None


def _problem(observation: Observation) -> tuple[str, Place | None] | None:
    image, contract = observation.before, observation.contract
    if image is None or contract is None:
        return None
    name = observation.api.rsplit(".", 1)[-1]
    found = _normalized(image)
    if found is not None:
        return f"{name} compares images and gets tensors normalized with {found[0]}: denormalize first", found[1]
    if image.interval is None or not image.interval.bounded:
        return None
    scale = _scale_of(image.interval)
    if scale is None:
        return None
    shown, width = show_interval(image.interval), scale[1] - scale[0]
    if observation.peak is not None and any(abs(observation.peak - known) <= 0.02 * known for known in _WIDTHS):
        if not 0.9 < observation.peak / width < 1.1 and not (scale == (0.0, 1.0) and observation.peak == 2):
            return f"{name} is told a range of {observation.peak:g} and gets values in {shown}, a range of {width:g}", None
    if contract.low is None or contract.high is None:
        return None
    if image.dtype == "uint8" and contract.high == 255:
        return None
    if scale != (contract.low, contract.high):
        wanted = _SCALES.get((contract.low, contract.high), f"{contract.low:g}..{contract.high:g}")
        return f"{name} takes {wanted} and gets {shown}", None
    if contract.uint8_only and image.dtype in {"float16", "float32", "float64"}:
        return f"{name} takes uint8 images and gets {image.dtype}", None
    return None


def check(facts: Facts) -> Iterator[Finding]:
    """A metric gets a range, or is told one, that does not match its contract.

    ## What it does
    Compares the range that reaches LPIPS, FID, KID, Inception Score, PSNR, SSIM and other metrics with the range that they
    take, with their `normalize` flag (0..1 instead of -1..1 or bytes), and with the `data_range` or peak of the call. An
    Inception network's map from ImageNet-normalized data to -1..1 wants data that is normalized; a project's own copy of
    LPIPS, known by its normalize, takes -1..1 as well.

    ## Why is this bad?
    Nothing fails, and the number is wrong: a peak of 255 on 0..1 images adds 48 dB of PSNR, 0..1 images make LPIPS distances
    too small, 0..1 floats look black to an Inception network that takes bytes.

    ## Example
    ```python
    import lpips
    from PIL import Image
    from torchvision import transforms

    distance = lpips.LPIPS(net="alex")
    to_tensor = transforms.ToTensor()
    score = distance(to_tensor(Image.open("a.png")), to_tensor(Image.open("b.png")))
    ```

    ## Use instead
    ```python
    import lpips
    from PIL import Image
    from torchvision import transforms

    distance = lpips.LPIPS(net="alex")
    to_tensor = transforms.ToTensor()
    score = distance(to_tensor(Image.open("a.png")), to_tensor(Image.open("b.png")), normalize=True)
    ```
    """
    for observation in recentred_unit_images(facts):
        shown = show_interval(observation.before.interval) if observation.before and observation.before.interval else ""
        yield RULE.finding(
            observation.place,
            f"this map takes ImageNet-normalized data to -1..1 and gets {shown}, which nobody normalized: scale by 2 * x - 1",
            label="for normalized data", key="recentred unit images",
        )
    for observation, other in contradictions(facts):
        names = [one.api.rsplit(".", 1)[-1] for one in (observation, other)]
        yield RULE.finding(
            observation.place,
            f"{names[0]} takes -1..1, and {names[1]} ({other.place}) is told a range of 1 for the same values: one is wrong",
            label="takes -1..1", related=(Related(other.place, "told a range of 1"),), key=" ".join(names), confidence="medium",
        )  # fmt: skip
    for observation, call in scaling_layers(facts):
        interval = observation.before.interval if observation.before is not None else None
        if interval is not None and interval.bounded and _scale_of(interval) in {(0.0, 1.0), (0.0, 255.0)}:
            yield RULE.finding(
                call, f"LPIPS takes -1..1 and gets {show_interval(interval)} (its own normalize: {observation.place})",
                label="the metric", related=(Related(observation.place, "for data in -1..1"),), key="LPIPS copied",
            )  # fmt: skip
    for observation in facts.observations("metric"):
        found = _problem(observation)
        if found is not None:
            message, place = found
            yield RULE.finding(
                observation.place, message, label="the metric",
                related=() if place is None else (Related(place, "normalized here"),), key=message,
            )  # fmt: skip


RULE = Rule("NL402", "metric-range", "error", True, check)
