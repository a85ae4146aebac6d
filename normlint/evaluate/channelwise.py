"""A name that is used channel by channel (``x[:, 0]``, ``for t, m, s in zip(x, mean, std)``) holds an image.

Until then an unknown value has no cell of its own, and an operation on one of its channels would be lost.
"""

from __future__ import annotations

from normlint import ir
from normlint.evaluate.machine import Machine, label_of
from normlint.evaluate.parameters import vector_of
from normlint.values import Bound, Constant, External, Slicing, TupleValue, Unknown, Value, as_image


def seen_as_image(run: Machine, node: ir.Expression, value: Value) -> Value:
    """A reference to a new cell of the name, where its value was unknown; everything else as it is."""
    if not isinstance(node, ir.Name) or not isinstance(value, Unknown) or value.label:
        return value
    scope = run.scope_of(node.identifier)
    if not scope or run.scopes[scope].kind == "class":
        return value
    reference = run.allocate(as_image(value))
    run.bind(node.identifier, reference, scope)
    return reference


def is_channelwise(run: Machine, index: Value) -> bool:
    """``[:, 0]``, ``[..., 2]``, ``[:, :, i]``, ``[..., ::-1]``: whole axes, and one channel or all of them reversed."""
    if not isinstance(index, TupleValue) or not 2 <= len(index.items) <= 4:
        return False
    whole = [item for item in index.items if _whole(item)]
    rest = [item for item in index.items if not _whole(item)]
    return len(whole) == len(index.items) - 1 and (
        (isinstance(rest[0], Constant) and isinstance(rest[0].value, int) and -4 <= rest[0].value < 4)
        or (isinstance(rest[0], Slicing) and rest[0].step is not None and rest[0].lower is None and rest[0].upper is None)
    )  # fmt: skip


def _whole(part: Value) -> bool:
    if part == External("builtins.Ellipsis"):
        return True
    return isinstance(part, Slicing) and part.lower is None and part.upper is None and part.step is None


def changed_in_place(run: Machine, node: ir.Call, function: Value) -> Value:
    """``x.sub_(...)``: the method of the cell that the name now has."""
    if not isinstance(function, Bound) or not isinstance(node.function, ir.Attribute) or not function.name.endswith("_"):
        return function
    if run.catalogue.method(function.name[:-1]) is None:
        return function
    return Bound(seen_as_image(run, node.function.value, function.receiver), function.name)


def told_to_change(
    run: Machine, node: ir.Call, values: tuple[Value, ...], named: tuple[tuple[str, Value], ...]
) -> tuple[Value, ...]:
    """The arguments of ``normalize(x, mean, std, inplace=True)`` with the image in a cell."""
    if not values or not any(name == "inplace" and getattr(value, "value", None) is True for name, value in named):
        return values
    return (seen_as_image(run, node.arguments[0].value, values[0]), *values[1:])


def zipped_with_stats(run: Machine, node: ir.Call, values: tuple[Value, ...]) -> tuple[Value, ...]:
    """The arguments of ``zip(image, mean, std)`` with the image in a cell."""
    arguments = [argument.value for argument in node.arguments]
    if len(values) not in {2, 3} or len(arguments) != len(values) or not any(_holds_stats(run, value) for value in values[1:]):
        return values
    return (seen_as_image(run, arguments[0], values[0]), *values[1:])


def _holds_stats(run: Machine, value: Value) -> bool:
    content = run.contents(value)
    if isinstance(content, Unknown):
        return content.label in {"mean", "std"} or label_of(content.origin.name) in {"mean", "std"}
    vector = vector_of(run, value)
    return vector is not None and len(vector.numbers) == 3
