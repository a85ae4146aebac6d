"""Results of pure operations that are thrown away."""

from __future__ import annotations

from normlint import ir
from normlint.evaluate.machine import Machine
from normlint.immutable import replace
from normlint.values import ChannelRef, Image, Ref, Value

_PURE = frozenset({"denormalize", "normalize", "clamp", "cast", "scale", "to_unit"})


def check_discarded(run: Machine, node: ir.ExpressionStatement, value: Value, first: int) -> None:
    """Mark the observations of a bare expression statement whose result nobody keeps."""
    if isinstance(value, (Ref, ChannelRef)) or not isinstance(run.contents(value), Image):
        return
    if run.module.cells or not _is_pure(node.value):
        return
    fresh = run.log.observations[first:]
    if any(observation.kind in {"sink", "metric"} for observation in fresh):
        return
    place = run.place(node)
    for index in range(len(run.log.observations) - 1, first - 1, -1):
        observation = run.log.observations[index]
        inside = observation.place.path == place.path and observation.place.line >= place.line
        if observation.kind in _PURE and inside and len(observation.stack) == len(run.stack):
            run.log.observations[index] = replace(observation, discarded=True)
            return


def _is_pure(node: ir.Expression) -> bool:
    """Arithmetic, or a call that changes nothing: no operation in place, no ``out=``, no helper of the project."""
    while isinstance(node, ir.Call):
        if any(argument.keyword in {"out", "inplace"} for argument in node.arguments):
            return False
        function = node.function
        if not isinstance(function, ir.Attribute) or function.name.endswith("_"):
            return False
        if function.name in _CALLS:
            return len(node.arguments) <= 3  # a fourth argument of numpy's clip is its out
        node = function.value
    return isinstance(node, ir.Binary)


_CALLS = frozenset({"clamp", "clip", "clip_by_value", "astype", "byte", "div", "mul", "sub"})
