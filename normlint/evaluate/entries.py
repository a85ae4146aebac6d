"""Entry points: a module's top level, then each of its functions once with parameters nobody knows."""

from __future__ import annotations

from normlint import ir
from normlint.evaluate import failures, units
from normlint.evaluate.attributes import bind_method
from normlint.evaluate.calls import call, run_body
from normlint.evaluate.imports import module_scope
from normlint.evaluate.inherited_configs import note_inherited
from normlint.evaluate.machine import STEPS_PER_FUNCTION, STEPS_PER_MODULE, BudgetSpent, Machine, class_member, label_of
from normlint.evaluate.observations import FunctionMap, ModuleEvidence
from normlint.evaluate.outlines import Outline
from normlint.evaluate.scopes import Frame
from normlint.evaluate.serving import chain_of
from normlint.evaluate.units import Unit
from normlint.immutable import replace
from normlint.pixelmap import IDENTITY
from normlint.places import Place
from normlint.purposes import TELLING
from normlint.values import (
    ALWAYS,
    ClassValue,
    Constant,
    DictCell,
    External,
    FunctionValue,
    Image,
    InstanceCell,
    ListCell,
    Ref,
    TupleValue,
    Unknown,
    Value,
    Vector,
)

MOST_NESTED = 400


def evaluate_module(run: Machine, path: str) -> Unit | None:
    """Evaluate everything that a module of the project defines; observations end up in the log of its unit.

    What is changed meanwhile is forgotten afterwards, so that no module sees what another one's functions did.
    """
    scope = module_scope(run, path)
    if scope is None:
        return None
    unit = units.body_of(path, run.tops.units[path])
    outer, run.state = run.state, run.root.fork()
    run.views, run.altered = dict(run.lasting_views), dict(run.lasting_altered)
    scopes = len(run.scopes)
    try:
        with units.within(run, unit):
            units.ask_for(run, path)
            try:
                _open_module(run, path, scope)
            except Exception as error:
                failures.note(run, Place(path, 1, 1, 1, 1), error)
    finally:
        run.state, run.views, run.altered = outer, run.lasting_views, run.lasting_altered
        run.forget_scopes(scopes, unit.numbering)
    return unit


def _open_module(run: Machine, path: str, scope: int) -> None:
    outline = run.outlines[path]
    _run_program(run, outline, scope)
    note_inherited(run, path, scope)
    run.log.modules.append(
        ModuleEvidence(
            path, run.words.get(path, frozenset()) & TELLING, frozenset(run.imported.get(path, ())), outline.has_work,
            outline.serves,
        )
    )
    for name in outline.defined:
        value = run.state.get((scope, name))
        if isinstance(value, FunctionValue) and value.module == path:
            open_function(run, value)
        elif isinstance(value, ClassValue) and value.module == path:
            open_class(run, value)
    for _ in range(MOST_NESTED):
        waiting = run.defined.get(path)
        if not waiting:
            break
        place, function = waiting.popitem()
        if place not in run.entered:
            open_function(run, function)


def _run_program(run: Machine, outline: Outline, scope: int) -> None:
    """Run what a module does where it is started, not imported."""
    from normlint.evaluate.statements import run_block

    run.steps_left, run.depth, run.guard, run.stack, run.frames = STEPS_PER_MODULE, 0, ALWAYS, [], [Frame(None)]
    try:
        with run.inside(scope):
            for statement in outline.program:
                run_block(run, (statement,))
    except BudgetSpent:
        pass  # counted in the log; the rest of the program stays unseen
    finally:
        run.frames = []


def open_class(run: Machine, cls: ClassValue) -> None:
    """Make one object with unknown arguments, and call each method on it."""
    instance = run.allocate(InstanceCell(cls))
    initializer, owner = class_member(cls, "__init__")
    if isinstance(initializer, FunctionValue):
        bound = bind_method(initializer, instance, owner)
        if isinstance(bound, FunctionValue):
            open_function(run, bound)
    for name, member in cls.members:
        if isinstance(member, FunctionValue) and name != "__init__":
            bound = bind_method(member, instance, cls)
            if isinstance(bound, FunctionValue):
                open_function(run, bound)
        elif isinstance(member, ClassValue) and member.module == cls.module:
            open_class(run, member)
    chain = chain_of(cls)
    if chain is not None:
        _serve(run, cls, instance, chain)


def _serve(run: Machine, cls: ClassValue, instance: Ref, chain: tuple[str, str]) -> None:
    """What a server does with a request: the second method gets what the first one makes of it."""
    first, second = (cls.member(name) for name in chain)
    if not isinstance(first, FunctionValue) or not isinstance(second, FunctionValue):
        return
    run.steps_left, run.depth = STEPS_PER_FUNCTION, 0
    run.guard, run.stack, run.scope = ALWAYS, [], first.scope
    try:
        made = call(run, bind_method(first, instance, cls), (run.unknown("parameter", "data"),), (), first.place)
        call(run, bind_method(second, instance, cls), (made,), (), second.place)
    except BudgetSpent:
        pass  # counted in the log


def open_function(run: Machine, function: FunctionValue) -> None:
    """Evaluate a function with unknown parameters; numeric defaults stand for what most callers pass."""
    if not run.matters(function) and function.name != "__init__":
        return
    run.steps_left, run.depth = STEPS_PER_FUNCTION, 0
    run.guard, run.stack = ALWAYS, []
    frame = Frame(function)
    scope = run.new_scope(function.scope, run.scopes[function.scope].module, "function", function.name)
    for index, (parameter, default) in enumerate(zip(function.parameters, function.defaults, strict=True)):
        if index == 0 and function.receiver is not None:
            run.bind(parameter.name, function.receiver, scope)
            continue
        annotated = annotated_object(run, function, parameter) if default is None else None
        run.bind(parameter.name, annotated or open_parameter(run, parameter, default), scope)
        if default is not None:
            with run.inside(scope):
                from normlint.evaluate.assignment import observe_constant

                observe_constant(run, parameter.name, default, ir.Name(parameter.span, parameter.name))
    run.frames, outer = [frame], run.state
    run.state = outer.fork()
    run.entered.add(function.place)
    try:
        _observe_map(run, function, run_body(run, function, scope, frame))
    except BudgetSpent:
        pass  # counted in the log; the rest of the function stays unseen
    except Exception as error:
        failures.note(run, function.place, error)
    finally:
        run.frames = []
        run.scope = function.scope
        outer.absorb(run.state)
        run.state = outer


def annotated_object(run: Machine, function: FunctionValue, parameter: ir.Parameter) -> Value | None:
    """An object of the project's class that a parameter is annotated with, made with that class's own defaults."""
    from normlint.evaluate.expressions import evaluate

    if not isinstance(parameter.annotation, (ir.Name, ir.Attribute)):
        return None
    with run.inside(function.scope):
        cls = evaluate(run, parameter.annotation)
    if not isinstance(cls, ClassValue):
        return None
    key = ("annotated", cls.place)
    known = run.remembered.get(key)
    if isinstance(known, Ref) and isinstance(run.cell(known), InstanceCell):
        return known
    instance = run.allocate(InstanceCell(cls))
    run.remembered[key] = instance
    initializer, owner = class_member(cls, "__init__")
    if isinstance(initializer, FunctionValue):
        run.muted += 1
        try:
            call(run, bind_method(initializer, instance, owner), (), (), function.place)
        finally:
            run.muted -= 1
    return instance


def _observe_map(run: Machine, function: FunctionValue, result: Value) -> None:
    """Log a function that does nothing but map a parameter's values."""
    image = run.contents(result)
    if not isinstance(image, Image) or image.origin.kind != "parameter" or image.map is None or image.map == IDENTITY:
        return
    if any(parameter.name == image.origin.name for parameter in function.parameters):
        body = function.body
        last = run.scopes[function.scope].module.place((body[-1] if isinstance(body, tuple) else body).span).end_line
        owner = function.owner.name if function.owner is not None else ""
        run.log.function_maps.append(FunctionMap(function.name, owner, function.place, image.map, last))


def open_parameter(run: Machine, parameter: ir.Parameter, default: Value | None) -> Value:
    if parameter.kind == "*":
        return run.allocate(ListCell((), open=True))
    if parameter.kind == "**":
        return run.allocate(DictCell((), open=True))
    unknown = Unknown(run.unknown("parameter", parameter.name).origin, label_of(parameter.name))
    if default is None:
        return unknown
    content = run.contents(default)
    match content:
        case Constant(value=str() as text):
            return replace(unknown, text=text)
        case Constant(value=bool() | None):
            return unknown
        case Constant() | Vector() | TupleValue() | External():
            from normlint.evaluate.expressions import named

            return named(run, parameter.name, default)
        case ListCell(items=items) if items:
            return default if isinstance(default, Ref) else unknown
        case DictCell(items=items, open=True) if items:  # a config that is handed in by name
            return default
    return unknown
