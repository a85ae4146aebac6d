"""NL303 double-normalize"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.claims import written
from normlint.evaluate.observations import steps_of
from normlint.facts import Facts
from normlint.findings import Finding, Related
from normlint.rules.registry import Rule


def check(facts: Facts) -> Iterator[Finding]:
    """Normalized twice on the same path.

    ## What it does
    Reports a normalize of an image that a normalize with mean and std made, with no denormalize in between. An inverse written as
    a Normalize (negative mean) is silent.

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
        image, mean, std = observation.before, observation.mean, observation.std
        if image is None or mean is None or std is None or observation.helper or min(mean) <= 0 or max(std) > 1:
            continue
        earlier = None
        for step in steps_of(image):
            if step.operation == "normalize" and step.stats is not None and min(step.stats[0]) > 0:
                earlier = step
            elif step.operation in {"minmax", "mix"} or (step.affine is not None and step.operation != "to_unit"):
                earlier = None
        if earlier is None or earlier.stats is None:
            continue
        yield RULE.finding(
            observation.place if not observation.stack else observation.stack[-1],
            f"normalized a second time ({written(mean, std)}); it was normalized with {written(*earlier.stats)} before",
            label="second normalize", related=(Related(earlier.place, "first normalize"),), key=written(mean, std),
        )


RULE = Rule("NL303", "double-normalize", "error", True, check)
