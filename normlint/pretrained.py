"""Published checkpoints against what they are given: by data flow, in one scope, in a whole project."""

from __future__ import annotations

import re
from collections.abc import Iterator

from normlint.catalogue.checkpoints import Checkpoint, checkpoints
from normlint.claims import normalize_claim, normalized_stats
from normlint.evaluate.guards import compatible
from normlint.evaluate.observations import CheckpointLoad, Observation, PipelineObservation, steps_of
from normlint.facts import Facts, FileFacts
from normlint.findings import Confidence
from normlint.immutable import dataclass
from normlint.pixelmap import Stats
from normlint.places import Place
from normlint.roles import role_of
from normlint.values import Image

# Networks that measure or compare instead of taking the data: a loss scales its own input.
_OTHER_USE = re.compile(r"loss|percep|lpips|style|content|fid|inception|metric|discrim|gan|vgg|test", re.IGNORECASE)
_MEASURED = frozenset({"image-mean", "image-std", "image-min", "image-max", "image-range"})


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What is given at ``place``, as stats on the unit scale, is not what the checkpoint was trained with.

    ``why`` says on what evidence the two belong together.
    """

    load: CheckpointLoad
    checkpoint: Checkpoint
    wanted: Stats
    given: Stats
    place: Place
    why: str
    confidence: Confidence


def in_files(facts: Facts) -> Iterator[Mismatch]:
    """Those that one file shows, the surest first."""
    for file in facts.files:
        if file.loads:
            yield from _handed_over(file)
            yield from _in_one_scope(file)


def _known(load: CheckpointLoad) -> tuple[Checkpoint, Stats] | None:
    """The checkpoint and its stats; None where its sources contradict each other."""
    known = checkpoints().find(load.checkpoint)
    stats = known.stats if known is not None else None
    return None if known is None or stats is None or "conflict" in known.evidence else (known, stats)


def _same(one: Stats, other: Stats) -> bool:
    """Agreement in either channel order: the order is another rule's business."""
    return one.same_as(other) or one.same_as(Stats(other.mean[::-1], other.std[::-1]))


def _of_features(observation: Observation) -> bool:
    """``logits - max(logits)``: what no picture is known to reach, by its own values."""
    named = {label for _, label in observation.labels if label}
    return bool(named) and named <= _MEASURED and (observation.before is None or not observation.before.anchored)


def _identity(stats: Stats) -> bool:
    """mean 0, std 1: a Normalize that is there and does nothing."""
    return not any(stats.mean) and set(stats.std) == {1.0}


def _given(image: Image) -> tuple[Stats, Place | None] | None:
    """The stats that an image is normalized with, and where; None where nobody knows."""
    steps = [step for step in steps_of(image) if step.affine is not None or step.operation == "minmax"]
    place = next((step.place for step in reversed(steps) if step.stats is not None), steps[-1].place if steps else None)
    found = normalized_stats(image)
    if found is not None:
        return found, place
    if image.anchored and image.map is not None and not image.assumed and not any(image.map.bias):
        return Stats((0.0,) * len(image.map.gain), tuple(1 / gain for gain in image.map.gain if gain)), place
    if len(steps) == 1 and steps[0].stats is not None and steps[0].operation == "normalize":
        mean, std = steps[0].stats
        unit = 255.0 if max(map(abs, (*mean, *std))) > 1.5 else 1.0
        if max(std) > 0 and not (unit == 1.0 and any(m < 0 for m in mean)):
            return Stats(tuple(m / unit for m in mean), tuple(s / unit for s in std)), place
    return None


def _handed_over(file: FileFacts) -> Iterator[Mismatch]:
    """An image that reaches the loaded model, and stats written beside the name of its weights."""
    for load in file.loads:
        found = _known(load)
        if found is None:
            continue
        _, wanted = found
        if load.written is not None:
            given = Stats(*load.written)
            if not _same(given, wanted) and max(given.mean) <= 1:
                yield Mismatch(load, *found, given, load.place, "written beside each other", "high")
        elif load.image is not None:
            handed = _given(load.image)
            if handed is not None and not _same(handed[0], wanted):
                place = handed[1] or (load.stack[0] if load.stack else load.place)
                yield Mismatch(load, *found, handed[0], place, f"it reaches the model at {load.place}", "high")


def _together(load: CheckpointLoad, pipeline: PipelineObservation, file: FileFacts) -> bool:
    """Whether a transform and a model stand in one function, in one class, or both at the top of one script."""
    mine, theirs = load.scope.partition(":")[2], pipeline.function
    if load.scope.partition(":")[0] != file.path or not compatible(load.guard, pipeline.guard):
        return False
    return mine == theirs or ("." in mine and "." in theirs and mine.rsplit(".", 1)[0] == theirs.rsplit(".", 1)[0])


def _in_one_scope(file: FileFacts) -> Iterator[Mismatch]:
    """A script that loads one checkpoint and normalizes its data with other stats only."""
    claims = [claim for o in file.of_kind("normalize", "config", "constant") if (claim := normalize_claim(o)) is not None]
    for load in file.loads:
        found = _known(load)
        if found is None or found[0].inside or load.image is not None or load.written is not None:
            continue
        _, wanted = found
        if _OTHER_USE.search(f"{load.scope.partition(':')[2]} {load.checkpoint}") or any(_same(c, wanted) for c in claims):
            continue
        others = [other for o in file.loads if o.image is None and o.written is None and (other := _known(o)) is not None]
        if any(not _same(other, wanted) for _, other in others):
            continue
        for pipeline in file.pipelines:
            stats = normalized_stats(pipeline.result)
            if stats is None or not pipeline.complete or not _together(load, pipeline, file) or _same(stats, wanted):
                continue
            place = pipeline.normalize_place or pipeline.place
            yield Mismatch(load, *found, stats, place, "transform and model stand in one scope", "medium")


def in_one_project(facts: Facts) -> Iterator[Mismatch]:
    """A project that loads one checkpoint, and normalizes everywhere with the same other stats."""
    loads = [
        load for load in facts.loads
        if load.image is None and load.written is None and role_of(load.place.path) != "test"
        and not _OTHER_USE.search(f"{load.scope} {load.checkpoint}")
    ]  # fmt: skip
    found = [known for load in loads if (known := _known(load)) is not None]
    if not found or len(found) < len(loads) or any(known.inside or not _same(w, found[0][1]) for known, w in found):
        return
    normalizes = (o for file in _files(facts) for o in file.of_kind("normalize") if not o.helper and not _of_features(o))
    claims = map(normalize_claim, normalizes)
    stats = next(claims, None)
    if stats is None or _same(stats, found[0][1]) or (not any(stats.mean) and not _identity(stats)):
        return
    if any(claim is None or not _same(claim, stats) for claim in claims):
        return
    for file in _files(facts):
        for pipeline in file.pipelines:
            if not pipeline.complete or pipeline.normalize_place is None:
                continue
            if normalized_stats(pipeline.result) is not None or (pipeline.to_unit and _identity(stats)):
                why = "no checkpoint of the project takes anything else, and these are its only stats"
                yield Mismatch(loads[0], *found[0], stats, pipeline.normalize_place, why, "medium")


def _files(facts: Facts) -> Iterator[FileFacts]:
    return (file for file in facts.files if role_of(file.path) != "test")
