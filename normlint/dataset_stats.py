"""Transforms with the stats of one data set on the data of another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from normlint.catalogue import Catalogue, KnownStats, catalogue
from normlint.claims import normalized_stats
from normlint.evaluate.guards import compatible
from normlint.evaluate.observations import PipelineObservation
from normlint.facts import FileFacts
from normlint.immutable import dataclass
from normlint.pixelmap import Stats
from normlint.places import Place
from normlint.values import Guard

_NEAR_MEAN, _NEAR_STD = 1.2e-3, 2.5e-3
_CHANGES_MEAN = frozenset({"Pad", "Resize", "CenterCrop", "RandomCrop", "ConstantPad2d"})


@dataclass(frozen=True, slots=True)
class Misplaced:
    """Well-known stats of other data than those that the transform at ``place`` is for; ``why`` says how that is known."""

    place: Place
    stats: KnownStats
    dataset: str
    right: KnownStats
    why: str
    related: Place | None

    @property
    def right_stats(self) -> Stats:
        return Stats(self.right.mean, self.right.std)


def misplaced(file: FileFacts) -> Iterator[Misplaced]:
    """Transforms handed to a data set's own class, then those whose names say what they are for."""
    for handed in file.handed:
        dataset = next((d.name for d in catalogue().datasets if handed.name in d.classes), None)
        if dataset is not None and not _shared(handed, file):
            yield from _wrong(handed, dataset, f"it is handed to {handed.name.rsplit('.', 1)[-1]}", handed.place)
    used = {known.datasets for pipeline in file.pipelines if (known := _known(pipeline)) is not None}
    stem = file.path.rsplit("/", 1)[-1].rsplit(".", 1)[0] if len(used) == 1 else ""  # a file of several data sets names none
    for pipeline in file.pipelines:
        for name in (pipeline.name, pipeline.function.rsplit(".", 1)[-1], stem):
            dataset = _meant(name)
            if dataset is not None:
                yield from _wrong(pipeline, dataset, f"{name} names the data", None)
                break


def _shared(handed: PipelineObservation, file: FileFacts) -> bool:
    """Whether the same run hands the transform to the data set that the stats are of as well, as tests of transfer do."""
    stats = _known(handed)
    if stats is None:
        return True
    classes = {name for d in catalogue().datasets if d.name in stats.datasets for name in d.classes}
    mine = _by_text(handed.guard)
    return any(
        other.name in classes and compatible(_by_text(other.guard), mine) and _known(other) is not None for other in file.handed
    )


def _by_text(guard: Guard) -> Guard:
    """A guard without the numbers of the scopes: a function may have been evaluated more than once."""
    return frozenset((subject.partition(":")[2], relation, text) for subject, relation, text in guard)


def _wrong(pipeline: PipelineObservation, dataset: str, why: str, related: Place | None) -> Iterator[Misplaced]:
    stats = _known(pipeline)
    if stats is None or not pipeline.complete:
        return
    padded = stats.status == "padded"
    if (dataset in stats.datasets and not padded) or (padded and not _CHANGES_MEAN.isdisjoint(pipeline.transforms)):
        return
    right = next((k for k in catalogue().known_stats if dataset in k.datasets and k.status == "standard"), None)
    if right is not None:
        place = pipeline.normalize_place or pipeline.place
        yield Misplaced(place, stats, dataset, right, why, related)


def _known(pipeline: PipelineObservation) -> KnownStats | None:
    """The well-known stats of a data set that a transform normalizes with."""
    found = normalized_stats(pipeline.result)
    if found is None:
        return None
    known = [known for known in catalogue().known_stats if known.datasets and _matches(found, known)]
    return min(known, key=lambda one: abs(one.std[0] - found.std[0]), default=None)


def _matches(found: Stats, known: KnownStats) -> bool:
    if len(known.mean) == 1 and len(set(found.mean)) > 1:
        return False
    if len(known.mean) == 3 and len(found.mean) != 3:
        return False
    mean, std = (numbers[:1] if len(known.mean) == 1 else numbers for numbers in (found.mean, found.std))
    near = all(abs(x - y) <= _NEAR_MEAN for x, y in zip(mean, known.mean, strict=False))
    return near and (len(known.mean) == 3 or all(abs(x - y) <= _NEAR_STD for x, y in zip(std, known.std, strict=False)))


def _meant(name: str) -> str | None:
    """The one data set that a name speaks of."""
    return _meant_of(name, catalogue())


@lru_cache(maxsize=10_000)
def _meant_of(name: str, known: Catalogue) -> str | None:
    text = re.sub(r"[^a-z0-9]", "", name.lower())
    found = {d.name for d in known.datasets for word in d.words if re.search(rf"{word}(?!\d)", text)}
    return found.pop() if len(found) == 1 else None
