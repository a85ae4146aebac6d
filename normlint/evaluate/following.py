"""Which calls of the project's functions are followed: those that can say something about pixel values."""

from __future__ import annotations

from normlint.evaluate import configuration, registries
from normlint.evaluate.feeding import hands_to_parts, is_model, makes_models
from normlint.evaluate.machine import Machine
from normlint.values import Alternatives, Dataset, FunctionValue, Image, InstanceCell, Loader, Value


def is_followed(run: Machine, function: FunctionValue, entering: tuple[Value, ...]) -> bool:
    """Whether the body of a called function is evaluated with the values that enter it."""
    return (
        run.matters(function, called=True)
        or _hands_on(run, function, entering)
        or _is_registry(run, function, entering)
        or any(configuration.file_named(run, value) for value in entering)
        or makes_models(run, function)
    )


def _hands_on(run: Machine, function: FunctionValue, entering: tuple[Value, ...]) -> bool:
    """Whether a picture, a loader or a model goes into a function that may bring them together; not a model's layers."""
    if function.owner is not None and is_model(function.owner) and not hands_to_parts(function):
        return False
    return any(_worth_following(run, value) for value in entering)


def _is_registry(run: Machine, function: FunctionValue, entering: tuple[Value, ...]) -> bool:
    """Whether a call keeps or finds what can be called under a name, or gets such a thing handed over."""
    if registries.registers(run, function) or registries.begins(function):
        return True
    return registries.hands_over(run, entering) or registries.looks_up(run, function)


def _worth_following(run: Machine, value: Value) -> bool:
    match run.contents(value):
        case Image(step=step, map=pixel_map):
            return step is not None and pixel_map is not None
        case Alternatives(options=options):
            return any(_worth_following(run, option) for _, option in options)
        case Loader() | Dataset():
            return True
        case InstanceCell(cls=cls):
            return is_model(cls)
    return False
