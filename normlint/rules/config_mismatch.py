"""NL105 config-mismatch"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from normlint.claims import written
from normlint.evaluate.observations import Observation
from normlint.facts import Facts, FileFacts
from normlint.findings import Finding, Related
from normlint.pixelmap import Numbers, close
from normlint.roles import role_of
from normlint.rules.registry import Rule

_APART = 4e-3
_ROLES = frozenset({"train", "eval", "inference", "test"})


def _unused_parameters(observation: Observation) -> Iterator[Finding]:
    """A function takes mean and std, uses neither, and normalizes with numbers of its own."""
    mean, std = observation.mean, observation.std
    if len(observation.ignored) < 2 or mean is None or std is None or observation.source != "literal" or observation.helper:
        return
    yield RULE.finding(
        observation.place,
        f"normalizes with {written(mean, std)}, whatever the caller passes: the parameters "
        f"{' and '.join(observation.ignored)} are never used",
        label=f"use {' and '.join(observation.ignored)}", key=written(mean, std), confidence="medium",
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of a config: whose data it is for, what it belongs to without that, and its numbers by label."""

    role: str
    key: str
    holder: str
    label: str
    observation: Observation
    numbers: Numbers


def _entries(file: FileFacts) -> Iterator[_Entry]:
    for observation in file.of_kind("config"):
        parts = observation.api.split(".")
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
                yield _Entry(roles[0], f"{rest} {label}", holder, label, observation, numbers)


def _roles_of_a_file(file: FileFacts) -> Iterator[Finding]:
    """``train.mean`` and ``val.mean`` of one config file, or the ``Normalize`` of two pipelines that it describes."""
    found: dict[str, list[_Entry]] = {}
    for entry in _entries(file):
        found.setdefault(entry.key, []).append(entry)
    apart: dict[tuple[str, str], list[tuple[_Entry, _Entry]]] = {}
    for entries in found.values():
        training = [entry for entry in entries if entry.role == "train"]
        if len(training) != 1:
            continue
        reference = training[0]
        for other in entries:
            alike = len(other.numbers) != len(reference.numbers) or close(other.numbers, reference.numbers, _APART, 0.0)
            if other.role != "train" and not alike:
                apart.setdefault((other.holder, reference.holder), []).append((other, reference))
    for (mine, theirs), pairs in apart.items():
        place, against = (entry.observation.place for entry in pairs[0])
        numbers = [" and ".join(f"{entry.label} {_shown(entry.numbers)}" for entry in side) for side in zip(*pairs, strict=True)]
        yield RULE.finding(
            place,
            f"{mine or 'evaluation'} has {numbers[0]}, {theirs or 'training'} has {numbers[1]} ({against})",
            related=(Related(against, "training side"),), key=f"{mine} {numbers[0]} | {numbers[1]}",
        )  # fmt: skip


def _shown(numbers: Numbers) -> str:
    return ", ".join(f"{number:.6g}" for number in numbers)


def check(facts: Facts) -> Iterator[Finding]:
    """A config file and the code, or two entries of a config file, disagree on the stats of the same pipeline.

    ## What it does
    Reports a function with parameters for mean and std that uses neither and normalizes with numbers of its own, and entries
    of one config file that give training and evaluation different stats under otherwise equal keys, or in transforms of one class
    that two lists of it describe.

    ## Why is this bad?
    Whoever sets the stats in the config, or passes them, believes that they are used. The data is normalized with others.

    ## Example
    ```python
    from torchvision import transforms


    def train_transforms(mean, std, size):
        return transforms.Compose([
            transforms.RandomResizedCrop(size),
            transforms.ToTensor(),
            transforms.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
        ])
    ```

    ## Use instead
    ```python
    from torchvision import transforms


    def train_transforms(mean, std, size):
        return transforms.Compose([
            transforms.RandomResizedCrop(size),
            transforms.ToTensor(),
            transforms.Normalize(mean, std),
        ])
    ```
    """
    for file in facts.files:
        for observation in file.of_kind("normalize", "denormalize"):
            yield from _unused_parameters(observation)
        yield from _roles_of_a_file(file)


RULE = Rule("NL105", "config-mismatch", "warning", True, check)
