"""NL204 useless-clamp"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.evaluate.observations import Observation, steps_of
from normlint.facts import Facts
from normlint.findings import Finding
from normlint.fixes import ClampFirst, Fix, ReplaceNumber
from normlint.pixelmap import show_interval
from normlint.rules.registry import Rule
from normlint.values import Image, Step


def _problem(observation: Observation) -> str | None:
    image, low, high = observation.before, observation.low, observation.high
    if image is None or high is None:
        return None
    steps = steps_of(image)
    last = steps[-1] if steps else None
    if image.dtype == "uint8" and high >= 255 and (low or 0) <= 0 and any(s.operation == "cast" for s in steps):
        return "this clamp to 0..255 comes after the cast to uint8: what lay outside has wrapped around already"
    if (low, high) == (0.0, 1.0) and last is not None and last.operation == "normalize" and last.stats is not None:
        if min(last.stats[0]) > 0 and max(last.stats[1]) < 1:
            return "clamp to 0..1 on the result of a Normalize cuts off everything darker than the mean: clamp before"
    if image.interval is None or not image.interval.bounded:
        unit = [s for s in steps if s.operation in {"add", "denormalize"} and _unit_mean(s.operand or (s.stats or ((),))[0])]
        if ((unit and steps[-1] is unit[-1]) or _to_unit(image, last)) and (low, high) == (0.0, 255.0):
            return "clamp to 0..255 of an image that was denormalized to 0..1: values above 1 survive"
        return None
    if not image.anchored:
        return None
    if high == 255 and image.interval.highest <= 4 and image.interval.lowest >= -4:
        return f"clamp to 0..255 of values in {show_interval(image.interval)} does nothing to what lies above 1"
    if (low, high) == (0.0, 1.0) and image.interval.highest >= 200:
        return f"clamp to 0..1 of values in {show_interval(image.interval)} makes every pixel above 1 white"
    return None


def _fix(observation: Observation) -> Fix | None:
    """The clamp before the cast or the Normalize that it follows now; which bounds were meant, nobody knows."""
    steps = steps_of(observation.before) if observation.before is not None else ()
    last = next((s for s in reversed(steps) if s.operation in {"cast", "normalize"}), None)
    if last is None:
        return None
    if last.operation == "cast" and last.dtype == "uint8":
        return Fix("safe", observation.place, ClampFirst(last.place), "Clamp before the cast")
    if last is steps[-1] and (observation.low, observation.high) == (0.0, 1.0):
        return Fix("unsafe", observation.place, ClampFirst(), "Clamp before the Normalize")
    return None


def _to_unit(image: Image, last: Step | None) -> bool:
    """Whether the last thing done was to multiply by a std below 1 and to add a mean below 1, channel by channel."""
    if image.map is None or last is None or last.operation != "add" or len(image.map.bias) != 3:
        return False
    return all(0 < number < 1 for number in (*image.map.gain, *image.map.bias))


def _unit_mean(numbers: tuple[float, ...]) -> bool:
    return len(numbers) == 3 and all(0 < number < 1 for number in numbers)


def check(facts: Facts) -> Iterator[Finding]:
    """The clamp comes after the cast, or has the wrong bounds for the scale.

    ## What it does
    Reports a clamp of data that is uint8 already after it wrapped, a clamp to 0..255 of 0..1 data, a clamp to 0..1 of 0..255
    data, a clamp to 0..1 right on the result of a Normalize, and `x[x > 255] = 254`.

    ## Why is this bad?
    The clamp does nothing, or destroys the picture; the overflow it was meant for has happened already.

    ## Example
    ```python
    from PIL import Image
    from torchvision import transforms

    normalize = transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    picture = transforms.ToTensor()(Image.open("a.png"))
    inputs = normalize(picture).clamp(0, 1)
    ```

    ## Use instead
    ```python
    from PIL import Image
    from torchvision import transforms

    normalize = transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    picture = transforms.ToTensor()(Image.open("a.png"))
    inputs = normalize(picture.clamp(0, 1))
    ```

    ## Fix safety
    Safe where the clamp moves before the cast to uint8: what lies in range stays as it is. Unsafe where it moves before a
    Normalize, and where a mask gets the right limit. Offered where both operations stand in one expression.
    """
    for file in facts.files:
        for mask in file.mask_clamps:
            if mask.limit != mask.value and mask.limit in {255.0, 1.0} and abs(mask.limit - mask.value) <= 1.0:
                yield RULE.finding(
                    mask.place,
                    f"values {mask.relation} {mask.limit:g} are set to {mask.value:g}, not to {mask.limit:g}: "
                    "brighter pixels become darker than their neighbours",
                    label=f"set them to {mask.limit:g}", key=f"{mask.limit:g} {mask.value:g}",
                    fix=Fix("unsafe", mask.place, ReplaceNumber(mask.value, mask.limit), f"Set them to {mask.limit:g}"),
                )
        for observation in file.certain("clamp"):
            problem = _problem(observation)
            if problem is not None:
                yield RULE.finding(observation.place, problem, key=problem, fix=_fix(observation))


RULE = Rule("NL204", "useless-clamp", "error", True, check)
