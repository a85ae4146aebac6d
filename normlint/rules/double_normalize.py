"""NL303 double-normalize"""

from __future__ import annotations

import re
from collections.abc import Iterator

from normlint.claims import describe, normalized_stats, written
from normlint.config_roles import normalized_twice
from normlint.evaluate.guards import asks_the_data
from normlint.evaluate.observations import Observation, steps_of
from normlint.facts import Facts, is_founded
from normlint.findings import Finding, Related
from normlint.pixelmap import collapse
from normlint.places import Place
from normlint.rules.registry import Rule
from normlint.values import Step

_SCALES = re.compile(r"norm|range|scale|unit|tanh|sigmoid", re.IGNORECASE)
_SHAPE = re.compile(r"shape|ndim|dim\(|len\(|isinstance|size")


def check(facts: Facts) -> Iterator[Finding]:
    """Normalized twice on the same path.

    ## What it does
    Reports a normalize of an image that a normalize with mean and std made, with no denormalize in between, and `2 * x - 1` of
    data that is in -1..1, and a config whose pipeline normalizes although its model's `data_preprocessor` does. An inverse
    written as a Normalize (negative mean) is silent.

    ## Why is this bad?
    The second one shifts and stretches data that is centred already: [-2.1, 2.6] becomes [-11, 10].

    ## Example
    ```python
    from PIL import Image
    from torchvision import transforms

    normalize = transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    picture = normalize(transforms.ToTensor()(Image.open("a.png")))
    inputs = normalize(picture)
    ```

    ## Use instead
    ```python
    from PIL import Image
    from torchvision import transforms

    normalize = transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    inputs = normalize(transforms.ToTensor()(Image.open("a.png")))
    ```
    """
    for observation in facts.observations("normalize"):
        if observation.helper or observation.before is None:
            continue
        found = _by_map(observation) or _by_steps(observation) or _by_halves(observation)
        if found is None:
            continue
        numbers, earlier, place = found
        again = (Related(observation.place, "second normalize"),) if observation.stack else ()
        yield RULE.finding(
            observation.place if not observation.stack else observation.stack[-1],
            f"normalized a second time ({numbers}); it was normalized with {earlier} before",
            label="second normalize", related=(Related(place, "first normalize"), *again), key=numbers,
        )


def _in_configs(facts: Facts) -> Iterator[Finding]:
    for first, second in normalized_twice(facts.inherited):
        assert first.mean is not None and first.std is not None and second.mean is not None and second.std is not None
        numbers = written(first.mean, first.std)
        yield RULE.finding(
            first.place,
            f"{first.api} normalizes with {numbers}, and the model once more with {written(second.mean, second.std)} "
            f"({second.place})",
            label="first normalize", related=(Related(second.place, "second normalize"),), key=numbers,
        )


def _by_map(observation: Observation) -> tuple[str, str, Place] | None:
    """The image is centred already, by whatever operations, and is shifted and scaled once more."""
    affine, stats = observation.affine, normalized_stats(observation.before)
    if stats is None or affine is None or max(affine.bias) >= 0 or min(affine.gain) <= 0 or min(stats.mean) < 0.05:
        return None
    if observation.mean is None or observation.std is None or min(observation.mean) <= 0 or _optional(observation):
        return None
    if max(observation.mean) < 10 and min(observation.std) > 1.2:
        return None  # meant as an inverse: NL103 says what is wrong with it
    shifts = [step for step in steps_of(observation.before) if step.affine is not None and min(step.affine.bias) < 0]
    return written(observation.mean, observation.std), describe(stats), (shifts or [Step("", observation.place, None)])[-1].place


def _optional(observation: Observation) -> bool:
    """Whether a flag decides: one place may normalize just where the other one does not."""
    return any(relation in {"true", "false"} and not _SHAPE.search(text) for text, relation, _ in observation.guard)


def _by_steps(observation: Observation) -> tuple[str, str, Place] | None:
    """Two normalize calls follow each other, whatever the image was before."""
    mean, std = observation.mean, observation.std
    if mean is None or std is None or min(mean) <= 0 or max(std) > 1:
        return None
    earlier = None
    for step in steps_of(observation.before):
        if step.operation == "normalize" and step.stats is not None and min(step.stats[0]) > 0:
            earlier = step
        elif step.operation in {"minmax", "mix"} or (step.affine is not None and step.operation != "to_unit"):
            earlier = None
    if earlier is None or earlier.stats is None:
        return None
    return written(mean, std), written(*earlier.stats), earlier.place


def _by_halves(observation: Observation) -> tuple[str, str, Place] | None:
    """``2 * x - 1`` of what is in -1..1 already: [-3, 1]. A flag may say that it is for other data."""
    image, affine = observation.before, observation.affine
    if image is None or image.map is None or affine is None or asks_the_data(observation.guard) or not is_founded(image):
        return None
    if any(_SCALES.search(text) for text, _, _ in observation.guard):
        return None
    twice = (collapse(affine.gain), collapse(affine.bias)) == ((2.0,), (-1.0,))
    gain, bias = collapse(image.map.gain), collapse(image.map.bias)
    centred = len(gain) == len(bias) == 1 and bias == (-1.0,) and any(abs(gain[0] / known - 1) < 0.01 for known in (2.0, 2 / 255))
    step = next((step for step in reversed(steps_of(image)) if step.affine is not None), None)
    if not twice or not centred or step is None or (image.anchored and abs(gain[0] - 2) > 0.02):
        return None
    return "2 * x - 1", "mean 0.5, std 0.5", step.place


RULE = Rule("NL303", "double-normalize", "error", True, check, _in_configs)
