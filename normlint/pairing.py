"""Which entry points serve the same model, on evidence only; everything else is never compared."""

from __future__ import annotations

from collections.abc import Iterator

from normlint.command_lines import Command, together
from normlint.entrypoints import EntryPoint
from normlint.findings import Confidence
from normlint.immutable import dataclass
from normlint.settings.model import Settings
from normlint.weight_files import handed_over, shared_file

_COMPARED = frozenset({"eval", "inference", "export", "unknown", "library"})
FORCED = "paired in the settings"


@dataclass(frozen=True)
class Pair:
    """A training entry point and another one that serves the same model, with the evidence for it."""

    training: EntryPoint
    other: EntryPoint
    model: str
    evidence: tuple[str, ...]
    other_model: str = ""

    @property
    def fed(self) -> str:
        """The model that the other entry point feeds: another one only where a user said that both belong together."""
        return self.other_model or self.model

    @property
    def confidence(self) -> Confidence:
        return "high" if len(self.evidence) > 2 or self.evidence == (FORCED,) else "medium"

    @property
    def reason(self) -> str:
        return ", ".join(self.evidence)


def pairs(
    entries: tuple[EntryPoint, ...], settings: Settings, commands: tuple[Command, ...] = ()
) -> Iterator[Pair]:
    """The pairs that evidence makes, without those that a user forbids and with those that one forces."""
    named = [entry for entry in entries if settings.forces_pairs_of(entry.path)]
    for one in named:
        for other in named:
            if one.path < other.path and settings.pair_of(one.path, other.path):
                yield from _forced(one, other)
    for pair in by_evidence(entries, commands):
        if settings.pair_of(pair.training.path, pair.other.path) is None:
            yield pair


def _forced(one: EntryPoint, other: EntryPoint) -> Iterator[Pair]:
    """Two entry points that belong together because a user says so: by the models they share, or else by all they feed."""
    training, user = (other, one) if other.role == "train" and one.role != "train" else (one, other)
    fed = dict.fromkeys(feed.model for feed in user.feeds)
    trained = dict.fromkeys(feed.model for feed in training.feeds)
    shared = [model for model in fed if model in trained]
    if shared:
        yield from (Pair(training, user, model, (FORCED,)) for model in shared)
    else:
        yield from (Pair(training, user, model, (FORCED,), mine) for model in trained for mine in fed)


def by_evidence(entries: tuple[EntryPoint, ...], commands: tuple[Command, ...] = ()) -> Iterator[Pair]:
    """Every training entry point with every other one that reaches the same model definition of the project and stands
    near it or shares its data set, that loads the weights which it saves, or that a README runs with it; and a program
    with itself, where it trains a model and uses it as well."""
    by_model: dict[str, list[EntryPoint]] = {}
    for entry in entries:
        for model in entry.models:
            by_model.setdefault(model, []).append(entry)
    for model, group in sorted(by_model.items()):
        for entry in group:
            feeds = [feed for feed in entry.feeds if feed.model == model]
            if entry.role != "test" and any(feed.train for feed in feeds) and not all(feed.train for feed in feeds):
                yield Pair(entry, entry, model, (f"one program trains and uses {model.rpartition(':')[2]}",))
        for other in group:
            if other.role not in _COMPARED or not any(feed.model == model for feed in other.feeds):
                continue
            for training in group:
                if training.role == "train" and training.path != other.path:
                    evidence = evidence_of(training, other, model, commands)
                    if evidence:
                        yield Pair(training, other, model, evidence)
    yield from _by_file(entries, by_model, commands)


def _by_file(
    entries: tuple[EntryPoint, ...], by_model: dict[str, list[EntryPoint]], commands: tuple[Command, ...]
) -> Iterator[Pair]:
    """What training saves, itself or through a program that exports its model, and another program loads."""
    for saving, model, other, loaded, path in handed_over(entries):
        if other.role not in _COMPARED or other.path == saving.path:
            continue
        told = (f"{saving.path} saves {path}", f"{other.path} loads it")
        if saving.role == "train":
            yield Pair(saving, other, model, told, loaded)
            continue
        for training in by_model.get(model, ()):
            if training.role == "train" and training.path != other.path:
                evidence = evidence_of(training, saving, model, commands)
                if evidence:
                    yield Pair(training, other, model, (*told, *evidence), loaded)


def evidence_of(
    training: EntryPoint, other: EntryPoint, model: str, commands: tuple[Command, ...] = ()
) -> tuple[str, ...]:
    """What says that two entry points which reach one model belong together; empty where nothing else does."""
    path, _, name = model.rpartition(":")
    found = [f"both use {name} ({path})" if path else f"both use {name}"]
    if other.role == "library":
        return ()
    file = shared_file(training, other, model)
    if file:
        found.append(f"{training.path} saves {file}, {other.path} loads it")
    if not path:  # a library's model says nothing of what it was trained on here
        return tuple(found) if file else ()
    documented = together(commands, training.path, other.path)
    if documented:
        found.append(documented)
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
