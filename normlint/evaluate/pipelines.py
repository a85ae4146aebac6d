"""Transforms that get a name: which data they are for, and what they do to a decoded picture."""

from __future__ import annotations

from collections.abc import Iterator

from normlint import ir
from normlint.evaluate.config_transforms import described
from normlint.evaluate.machine import Machine
from normlint.evaluate.observations import PipelineObservation, steps_of
from normlint.immutable import replace
from normlint.pixelmap import BYTES, Affine
from normlint.places import Place
from normlint.values import (
    Alternatives,
    Composition,
    Constant,
    FunctionValue,
    Guard,
    Image,
    Network,
    Origin,
    Ref,
    Transform,
    Value,
)


def bound_to_name(run: Machine, name: str, value: Value, written: ir.Expression) -> None:
    """``train_transform = Compose([...])``, or the description of one in a config."""
    if isinstance(written, ir.Sequence):
        described(run, name, value)
    if _may_compose(run, value):
        _record(run, name, f"{run.module.path}:{run.function_name}", "name", value, run.place(written))


def bound_under_key(run: Machine, key: str, value: Value, display: ir.Mapping, written: ir.Expression) -> None:
    """``{"train": Compose([...]), "val": Compose([...])}``"""
    if not _may_compose(run, value):
        return
    place = run.place(display)
    _record(run, key, f"{place.path}:{place.line}:{place.column}", "dict", value, run.place(written))


def passed_to_dataset(run: Machine, dotted: str, named: tuple[tuple[str, Value], ...], place: Place) -> None:
    """``CIFAR10(root, train=False, transform=...)``: the data set's own word for the role."""
    arguments = dict(named)
    transform = arguments.get("transform")
    train = arguments.get("train")
    split = arguments.get("split") or arguments.get("image_set")
    if transform is None:
        return
    role = ""
    if isinstance(train, Constant) and isinstance(train.value, bool):
        role = "train" if train.value else "test"
    elif isinstance(split, Constant) and isinstance(split.value, str):
        role = split.value
    if role:
        _record(run, role, f"{run.module.path}:{run.function_name}:{dotted}", "dataset", transform, place)


def handed_over(run: Machine, dotted: str, transform: Value | None, place: Place) -> None:
    """A transform that a data set of a library is given: which data it is for, by the data set's own name."""
    content = run.contents(transform) if transform is not None else None
    options = content.options if isinstance(content, Alternatives) else ((frozenset(), transform),)
    for guard, option in options:
        if option is not None:
            found = _observed(run, dotted, "", "handed", option, place, run.guard | guard)
            if found is not None:
                run.log.handed.append(replace(found, place=place))


def _may_compose(run: Machine, value: Value) -> bool:
    """Whether a value is, or may be, a composition; nearly none is, and this is asked for every assignment."""
    return isinstance(run.contents(value), (Alternatives, Composition))


def _record(run: Machine, name: str, group: str, group_kind: str, value: Value, place: Place) -> None:
    content = run.contents(value)
    if isinstance(content, Alternatives):
        for guard, option in content.options:
            _record_one(run, name, group, group_kind, option, place, run.guard | guard)
    else:
        _record_one(run, name, group, group_kind, value, place, run.guard)


def _record_one(
    run: Machine, name: str, group: str, group_kind: str, value: Value, place: Place, guard: Guard
) -> None:
    found = _observed(run, name, group, group_kind, value, place, guard)
    if found is not None:
        run.log.pipelines.append(found)


def _observed(
    run: Machine, name: str, group: str, group_kind: str, value: Value, place: Place, guard: Guard
) -> PipelineObservation | None:
    content = run.contents(value)
    if not isinstance(content, Composition) or run.muted:
        return None
    result, complete = simulate(run, content)
    found = [step for step in steps_of(result) if step.stats is not None] if isinstance(result, Image) else []
    normalize = found[-1] if found else None
    stats = normalize.stats if normalize is not None else None
    return PipelineObservation(
        name, group, group_kind, content.place, result, normalize.place if normalize else None,
        stats[0] if stats else None, stats[1] if stats else None,
        isinstance(result, Image) and any(step.operation == "to_unit" for step in steps_of(result)),
        complete, guard, run.function_name, tuple(_names(run, content)),
    )  # fmt: skip


def _names(run: Machine, composition: Composition) -> Iterator[str]:
    for step in composition.steps:
        content = run.contents(step)
        if isinstance(content, Composition):
            yield from _names(run, content)
        elif isinstance(content, Transform):
            yield content.entry.rsplit(".", 1)[-1]


def picture(run: Machine, place: Place) -> Image:
    """A decoded RGB picture, as a data set hands it to its transform."""
    origin = Origin("picture", run.numbering.next(), "decoded picture", place)
    return Image(
        origin, Affine((255.0,), (0.0,)), anchored=True, interval=BYTES, dtype="uint8", order="RGB", layout="HWC",
        container="pil", assumed=True,
    )  # fmt: skip


def simulate(run: Machine, composition: Composition) -> tuple[Image | None, bool]:
    """What a composition does to a decoded picture, and whether all of its steps are known."""
    from normlint.evaluate.library import apply_transform

    complete = not composition.open and not composition.choice and _all_known(run, composition)
    run.stack.append(composition.place)
    try:
        result = apply_transform(run, composition, picture(run, composition.place), composition.place)
    finally:
        run.stack.pop()
    content = run.contents(result)
    if isinstance(content, Image):
        return content, complete
    return None, False


def _all_known(run: Machine, composition: Composition) -> bool:
    for step in composition.steps:
        content = run.contents(run.pruned(step))
        options = [option for _, option in content.options] if isinstance(content, Alternatives) else [content]
        for known in (run.contents(option) if isinstance(option, Ref) else option for option in options):
            if isinstance(known, Composition):
                if known.open or not _all_known(run, known):
                    return False
            elif not isinstance(known, (Transform, FunctionValue, Network)):
                return False
    return True
