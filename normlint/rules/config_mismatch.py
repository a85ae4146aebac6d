"""NL105 config-mismatch"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.claims import written
from normlint.evaluate.observations import Observation
from normlint.facts import Facts, FileFacts
from normlint.findings import Finding, Related
from normlint.pixelmap import Numbers, close
from normlint.roles import role_of
from normlint.rules.registry import Rule

_APART = 4e-3


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


def _roles_of_a_file(file: FileFacts) -> Iterator[Finding]:
    """``train.mean`` and ``val.mean`` of one config file."""
    found: dict[str, list[tuple[str, Observation, Numbers]]] = {}
    for observation in file.of_kind("config"):
        numbers = observation.mean or observation.std
        parts = observation.api.split(".")
        roles = [role for part in parts if (role := role_of("", part)) in {"train", "eval", "inference", "test"}]
        if numbers is None or observation.source != "config" or len(roles) != 1:
            continue
        rest = ".".join(part for part in parts if role_of("", part) not in {"train", "eval", "inference", "test"})
        found.setdefault(rest, []).append((roles[0], observation, numbers))
    for key, entries in found.items():
        training = [(observation, numbers) for role, observation, numbers in entries if role == "train"]
        if len(training) != 1:
            continue
        reference, theirs = training[0]
        for other, observation, mine in entries:
            if other != "train" and len(mine) == len(theirs) and not close(mine, theirs, _APART, 0.0):
                yield RULE.finding(
                    observation.place,
                    f"{observation.api} is {_shown(mine)}, {reference.api} is {_shown(theirs)} ({reference.place})",
                    related=(Related(reference.place, "training side"),), key=f"{key} {_shown(mine)} | {_shown(theirs)}",
                )


def _shown(numbers: Numbers) -> str:
    return ", ".join(f"{number:.6g}" for number in numbers)


def check(facts: Facts) -> Iterator[Finding]:
    """A config file and the code, or two entries of a config file, disagree on the stats of the same pipeline.

    ## What it does
    Reports a function with parameters for mean and std that uses neither and normalizes with numbers of its own, and entries
    of one config file that give training and evaluation different stats under otherwise equal keys.

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
