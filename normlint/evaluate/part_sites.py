"""Sites inside and across arithmetic: the steps of one expression, and one map written in several statements.

``(x + 1) / 2 * 255`` is a denormalize to 0..1 and a scaling; ``x / 255``, ``x - 0.5`` and ``x * 2`` in three statements are a
normalize that begins in the first. Both are listed beside the site of the expression itself, and no rule judges them.
"""

from __future__ import annotations

from normlint.evaluate.machine import Machine
from normlint.evaluate.observations import Observation
from normlint.pixelmap import IDENTITY, Affine, Numbers, collapse
from normlint.sites import SiteKind
from normlint.values import Image, Step

_ARITHMETIC = frozenset({"add", "subtract", "multiply", "divide", "mirrored-subtract"})
_LINES_APART = 3
_MOST_STEPS = 8


def whole_map(steps: tuple[Step, ...]) -> Affine | None:
    """The map of steps that are all affine; None otherwise."""
    whole: Affine | None = IDENTITY
    for step in steps:
        if step.affine is None or whole is None:
            return None
        whole = whole.then(step.affine)
    return whole


def observe_parts(run: Machine, before: Image, after: Image, steps: tuple[Step, ...]) -> None:
    """List the first half of an expression that comes by 0..1 in the middle, and the second where it is a scaling."""
    for cut in range(1, len(steps)):
        first, second = whole_map(steps[:cut]), whole_map(steps[cut:])
        if first is None or second is None:
            return
        kind = _to_unit(first)
        if kind is None or second == IDENTITY:
            continue
        scales = _scalar(second, 255, 0)
        if kind == "denormalize" and not scales:
            continue
        place = steps[cut - 1].place
        run.observe(Observation(kind, "arithmetic", place, first, source="literal", before=before, helper=True))
        if scales:
            run.observe(Observation("scale", "arithmetic", steps[-1].place, second, source="literal", after=after, helper=True))
        return


def _to_unit(affine: Affine) -> SiteKind | None:
    if _scalar(affine, 1 / 255, 0):
        return "to_unit"
    return "denormalize" if _scalar(affine, 0.5, 0.5) else None


def _scalar(affine: Affine, gain: float, bias: float) -> bool:
    numbers = collapse(affine.gain), collapse(affine.bias)
    return all(len(n) == 1 and abs(n[0] - wanted) <= 1e-4 * abs(gain) for n, wanted in zip(numbers, (gain, bias), strict=True))


def earlier_statements(before: Image, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The arithmetic on the same image in the statements just above, and these steps; empty where there is none above."""
    found = list(steps)
    step = before.step if before.channels != 1 else None
    while step is not None and step.operation in _ARITHMETIC and step.affine is not None and len(found) < _MOST_STEPS:
        near, here = step.place, found[0].place
        first = len(found) == len(steps)
        if near.path != here.path or not first <= here.line - near.line <= _LINES_APART or near in {s.place for s in found}:
            break
        found.insert(0, step)
        step = step.previous
    return tuple(found) if len(found) > len(steps) else ()


def observe_statements(run: Machine, kind: SiteKind, after: Image, steps: tuple[Step, ...]) -> None:
    """List the map of several statements where the first of them stands."""
    affine = whole_map(steps)
    if affine is None or kind not in {"normalize", "denormalize"}:
        return
    mean, std = stats_of(affine) if kind == "normalize" else (None, None)
    labels = tuple((step.operation, step.label) for step in steps)
    run.observe(
        Observation(
            kind, "statements", steps[0].place, affine, mean, std, source="literal", after=after, labels=labels, helper=True,
        )
    )  # fmt: skip


def stats_of(affine: Affine) -> tuple[Numbers | None, Numbers | None]:
    """The mean and std of a map, in the units of its input."""
    if 0 in affine.gain:
        return None, None
    bias = affine.bias * len(affine.gain) if len(affine.bias) == 1 else affine.bias
    gain = affine.gain * len(bias) if len(affine.gain) == 1 else affine.gain
    return tuple(-b / g for b, g in zip(bias, gain, strict=True)), tuple(1 / g for g in gain)
