"""NL304 transform-order"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.evaluate.observations import steps_of
from normlint.facts import Facts, FileFacts
from normlint.findings import Finding
from normlint.fixes import Fix, MoveBehind
from normlint.places import Place
from normlint.rules.registry import Rule


def _fix(file: FileFacts, place: Place) -> Fix | None:
    """Behind the ToTensor that comes after it in the same pipeline."""
    for pipeline in file.pipelines:
        if pipeline.normalize_place == place and pipeline.result is not None:
            for step in steps_of(pipeline.result):
                if step.operation == "to_unit":
                    return Fix("safe", place, MoveBehind(step.place), "Move Normalize behind ToTensor")
    return None


def check(facts: Facts) -> Iterator[Finding]:
    """Transforms in an order that cannot work.

    ## What it does
    Reports torchvision's Normalize on a PIL picture or a uint8 tensor: ToTensor must come before it.

    ## Why is this bad?
    It raises a TypeError at the first batch, or in a branch that no test reaches.

    ## Example
    ```python
    from PIL import Image
    from torchvision import transforms

    transform = transforms.Compose([transforms.Normalize((0.5,), (0.5,)), transforms.ToTensor()])
    inputs = transform(Image.open("a.png"))
    ```

    ## Use instead
    ```python
    from PIL import Image
    from torchvision import transforms

    transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
    inputs = transform(Image.open("a.png"))
    ```

    ## Fix safety
    Safe: the program raises as it is. Offered where both transforms stand in one list.
    """
    for file in facts.files:
        composed = {pipeline.normalize_place for pipeline in file.pipelines if pipeline.to_unit}
        for observation in file.of_kind("normalize"):
            image = observation.before
            if image is None or "torchvision" not in observation.api or (image.assumed and observation.place not in composed):
                continue
            if image.container == "pil" or image.dtype == "uint8":
                what = "a PIL picture" if image.container == "pil" else "a uint8 tensor"
                yield RULE.finding(
                    observation.place, f"Normalize gets {what}; it takes a float tensor: put ToTensor before it",
                    label="before ToTensor", key=what, fix=_fix(file, observation.place),
                )


RULE = Rule("NL304", "transform-order", "error", True, check)
