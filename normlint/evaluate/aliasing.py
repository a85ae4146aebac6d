"""Operations in place that change the array of whoever called: followed until the caller reads that array again."""

from __future__ import annotations

from normlint import ir
from normlint.evaluate.machine import Machine
from normlint.evaluate.observations import AliasedChange
from normlint.immutable import dataclass
from normlint.places import Place
from normlint.values import Alternatives, Constant, FunctionValue, Guard, Image, Ref, Value

# What is asked of an array without looking at its values.
_METADATA = frozenset({"shape", "size", "dtype", "ndim", "device", "itemsize", "layout"})
# Copies when they are kept; without a name they leave the array as it was.
_COPIES = frozenset({"astype", "float", "double", "to", "copy", "clone", "type"})


@dataclass(frozen=True, slots=True)
class Altered:
    """A name of the caller whose array a call changed."""

    place: Place
    function: str
    call: Place
    guard: Guard


def changed_cell(run: Machine, receiver: Value, before: object, after: object, place: Place) -> None:
    """Remember that the pixels of a cell were changed in place, for the calls that are under way."""
    if not run.frames or not isinstance(receiver, Ref) or not isinstance(before, Image) or not isinstance(after, Image):
        return
    step = after.step
    scales = step is not None and step is not before.step and (step.affine is not None or step.operation == "clamp")
    if scales and before.dtype != "uint8" and (before.step is not None or before.anchored):
        address: int | None = receiver.address
        while address is not None:
            run.frames[-1].changed.setdefault(address, place)
            address = run.views.get(address)


def view_of(run: Machine, value: Value, image: Image, certain: bool = True) -> Value:
    """An array that shares its memory with the one that ``value`` refers to; or a copy, where that is not certain."""
    if not isinstance(value, Ref):
        return image
    if certain and run.contents(value) == image:
        return value
    view = run.allocate(image)
    if certain:
        run.views[view.address] = value.address
    return view


def leave(run: Machine, function: FunctionValue, changed: dict[int, Place], result: Value) -> None:
    """At the end of a call: hand what it changed to the caller, where the change is not what the call is for."""
    if run.frames:
        for address, place in changed.items():
            run.frames[-1].changed.setdefault(address, place)
    meant = function.name.endswith("_") or "place" in function.name.lower() or run.contents(result) == Constant(None)
    run.touched = {} if meant else {address: (place, function.name) for address, place in changed.items()}


def watch(run: Machine, node: ir.Call, place: Place) -> None:
    """After a call: the names among its arguments whose arrays it changed."""
    touched, run.touched = run.touched, {}
    for argument in node.arguments if touched else ():
        if not isinstance(argument.value, ir.Name) or argument.star:
            continue
        name = argument.value.identifier
        value, _ = run.lookup(name)
        if isinstance(value, Ref) and value.address in touched:
            where, function = touched[value.address]
            run.altered[run.scope_of(name), name] = Altered(where, function, place, run.guard)


def read(run: Machine, node: ir.Name) -> None:
    """A name is read: if its array was changed by a call before, that is the mistake."""
    from normlint.evaluate.guards import compatible

    altered = run.altered.get((run.scope_of(node.identifier), node.identifier))
    if altered is None or run.muted or run.dormant:
        return
    used = run.place(node)
    later = used.path == altered.call.path and (used.line, used.column) > (altered.call.end_line, altered.call.end_column)
    if later and compatible(run.guard, altered.guard):
        run.log.aliased.append(
            AliasedChange(altered.place, node.identifier, altered.function, altered.call, used, stack=tuple(run.stack))
        )


def asks_metadata(node: ir.Attribute) -> bool:
    """``image.shape``: the values do not matter."""
    return node.name in _METADATA and isinstance(node.value, ir.Name)


def forget(run: Machine, call: Place) -> None:
    """A call whose result nobody keeps is made for what it changes."""
    for key in [key for key, altered in run.altered.items() if altered.call == call]:
        del run.altered[key]


def discarded_copy(run: Machine, node: ir.Expression, place: Place) -> None:
    """``image.astype(np.float32)`` as a statement, on a parameter: the author took the name for a copy from here on."""
    if not run.frames or not isinstance(node, ir.Call) or not isinstance(node.function, ir.Attribute):
        return
    base, function = node.function.value, run.frames[-1].function
    if node.function.name not in _COPIES or not isinstance(base, ir.Name) or function is None:
        return
    if any(parameter.name == base.identifier for parameter in function.parameters):
        run.frames[-1].copies[base.identifier] = place


def changes_parameter(run: Machine, node: ir.AugmentedAssign, current: Value) -> None:
    """``image *= 255`` after such a statement changes the caller's array."""
    if not run.frames or not isinstance(node.target, ir.Name) or run.muted or run.dormant:
        return
    frame, name = run.frames[-1], node.target.identifier
    copied = frame.copies.get(name)
    if copied is None or frame.function is None or isinstance(run.contents(current), (Constant, Alternatives)):
        return
    run.log.aliased.append(AliasedChange(run.place(node), name, frame.function.name, copied=copied))
