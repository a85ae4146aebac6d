"""Registries: functions and classes that a decorator, or the project's own code, keeps under a name for a later call."""

from __future__ import annotations

from normlint import ir
from normlint.evaluate.machine import Machine, class_member
from normlint.evaluate.trial import unheard
from normlint.values import (
    Bound,
    ClassValue,
    DictCell,
    FunctionValue,
    InstanceCell,
    ListCell,
    Partial,
    Ref,
    TupleValue,
    Value,
)

_LONGEST = 12  # statements of a function that looks something up, or of a decorator that registers it
_MOST_NAMES = 40
# Of one decorator: one of timm, which notes a model in seven tables, takes 300; what takes thousands writes documentation.
_MOST_STEPS = 1_000


def decorate(run: Machine, value: Value, decorators: tuple[ir.Expression, ...]) -> None:
    """Call the project's own decorators for what they write down; what they give back is taken for ``value`` itself."""
    for decorator in reversed(decorators):
        root = decorator
        while isinstance(root, (ir.Call, ir.Attribute)):
            root = root.function if isinstance(root, ir.Call) else root.value
        known, _ = run.lookup(root.identifier) if isinstance(root, ir.Name) else (None, None)
        if not isinstance(known, (FunctionValue, ClassValue, Ref)) or run.decorating:
            continue
        from normlint.evaluate.calls import call
        from normlint.evaluate.expressions import evaluate

        run.decorating += 1
        try:
            with unheard(run, _MOST_STEPS):
                made = evaluate(run, decorator)
                if isinstance(made, (FunctionValue, Partial, Bound)):
                    call(run, made, (value,), (), run.place(decorator))
        finally:
            run.decorating -= 1


def registers(run: Machine, function: FunctionValue) -> bool:
    """Whether a call is part of a decorator, and short enough to be one that writes something down."""
    return run.decorating > 0 and function.is_within(_LONGEST)


def begins(function: FunctionValue) -> bool:
    """Whether a call makes an object with an empty dict, which may become a registry."""
    if function.name != "__init__" or not function.is_within(_LONGEST) or not isinstance(function.body, tuple):
        return False
    return any(isinstance(statement, ir.Assign) and _is_empty_dict(statement.value) for statement in function.body)


def _is_empty_dict(node: ir.Expression) -> bool:
    match node:
        case ir.Mapping(keys=()):
            return True
        case ir.Call(function=ir.Name(identifier="dict" | "OrderedDict"), arguments=()):
            return True
    return False


def looks_up(run: Machine, function: FunctionValue) -> bool:
    """Whether a short function mentions a dict of functions or classes, or what else its object holds to be called."""
    if not function.is_within(_LONGEST):
        return False
    mentioned = run.mentioned(function)
    if len(mentioned) > _MOST_NAMES:
        return False
    receiver = run.contents(function.receiver) if function.receiver is not None else None
    held = receiver.attributes if isinstance(receiver, InstanceCell) else ()
    if any(name in mentioned and (_is_table(run, value) or _is_called(run, value)) for name, value in held):
        return True
    cls = receiver.cls if isinstance(receiver, InstanceCell) else receiver
    if isinstance(cls, ClassValue) and any(name in mentioned and _is_table(run, value) for name, value in cls.members):
        return True
    with run.inside(function.scope):
        return any(_is_table(run, value) for name in mentioned if isinstance(value := run.lookup(name)[0], Ref))


def _is_table(run: Machine, value: Value) -> bool:
    cell = run.cell(value) if isinstance(value, Ref) else None
    return isinstance(cell, DictCell) and any(isinstance(item, (FunctionValue, ClassValue)) for _, item in cell.items[:4])


def _is_called(run: Machine, value: Value) -> bool:
    """A function of the project, or several in a list or tuple, as an attribute."""
    if isinstance(value, FunctionValue):
        return True
    content = run.contents(value)
    return isinstance(content, (ListCell, TupleValue)) and any(
        isinstance(item, (FunctionValue, Partial)) for item in content.items[:4]
    )


def hands_over(run: Machine, values: tuple[Value, ...]) -> bool:
    """Whether a function that says something about pixel values, or a class of such, is handed to another one."""
    return any(
        (isinstance(value, FunctionValue) and value.name_span is not None and run.matters(value))
        or (isinstance(value, ClassValue) and value.name in run.relevant_names and class_member(value, "__call__")[0] is not None)
        for value in values
    )
