"""NL105 config-mismatch"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.claims import written
from normlint.config_roles import Disagreement, in_commands, in_one_file, with_inherited
from normlint.evaluate.observations import Observation
from normlint.facts import Facts
from normlint.findings import Finding, Related
from normlint.rules.registry import Rule


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


def _of_roles(apart: Disagreement) -> Finding:
    """One entry for other data, and the one for training that it differs from; reported where the config at hand has it."""
    if apart.config == apart.training_place.path:
        return RULE.finding(
            apart.training_place,
            f"{apart.training_holder} has {apart.training_numbers} here, and {apart.holder} still {apart.numbers} "
            f"({apart.place}), which {apart.config} inherits",
            related=(Related(apart.place, "inherited"),), key=apart.key,
        )  # fmt: skip
    return RULE.finding(
        apart.place,
        f"{apart.holder or 'evaluation'} has {apart.numbers}, {apart.training_holder or 'training'} has "
        f"{apart.training_numbers} ({apart.training_place})",
        related=(Related(apart.training_place, "training side"),), key=apart.key,
    )  # fmt: skip


def check(facts: Facts) -> Iterator[Finding]:
    """A config file and the code, or two entries of a config file, disagree on the stats of the same pipeline.

    ## What it does
    Reports a function with parameters for mean and std that uses neither and normalizes with numbers of its own, and entries
    of one config file that give training and evaluation different stats under otherwise equal keys, or in transforms of one class
    that two lists of it describe. What a config inherits through `_base_` counts as its own. A documented command
    that names a config and has a mean and a std is compared with the transforms that this config describes.

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
        yield from map(_of_roles, in_one_file(file.of_kind("config")))


def _across(facts: Facts) -> Iterator[Finding]:
    yield from map(_of_roles, with_inherited(facts.inherited))
    if not facts.conversions:
        return
    described = [(file.path, o) for file in facts.files for o in file.of_kind("config")]
    described += [(inherited.config, inherited.entry) for inherited in facts.inherited]
    for conversion, apart in in_commands(facts.conversions, described):
        yield RULE.finding(
            apart.place,
            f"this command has {apart.numbers}, and {conversion.text}, which it names, {apart.training_numbers} "
            f"({apart.training_place})",
            related=(Related(apart.training_place, "the config"),), key=apart.key,
        )


RULE = Rule("NL105", "config-mismatch", "warning", True, check, _across)
