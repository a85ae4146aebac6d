"""NL104 checkpoint-mismatch"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.catalogue.checkpoints import Checkpoint
from normlint.claims import describe
from normlint.facts import Facts
from normlint.findings import Finding, Related
from normlint.pixelmap import Stats, show
from normlint.places import Place
from normlint.pretrained import Mismatch, in_files, in_one_project
from normlint.rules.registry import Rule


def _wants(known: Checkpoint, wanted: Stats) -> str:
    if known.inside:
        return f"values in {known.low:g}..{known.high:g} that are not normalized: it does that itself"
    if (known.low, known.high, known.order) == (0, 1, "RGB") or known.mean is None or known.std is None:
        return describe(wanted)
    return f"mean {show(known.mean, 6)}, std {show(known.std, 6)} on {known.low:g}..{known.high:g}, {known.order}"


def _gets(given: Stats) -> str:
    if any(given.mean):
        return f"normalized with {describe(given)}"
    return "values that are not normalized are handed on"


def _numbers(facts: Facts, place: Place) -> tuple[Related, ...]:
    file = facts.by_path.get(place.path)
    return file.numbers_at(place) if file is not None else ()


def check(facts: Facts) -> Iterator[Finding]:
    """Stats differ from those that the loaded pretrained checkpoint, or its processor, was trained with.

    ## What it does
    Knows what 6,600 published checkpoints take: models of torchvision, timm, transformers, open_clip, CLIP, keras.applications,
    segmentation_models_pytorch and more, and well-known files of weights. Compares that with the image that reaches the loaded
    model, with the only transform of the function, class, script or project that loads it, and with stats written beside the name
    of the weights. Models that start from scratch, load weights of your own, or are a part of a loss are left alone.

    ## Why is this bad?
    The weights were fitted to other values: features are worse from the first step on, and a frozen model never recovers.

    ## Example
    ```python
    import timm
    from PIL import Image
    from torchvision import transforms

    model = timm.create_model("vit_base_patch16_224", pretrained=True)
    preprocess = transforms.Compose([
        transforms.ToTensor(), transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ])
    logits = model(preprocess(Image.open("a.png")))
    ```

    ## Use instead
    ```python
    import timm
    from PIL import Image
    from torchvision import transforms

    model = timm.create_model("vit_base_patch16_224", pretrained=True)
    preprocess = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))])
    logits = model(preprocess(Image.open("a.png")))
    ```
    """
    return (_finding(one, facts) for one in in_files(facts))


def _across(facts: Facts) -> Iterator[Finding]:
    return (_finding(one, facts) for one in in_one_project(facts))


def _finding(one: Mismatch, facts: Facts) -> Finding:
    known = one.checkpoint
    return RULE.finding(
        one.place,
        f"{_gets(one.given)}, but {known.name} ({one.load.loaded}) takes {_wants(known, one.wanted)} "
        f"(known from {known.evidence}); {one.why}",
        label="what the checkpoint is given",
        related=(Related(one.load.loaded, f"loads {known.name}"), *_numbers(facts, one.place)),
        confidence=one.confidence, key=f"{known.name} | {describe(one.given)}",
    )  # fmt: skip


RULE = Rule("NL104", "checkpoint-mismatch", "warning", True, check, _across)
