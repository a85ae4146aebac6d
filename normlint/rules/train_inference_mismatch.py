"""NL101 train-inference-mismatch"""

from __future__ import annotations

import re
from collections.abc import Iterator

from normlint.claims import describe, normalized_stats
from normlint.evaluate.guards import compatible
from normlint.evaluate.observations import PipelineObservation
from normlint.facts import Facts, FileFacts
from normlint.findings import Finding, Related
from normlint.offers import use_expected, use_stats
from normlint.pixelmap import Stats, stats_of
from normlint.places import Place
from normlint.rules.registry import Rule
from normlint.sites import Role

_ROLES: dict[str, Role] = {
    "train": "train", "training": "train", "trn": "train", "val": "eval", "valid": "eval", "validation": "eval", "eval": "eval",
    "test": "eval", "testing": "eval", "tst": "eval", "infer": "inference", "inference": "inference", "predict": "inference",
}  # fmt: skip


def role_word(name: str) -> Role | None:
    """The role that a word of a name says."""
    words = re.split(r"[^a-z]+", name.lower())
    return next((_ROLES[word] for word in words if word in _ROLES), None)


def _same_name(one: PipelineObservation, other: PipelineObservation) -> bool:
    """Names that differ by their role only: ``cifar_train`` and ``mnist_test`` do not belong together."""
    rests = [sorted(w for w in re.split(r"[^a-z0-9]+", p.name.lower()) if w not in _ROLES) for p in (one, other)]
    return rests[0] == rests[1]


def _stats(pipeline: PipelineObservation) -> Stats | None:
    image = pipeline.result
    if image is None or image.map is None or not image.anchored or pipeline.mean is None:
        return None
    return stats_of(image.map)


def _compare(file: FileFacts, training: PipelineObservation, other: PipelineObservation, role: Role) -> Iterator[Finding]:
    mine, theirs = _stats(other), _stats(training)
    if mine is None or theirs is None or mine.same_as(theirs) or not compatible(training.guard, other.guard):
        return
    place = other.normalize_place or other.place
    reference = training.normalize_place or training.place
    evidence = {"dict": "keys of one dict", "dataset": "splits of one data set"}.get(
        other.group_kind, f"{training.name} and {other.name} of one scope"
    )
    yield RULE.finding(
        place,
        f"{role} normalizes with {describe(mine)}, training with {describe(theirs)} ({reference}); paired as {evidence}",
        label=f"{role} side", related=(Related(reference, "training side"),), key=f"{describe(mine)} | {describe(theirs)}",
        fix=use_stats(place, other.mean, other.std, theirs, reference=reference) if _takes_stats(file, place) else None,
    )


def _takes_stats(file: FileFacts, place: Place) -> bool:
    """Whether the normalize at a place is a call that is given mean and std, and no arithmetic."""
    return any(o.kind == "normalize" and o.api != "arithmetic" and not o.helper for o in file.by_place.get(place, ()))


def _single_pictures(file: FileFacts, training: list[PipelineObservation]) -> Iterator[Finding]:
    """A picture that is opened and normalized in the file that trains on one data set."""
    known = [(stats, p.normalize_place or p.place) for p in training if (stats := _stats(p)) is not None]
    if not known or len(known) < len(training) or not all(stats.same_as(known[0][0]) for stats, _ in known):
        return
    theirs, reference = known[0]
    for observation in file.of_kind("normalize"):
        image, mine = observation.before, normalized_stats(observation.after)
        if mine is None or image is None or image.assumed or image.origin.kind != "picture" or mine.same_as(theirs):
            continue
        if observation.helper or normalized_stats(image) is not None:
            continue
        yield RULE.finding(
            observation.place,
            f"a single picture is normalized with {describe(mine)}, the training data set with {describe(theirs)} "
            f"({reference}); paired as the only training data of this file",
            label="inference side", related=(Related(reference, "training side"),), confidence="medium",
            key=f"{describe(mine)} | {describe(theirs)}",
            fix=use_stats(observation.place, observation.mean, observation.std, theirs, reference=reference)
            if _takes_stats(file, observation.place) else None,
        )  # fmt: skip


def _arrivals(facts: Facts) -> Iterator[Finding]:
    """Images that reach one model in training and elsewhere, normalized with other numbers."""
    for mismatch in facts.mismatches:
        if mismatch.both_normalize:
            yield RULE.finding(
                mismatch.place,
                f"{mismatch.side} normalizes with {mismatch.arrival.describe()}, {mismatch.against} with "
                f"{mismatch.expected.describe()} ({mismatch.reference}); paired: {mismatch.reason}",
                label=f"{mismatch.side} side", related=mismatch.related, key=mismatch.key, confidence=mismatch.confidence,
                fix=use_expected(mismatch),
            )


def check(facts: Facts) -> Iterator[Finding]:
    """Inference or evaluation code normalizes with other stats than the training pipeline that it is paired with.

    ## What it does
    Pairs transforms that stand together: keys of one dict (`"train"`, `"val"`), transforms of one function or module
    with the words train and test in their names, and data sets built with `train=True` and `train=False`. Both sides
    must be known, and their conditions must be able to hold together. A picture that is opened and normalized in the file
    that trains on one data set is compared with that data set's transform. The mean and scale that a converter (OpenVINO,
    RKNN, CoreML) puts before a model, in a documented command, in code, in an OpenVINO `.xml` with its `.bin` beside it or
    in an nvinfer config in YAML, are compared with the training of the model whose
    file it reads.

    ## Why is this bad?
    The model is evaluated on inputs that it was not trained on: it is silently worse.

    ## Example
    ```python
    from torchvision import transforms

    data_transforms = {
        "train": transforms.Compose([
            transforms.ToTensor(), transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        ]),
        "val": transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))]),
    }
    ```

    ## Use instead
    ```python
    from torchvision import transforms

    normalize = transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    data_transforms = {
        "train": transforms.Compose([transforms.ToTensor(), normalize]),
        "val": transforms.Compose([transforms.ToTensor(), normalize]),
    }
    ```

    ## Fix safety
    Unsafe: it changes what the model is given outside of training, on the grounds that training is right. The constants of
    the training side are used where they are in reach, imported where that runs no code but definitions; else the numbers.
    """
    for file in facts.files:
        known = [(role, p) for p in file.pipelines if p.complete and (role := role_word(p.name)) is not None]
        for role, pipeline in known:
            if role == "train":
                continue
            for other_role, training in known:
                if other_role == "train" and training.group == pipeline.group and _same_name(training, pipeline):
                    yield from _compare(file, training, pipeline, role)
        yield from _single_pictures(file, [p for role, p in known if role == "train" and p.group_kind == "dataset"])


RULE = Rule("NL101", "train-inference-mismatch", "error", True, check, _arrivals)
