"""Which entry points serve the same model, on evidence only; everything else is never compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from normlint.entrypoints import EntryPoint
from normlint.findings import Confidence

_COMPARED = frozenset({"eval", "inference", "export", "unknown", "library"})


@dataclass(frozen=True)
class Pair:
    """A training entry point and another one that serves the same model, with the evidence for it."""

    training: EntryPoint
    other: EntryPoint
    model: str
    evidence: tuple[str, ...]

    @property
    def confidence(self) -> Confidence:
        return "high" if len(self.evidence) > 2 else "medium"

    @property
    def reason(self) -> str:
        return ", ".join(self.evidence)


def pairs(entries: tuple[EntryPoint, ...]) -> Iterator[Pair]:
    """Every training entry point with every other one that reaches the same model definition of the project and stands
    near it or shares its data set; and a program with itself, where it trains a model and uses it as well."""
    by_model: dict[str, list[EntryPoint]] = {}
    for entry in entries:
        for model in entry.models:
            by_model.setdefault(model, []).append(entry)
    for model, group in sorted(by_model.items()):
        for entry in group:
            feeds = [feed for feed in entry.feeds if feed.model == model]
            if entry.role != "test" and any(feed.train for feed in feeds) and not all(feed.train for feed in feeds):
                yield Pair(entry, entry, model, (f"one program trains and uses {model.rpartition(':')[2]}",))
        if ":" not in model:
            continue  # a library's model says nothing of what it was trained on here
        for other in group:
            if other.role not in _COMPARED or not any(feed.model == model for feed in other.feeds):
                continue
            for training in group:
                if training.role == "train" and training.path != other.path:
                    evidence = evidence_of(training, other, model)
                    if evidence:
                        yield Pair(training, other, model, evidence)


def evidence_of(training: EntryPoint, other: EntryPoint, model: str) -> tuple[str, ...]:
    """What says that two entry points which reach one model belong together; empty where nothing else does."""
    path, _, name = model.rpartition(":")
    found = [f"both use {name} ({path})"]
    if other.role == "library":
        return ()
    if training.folder == other.folder:
        found.append("one folder")
    elif _above(training.folder, other.folder) or _above(other.folder, training.folder):
        found.append("one project folder")
    shared = sorted(training.datasets & other.datasets)
    if shared:
        found.append(f"both use the data set {shared[0].rpartition(':')[2]}")
    helpers = sorted((training.imports & other.imports) - {path})
    if helpers:
        found.append(f"both import {helpers[0]}")
    return tuple(found) if len(found) > 1 else ()


def _above(one: str, other: str) -> bool:
    return not one or other.startswith(one + "/")
