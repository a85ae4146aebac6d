"""Config entries that are objects: what ``hydra.utils.instantiate`` makes of a ``_target_``."""

from __future__ import annotations

from normlint.evaluate import imports
from normlint.evaluate.machine import Machine
from normlint.places import Place
from normlint.values import Constant, DictCell, External, ListCell, ModuleValue, Partial, TupleValue, Value

Named = tuple[tuple[str, Value], ...]
_DEEPEST = 8


def instantiate(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    """``instantiate(cfg.transform, size=224)``: the class by its import path, called with the other keys."""
    return _made(run, values[0], named, place, _DEEPEST) if values else run.unknown("output", "instantiate", place)


def _made(run: Machine, value: Value, given: Named, place: Place, depth: int) -> Value:
    from normlint.evaluate.calls import call

    content = run.contents(value)
    if depth == 0:
        return run.unknown("output", "instantiate", place)
    if isinstance(content, (ListCell, TupleValue)) and any(isinstance(run.contents(i), DictCell) for i in content.items):
        made = tuple(_made(run, item, (), place, depth - 1) for item in content.items)
        return run.allocate(ListCell(made, isinstance(content, ListCell) and content.open))
    if not isinstance(content, DictCell):
        return value
    target = content.get("_target_")
    if not isinstance(target, Constant) or not isinstance(target.value, str):
        return value if not given else run.unknown("output", "instantiate", place)
    arguments = {
        key: _made(run, item, (), place, depth - 1)
        for key, item in content.items
        if isinstance(key, str) and not (key.startswith("_") and key.endswith("_"))
    }
    arguments.update(given)
    function = named_by(run, target.value)
    partial = content.get("_partial_")
    if isinstance(partial, Constant) and partial.value is True:
        return Partial(function, (), tuple(arguments.items()))
    return call(run, function, (), tuple(arguments.items()), place)


def named_by(run: Machine, dotted: str) -> Value:
    """What an import path in a string names: a member of a module of the project, or a library's name."""
    from normlint import ir
    from normlint.evaluate.attributes import attribute, external
    from normlint.places import Span

    parts = dotted.split(".")
    for count in range(len(parts), 0, -1):
        path = imports.resolve(run, ".".join(parts[:count]), 0)
        if path is None:
            continue
        found: Value = ModuleValue(path)
        for name in parts[count:]:
            if isinstance(found, ModuleValue):
                run.unit.any_name.add(found.path)
            found = attribute(run, found, name, ir.EllipsisLiteral(Span(0, 0, 0, 0)))
        return found
    return external(run, dotted)


def imported(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    """``importlib.import_module("torchvision.transforms")``"""
    name = values[0].value if values and isinstance(values[0], Constant) else None
    if not isinstance(name, str) or name.startswith("."):
        return run.unknown("output", "import_module", place)
    path = imports.resolve(run, name, 0)
    return ModuleValue(path) if path is not None else External(name)
