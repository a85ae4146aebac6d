"""NL307 channel-count"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.claims import written
from normlint.evaluate.observations import Observation
from normlint.facts import Facts
from normlint.findings import Finding
from normlint.rules.registry import Rule
from normlint.values import Image


def _is_gray(image: Image) -> bool:
    """One channel for sure; a data set's own pictures may have been repeated to three on the way."""
    return image.order == "GRAY" and not image.assumed


def _is_always_gray(observation: Observation, facts: Facts) -> bool:
    """Whether the image has one channel whatever the conditions of the same call are."""
    file = facts.by_path.get(observation.place.path)
    group = file.by_place.get(observation.place, ()) if file is not None else ()
    same = (other.before for other in (observation, *group) if other.stack == observation.stack)
    return all(before is not None and _is_gray(before) for before in same)


def check(facts: Facts) -> Iterator[Finding]:
    """As many numbers as the image has no channels.

    ## What it does
    Reports mean and std of different lengths, two numbers on a decoded picture, and three numbers on an image that is known
    to have one channel.

    ## Why is this bad?
    torchvision raises, or broadcasts one channel to three.

    ## Example
    ```python
    from torchvision import transforms

    normalize = transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224))
    ```

    ## Use instead
    ```python
    from torchvision import transforms

    normalize = transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    ```
    """
    for observation in facts.observations("normalize", "denormalize"):
        mean, std = observation.mean, observation.std
        if mean is None or std is None or observation.helper or observation.api == "arithmetic":
            continue
        if len(mean) != len(std) and 1 not in {len(mean), len(std)}:
            yield RULE.finding(
                observation.place, f"the mean has {len(mean)} numbers and the std {len(std)} ({written(mean, std)})",
                key=written(mean, std),
            )
        elif len(mean) == 2 and observation.before is not None and observation.before.assumed:
            yield RULE.finding(
                observation.place, f"two numbers ({written(mean, std)}) for a decoded picture, which has one channel or three",
                key=written(mean, std), confidence="medium",
            )
        elif len(mean) == 3 and _is_always_gray(observation, facts):
            yield RULE.finding(
                observation.place, f"three numbers ({written(mean, std)}) for an image of one channel",
                key=written(mean, std), confidence="medium",
            )


RULE = Rule("NL307", "channel-count", "error", True, check)
