"""``x[x > 255] = 255``: a clamp written as an assignment through a mask."""

from __future__ import annotations

from normlint import ir
from normlint.evaluate.arithmetic import number_of
from normlint.evaluate.machine import Machine
from normlint.evaluate.observations import MaskClamp, Observation
from normlint.evaluate.text import text
from normlint.immutable import replace
from normlint.pixelmap import Interval
from normlint.values import Image, Ref, Step, Unknown, Value, as_image

_UPPER = frozenset({">", ">="})
_LOWER = frozenset({"<", "<="})


def assigned_mask(run: Machine, node: ir.Assign) -> bool:
    """Evaluate the assignment where it is such a clamp; False where it is something else."""
    from normlint.evaluate.assignment import held
    from normlint.evaluate.expressions import evaluate

    if len(node.targets) != 1 or not isinstance(node.targets[0], ir.Subscript):
        return False
    base, index = node.targets[0].value, node.targets[0].index
    if not isinstance(index, ir.Compare) or len(index.operators) != 1 or text(index.left) != text(base):
        return False
    receiver = evaluate(run, base)
    limit, value = number_of(evaluate(run, index.rights[0])), number_of(evaluate(run, node.value))
    relation = index.operators[0]
    if limit is None or value is None or relation not in _UPPER | _LOWER:
        return False
    place = run.place(node)

    def clamped(option: Value) -> Value:
        content = run.contents(option)
        before = content if isinstance(content, Image) else as_image(content) if isinstance(content, Unknown) else None
        run.log.mask_clamps.append(MaskClamp(place, relation, limit, value, before))
        low, high = (None, limit) if relation in _UPPER else (limit, None)
        run.observe(Observation("clamp", "mask", place, source="literal", before=before, low=low, high=high))
        if before is None:
            return option
        interval = before.interval or Interval((float("-inf"),), (float("inf"),))
        return replace(
            before, interval=interval.clamp(low, high) if value == limit else before.interval,
            step=Step("clamp", place, before.step, low=low, high=high),
        )  # fmt: skip

    after = run.each(receiver, clamped)
    if isinstance(receiver, Ref):
        run.state.set(receiver.address, run.contents(after))
    elif isinstance(base, ir.Name):
        run.bind(base.identifier, held(run, after))
    return True
