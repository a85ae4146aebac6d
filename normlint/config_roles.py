"""Entries of configs for training and for other data that disagree: ``train.mean`` and ``val.mean``, two pipelines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from normlint.evaluate.inherited_configs import PREPROCESSOR
from normlint.evaluate.observations import Conversion, Inherited, Observation
from normlint.evaluate.paths import resolved
from normlint.immutable import dataclass
from normlint.pixelmap import Numbers, close
from normlint.places import Place
from normlint.roles import role_of

_APART = 4e-3
_NORMALIZES = re.compile(r"(?:\w*\.)?Normali[sz]e\b")
_ROLES = frozenset({"train", "eval", "inference", "test"})


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What an entry says of other data, and what training has. ``config`` inherits one of them; empty within one file."""

    holder: str
    numbers: str
    place: Place
    training_holder: str
    training_numbers: str
    training_place: Place
    config: str = ""

    @property
    def key(self) -> str:
        return f"{self.holder} {self.numbers} | {self.training_numbers}"


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of a config: whose data it is for, what it belongs to without that, and its numbers by label."""

    role: str
    key: str
    holder: str
    label: str
    place: Place
    numbers: Numbers


def in_one_file(observations: Iterable[Observation]) -> Iterator[Disagreement]:
    """``train.mean`` and ``val.mean`` of one config, or the ``Normalize`` of two pipelines that it describes."""
    yield from _disagreements(observations, several=False)


def with_inherited(inherited: Iterable[Inherited]) -> Iterator[Disagreement]:
    """What a config and one that it builds on disagree about; each file by itself is looked at in ``in_one_file``."""
    configs: dict[str, list[Observation]] = {}
    for found in inherited:
        configs.setdefault(found.config, []).append(found.entry)
    for config, observations in configs.items():
        for found_apart in _disagreements(observations, several=True, config=config):
            paths = {found_apart.place.path, found_apart.training_place.path}
            if len(paths) == 2 and config in paths:
                yield found_apart


def normalized_twice(inherited: Iterable[Inherited]) -> Iterator[tuple[Observation, Observation]]:
    """A transform of a config that normalizes, and what its model does to the same images once more."""
    configs: dict[str, list[Observation]] = {}
    for found in inherited:
        if found.entry.mean is not None and any(found.entry.mean) and found.entry.std is not None:
            configs.setdefault(found.config, []).append(found.entry)
    for entries in configs.values():
        inside = [entry for entry in entries if entry.api == PREPROCESSOR]
        for entry in entries:
            if inside and entry.api != PREPROCESSOR and _NORMALIZES.match(entry.note):
                yield entry, inside[0]
                break


def in_commands(
    conversions: Iterable[Conversion], described: Iterable[tuple[str, Observation]]
) -> Iterator[tuple[Conversion, Disagreement]]:
    """Commands that hand a program one config, and other numbers than all the transforms that this config describes."""
    configs: dict[str, list[_Entry]] = {}
    for config, observation in described:
        if observation.note:
            for label, numbers in (("mean", observation.mean), ("std", observation.std)):
                if numbers is not None:
                    entry = _Entry("train", label, observation.api, label, observation.place, numbers)
                    configs.setdefault(config, []).append(entry)
    for conversion in conversions:
        config = resolved(conversion.text, conversion.entry.rpartition("/")[0]) or ""
        entries = configs.get(config) or configs.get(conversion.text.removeprefix("./"), [])
        means, stds = ([entry for entry in entries if entry.label == label] for label in ("mean", "std"))
        alike = all(_alike(entry, side[0]) for side in (means, stds) for entry in side)
        if not means or not stds or not alike or _said(conversion, means[0].numbers, stds[0].numbers):
            continue
        given = [
            _Entry("export", label, "", label, conversion.place, numbers)
            for label, numbers in (("mean", conversion.mean), ("std", conversion.std))
        ]
        yield conversion, Disagreement(
            "the command", _shown(given), conversion.place, means[0].holder, _shown((means[0], stds[0])), means[0].place, config
        )


def _said(conversion: Conversion, mean: Numbers, std: Numbers) -> bool:
    """Whether a command has these stats, in whatever unit and order of the channels, or one number for all of them."""
    for unit in (1.0, 255.0, 1 / 255):
        for turn in (1, -1):
            means, stds = (tuple(number * unit for number in side[::turn]) for side in (conversion.mean, conversion.std))
            level = 1.0 if max(map(abs, mean)) > 1.5 else 1 / 255
            if close(means, mean, _APART, level) and close(stds, std, 5 * _APART, 0.0):
                return True
    return not any(conversion.mean) or len(conversion.mean) not in {len(mean), 1}


def _disagreements(observations: Iterable[Observation], several: bool, config: str = "") -> Iterator[Disagreement]:
    """``several``: training may have more than one entry, where all of them agree."""
    found: dict[str, list[_Entry]] = {}
    for entry in _entries(observations):
        found.setdefault(entry.key, []).append(entry)
    apart: dict[tuple[str, str], list[tuple[_Entry, _Entry]]] = {}
    for entries in found.values():
        training = [entry for entry in entries if entry.role == "train"]
        if not training or (len(training) > 1 and not several) or not all(_alike(entry, training[0]) for entry in training):
            continue
        for other in entries:
            if other.role != "train" and not _alike(other, training[0]):
                apart.setdefault((other.holder, training[0].holder), []).append((other, training[0]))
    for (mine, theirs), pairs in apart.items():
        numbers, training_numbers = (_shown(side) for side in zip(*pairs, strict=True))
        yield Disagreement(mine, numbers, pairs[0][0].place, theirs, training_numbers, pairs[0][1].place, config)


def _entries(observations: Iterable[Observation]) -> Iterator[_Entry]:
    for observation in observations:
        parts = [part for part in observation.api.split(".") if "sampl" not in part.lower()]  # PaddleDetection: sample_transforms
        roles = [role for part in parts if (role := role_of("", part)) in _ROLES]
        if len(roles) != 1 or not (observation.note or observation.source == "config"):
            continue
        rest = ".".join(part for part in parts if role_of("", part) not in _ROLES)
        if observation.note:  # a described transform, wherever it stands in its list
            rest = observation.note
        for label, numbers in (("mean", observation.mean), ("std", observation.std)):
            if numbers is not None:
                both = observation.mean is not None and observation.std is not None
                holder = observation.api if both else observation.api.rpartition(".")[0]
                yield _Entry(roles[0], f"{rest} {label}", holder, label, observation.place, numbers)


def _alike(one: _Entry, other: _Entry) -> bool:
    """Whether two entries say the same, or nothing that can be compared; a mean less than one level apart is the same."""
    level = 1.0 if max(map(abs, one.numbers)) > 1.5 else 1 / 255
    if len(one.numbers) != len(other.numbers):
        return True
    return close(one.numbers, other.numbers, _APART, level if one.label == "mean" else 0.0)


def _shown(entries: Iterable[_Entry]) -> str:
    return " and ".join(f"{entry.label} {', '.join(f'{number:.6g}' for number in entry.numbers)}" for entry in entries)
