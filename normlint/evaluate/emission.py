"""From arithmetic to sites: the longest affine run of one expression is one site."""

from __future__ import annotations

from collections.abc import Iterator

from normlint.evaluate.machine import Machine
from normlint.evaluate.observations import Observation, steps_since
from normlint.evaluate.part_sites import earlier_statements, observe_parts, observe_statements, whole_map
from normlint.evaluate.words import SINGLE_STATS
from normlint.immutable import replace
from normlint.pixelmap import Affine, Numbers, collapse
from normlint.sites import SiteKind
from normlint.values import Alternatives, Bound, ChannelRef, Guard, Image, Pending, Ref, Step, Value

_FORMULA = frozenset({"mean", "std", "mean/std", "image-mean", "image-std"})
_EXTREMES = frozenset({"image-min", "image-max", "image-range"})
_PEAK = "peak"
_CHANNELS = 3
# Kinds of values that arithmetic may hide behind.
_HOLDING = frozenset({Image, Ref, ChannelRef, Alternatives, Bound})
_LEVELS = (255.0, 256.0, 65535.0, 127.5, 128.0, 127.0, 1023.0)


def flush(run: Machine, value: Value) -> Value:
    """Report the arithmetic behind a value that is now used by something else, and mark it as reported."""
    if type(value) not in _HOLDING:
        return value
    if isinstance(value, Image):
        if value.pending is None:
            return value
        _report(run, value, value.pending)
        return replace(value, pending=None)
    if isinstance(value, (Ref, ChannelRef)):
        cell = run.state.get(value.address)
        if isinstance(cell, Image) and cell.pending is not None and isinstance(value, Ref):
            _report(run, cell, cell.pending)
            run.state.set(value.address, replace(cell, pending=None))
        elif isinstance(cell, Alternatives):
            flushed = flush(run, cell)
            if flushed is not cell:
                run.state.set(value.address, flushed)
        return value
    if isinstance(value, Alternatives):
        return _flush_options(run, value)
    if isinstance(value, Bound):
        receiver = flush(run, value.receiver)
        return value if receiver is value.receiver else Bound(receiver, value.name)
    return value


def _flush_options(run: Machine, value: Alternatives) -> Alternatives:
    options: list[tuple[Guard, Value]] = []
    changed, outer = False, run.guard
    for guard, option in value.options:
        flushed = option
        if type(option) in _HOLDING:
            run.guard = outer | guard
            try:
                flushed = flush(run, option)
            finally:
                run.guard = outer
        changed = changed or flushed is not option
        options.append((guard, flushed))
    return Alternatives(tuple(options)) if changed else value


def _report(run: Machine, image: Image, pending: Pending) -> None:
    steps = steps_since(image, pending.before)
    if not steps:
        return
    kind = classify(pending, steps)
    chain = earlier_statements(pending.before, steps)
    if chain:
        affine = whole_map(chain)
        together = classify_map(affine, chain, pending.before.anchored) if affine is not None else None
        kind = kind or together
        if together is not None:
            observe_statements(run, together, image, chain)
    if kind is None:
        return
    observe_parts(run, pending.before, image, steps)
    mean, std = written_stats(steps)
    numbers = written_numbers(steps)
    run.observe(
        Observation(
            kind, "arithmetic", pending.place, pending.affine, *numbers,
            mean_place=mean.operand_place if mean else None, std_place=std.operand_place if std else None,
            source=_source(steps), before=pending.before, after=replace(image, pending=None),
            labels=tuple((step.operation, step.label) for step in steps),
        )
    )  # fmt: skip


def _source(steps: tuple[Step, ...]) -> str:
    return "literal" if all(step.operand is not None for step in steps) else "unresolved"


def written_stats(steps: tuple[Step, ...]) -> tuple[Step | None, Step | None]:
    """The steps that use the mean and the std: ``- mean / std`` or ``* std + mean``, after a scaling or before one."""
    return next(_pairs(steps), (None, None))


def _pairs(steps: tuple[Step, ...]) -> Iterator[tuple[Step, Step]]:
    steps = tuple(step for step in steps if step.affine is not None and step.operand is not None)
    names = [step.operation for step in steps]
    for first, second in (("subtract", "divide"), ("multiply", "add")):
        for index in range(len(steps) - 1):
            if names[index : index + 2] == [first, second]:
                one, two = steps[index], steps[index + 1]
                yield (one, two) if first == "subtract" else (two, one)


def written_numbers(steps: tuple[Step, ...]) -> tuple[Numbers | None, Numbers | None]:
    """Mean and std as they are written; those that a loop uses one channel after the other are put together."""
    pairs = list(_pairs(steps))
    one_by_one = [
        (mean.operand[0], std.operand[0])
        for mean, std in pairs
        if mean.operand is not None and std.operand is not None and len(mean.operand) == len(std.operand) == 1
    ]
    if len(pairs) == len(one_by_one) == _CHANNELS and len({(m.place, s.place) for m, s in pairs}) == 1:
        return tuple(mean for mean, _ in one_by_one), tuple(std for _, std in one_by_one)
    return (pairs[0][0].operand, pairs[0][1].operand) if pairs else (None, None)


def classify(pending: Pending, steps: tuple[Step, ...]) -> SiteKind | None:
    """The kind of an arithmetic site; None for arithmetic that is no pixel map."""
    if pending.affine is None:
        if any(step.label in _FORMULA for step in steps):
            return formula_kind([step.operation for step in steps])
        if any(step.label in _EXTREMES for step in steps):
            return formula_kind([step.operation for step in steps])
        last = max(index for index, step in enumerate(steps) if step.affine is None)
        rest = whole_map(steps[last + 1 :])
        if rest in {Affine((2.0,), (-1.0,)), Affine((1.0,), (-0.5,))}:
            return "normalize"  # 2 * (x / levels) - 1
        peak = next((step for step in steps if step.label == _PEAK), None)
        if peak is not None:
            return "to_unit" if peak.operation == "divide" else "scale"
        return "scale" if pending.before.anchored else None
    kind = classify_map(pending.affine, steps, pending.before.anchored)
    return kind or (_of_one_channel(pending.affine, steps) if pending.before.channels == 1 else None)


def _of_one_channel(affine: Affine, steps: tuple[Step, ...]) -> SiteKind | None:
    """``x[:, 0] = (x[:, 0] - 0.485) / 0.229``: numbers that are known as those of a channel."""
    numbers = {round(abs(number), 4) for step in steps for number in step.operand or ()}
    if SINGLE_STATS.isdisjoint(numbers) or not any(affine.bias):
        return None
    return "normalize" if affine.gain[0] > 1 else "denormalize" if affine.gain[0] < 1 else None


def classify_map(affine: Affine, steps: tuple[Step, ...], anchored: bool) -> SiteKind | None:
    """The kind of a site with a known map, from its numbers, the names of its operands and their order."""
    labels = {step.label for step in steps if step.label in {"mean", "std"}}
    names = [step.operation for step in steps]
    gain, bias = collapse(affine.gain), collapse(affine.bias)
    if len(gain) == 1 and len(bias) == 1:
        return _scalar_kind(gain[0], bias[0], names, labels, anchored)
    return formula_kind(names)


def formula_kind(names: list[str]) -> SiteKind:
    """Normalize or denormalize, by which operation comes first."""
    for name in names:
        if name == "subtract":
            return "normalize"
        if name == "add":
            return "denormalize"
    return "denormalize" if "multiply" in names else "normalize"


def _near(value: float, target: float) -> bool:
    return abs(value - target) <= 2e-3 * abs(target)


def _scalar_kind(gain: float, bias: float, names: list[str], labels: set[str], anchored: bool) -> SiteKind | None:
    if gain == 1 and bias == 0:
        return formula_kind(names) if labels else None
    level = any(_near(gain, v) for v in _LEVELS)
    fraction = any(_near(gain, 1 / v) or _near(gain, 2 / v) for v in _LEVELS)
    if bias == 0:
        if fraction:
            return "to_unit"
        if level:
            return "scale"
        if labels:
            return formula_kind(names)
        return "scale" if anchored else None
    if labels:
        return formula_kind(names)
    if level and 0 < bias < 1:
        return "scale"
    if level or (_near(gain, 0.5) and _near(bias, 0.5)):
        return "denormalize" if bias > 0 else "normalize"
    if fraction or (_near(gain, 2) and _near(bias, -1)):
        return "normalize"
    if gain == 1 and 80 < abs(bias) < 150 and (bias != int(bias) or abs(bias) in {127, 128}):
        return "normalize" if bias < 0 else "denormalize"
    if not anchored:
        return None
    return "normalize" if bias < 0 else "denormalize"


