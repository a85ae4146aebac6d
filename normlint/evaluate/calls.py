"""Calls: functions, classes and instances of the project are evaluated with the caller's values."""

from __future__ import annotations

import re
from collections.abc import Iterable

from normlint import ir
from normlint.evaluate import aliasing, following, records, repetition, weights
from normlint.evaluate.attributes import bind_method
from normlint.evaluate.channelwise import changed_in_place, told_to_change, zipped_with_stats
from normlint.evaluate.constants import constant_site
from normlint.evaluate.emission import flush
from normlint.evaluate.feeding import record_call, record_construction, record_method, sampled
from normlint.evaluate.guards import alternatives
from normlint.evaluate.helper_sites import entering_images, observe_helper
from normlint.evaluate.machine import DEEPEST_CALL, BudgetSpent, Machine, class_member
from normlint.evaluate.memory import Remembered, key_of, origins_of, recalled, sunk_by
from normlint.evaluate.paths import with_text
from normlint.evaluate.returned_orders import observe_returns
from normlint.evaluate.scopes import Frame
from normlint.immutable import replace
from normlint.places import Place
from normlint.roles import role_of
from normlint.values import (
    Alternatives,
    Bound,
    ClassValue,
    Composition,
    Constant,
    DictCell,
    External,
    FunctionValue,
    Image,
    InstanceCell,
    ListCell,
    Network,
    Partial,
    Ref,
    Transform,
    TupleValue,
    Unknown,
    Value,
    as_image,
)

_LEAST_STEPS = 400
Named = tuple[tuple[str, Value], ...]
_KEY = re.compile(r"[A-Za-z][\w-]*")  # a name in a registry; no path
WEIGHT_SUFFIXES = (".caffemodel", ".pb", ".t7", ".onnx", ".weights", ".pth", ".pt")


def call_node(run: Machine, node: ir.Call) -> Value:
    from normlint.evaluate.expressions import evaluate

    for argument in node.arguments:
        if argument.star == "**" and isinstance(argument.value, (ir.Name, ir.Attribute, ir.Subscript)):
            given = evaluate(run, argument.value)
            if isinstance(run.contents(given), Alternatives):  # what is called often depends on the same condition
                return run.each(given, lambda _: _call(run, node))
    return _call(run, node)


def _call(run: Machine, node: ir.Call) -> Value:
    from normlint.evaluate.expressions import evaluate

    function = changed_in_place(run, node, evaluate(run, node.function))
    is_library = isinstance(function, External) and run.catalogue.lookup(function.dotted) is not None
    positional, named = _arguments(run, node, is_library)
    if is_library:
        positional = told_to_change(run, node, positional, named)
    if function == External("builtins.zip"):
        positional = zipped_with_stats(run, node, positional)
    place = run.place(node)
    run.touched = {}
    result = run.each(function, lambda option: _recorded(run, option, positional, named, place))
    if run.touched:
        aliasing.watch(run, node, place)
    if isinstance(node.function, (ir.Name, ir.Attribute)) and _is_transform(function):
        observe_helper(run, _name(node.function), entering_images(run, positional), result, place, (), run.numbering.last)
    return result


def _recorded(run: Machine, function: Value, positional: tuple[Value, ...], named: Named, place: Place) -> Value:
    result = call(run, function, positional, named, place)
    record_call(run, function, positional, named, result, place)
    result = with_text(run, function, positional, weights.record(run, function, positional, named, result, place))
    return sampled(run, function, result, place)


def _is_transform(function: Value) -> bool:
    if isinstance(function, Alternatives):
        return any(isinstance(option, (Transform, Composition)) for _, option in function.options)
    return isinstance(function, (Transform, Composition))


def _name(node: ir.Name | ir.Attribute) -> str:
    return node.identifier if isinstance(node, ir.Name) else node.name


def _arguments(run: Machine, node: ir.Call, is_library: bool) -> tuple[tuple[Value, ...], Named]:
    from normlint.evaluate.expressions import evaluate
    from normlint.evaluate.iteration import items_of

    positional: list[Value] = []
    named: list[tuple[str, Value]] = []
    for argument in node.arguments:
        value = evaluate(run, argument.value)
        if argument.star == "*":
            spread = items_of(run, value)
            if spread is None:
                named.append(("*", value))
            else:
                positional.extend(spread)
        elif argument.star == "**":
            content = run.contents(value)
            if isinstance(content, DictCell):
                named.extend((key, item) for key, item in content.items if isinstance(key, str))
            if not isinstance(content, DictCell) or content.open:
                named.append(("**", value))
        elif argument.keyword is not None:
            named.append((argument.keyword, value))
            if not is_library:
                constant_site(run, argument.keyword, value, run.place(argument), handed_on=True)
        else:
            positional.append(value)
            if isinstance(argument.value, (ir.Name, ir.Attribute)) and len(_name(argument.value)) > 4:
                if isinstance(argument.value, ir.Attribute) or argument.value.identifier.isupper():
                    constant_site(run, _name(argument.value), value, run.place(argument))
    return tuple(positional), tuple(named)


def call(run: Machine, function: Value, positional: tuple[Value, ...], named: Named, place: Place) -> Value:
    """The result of a call; whatever is not known to be callable gives an unknown output."""
    # Imported branch by branch: a name taken from the package itself would cost more than the rest of this function.
    match function:
        case FunctionValue():
            return call_function(run, function, positional, named, place)
        case ClassValue():
            return instantiate(run, function, positional, named, place)
        case External(dotted=dotted):
            from normlint.evaluate.builtin_functions import call_builtin, known

            if known(dotted):
                return call_builtin(run, dotted, positional, named, place)
            from normlint.evaluate.library import call_library

            return call_library(run, dotted, positional, named, place)
        case Transform() | Composition():
            if not positional and not named:
                return run.unknown()
            from normlint.evaluate import metrics
            from normlint.evaluate.library import apply_transform

            entry = metrics.entry_of(run, function) if isinstance(function, Transform) else None
            if isinstance(function, Transform) and entry is not None:
                return metrics.call(run, function, entry, positional, named, place)
            first = positional[0] if positional else named[0][1]
            return apply_transform(run, function, flush(run, first), place)
        case Partial(function=inner, positional=given, named=before):
            names = {name for name, _ in named}
            merged = (*(item for item in before if item[0] not in names), *named)
            return call(run, inner, (*given, *positional), merged, place)
        case Bound():
            from normlint.evaluate.methods import call_method

            return call_method(run, function, positional, named, place)
        case Network():
            from normlint.evaluate.networks import give

            return give(run, function, positional, named, place)
        case Ref():
            content = run.contents(function)
            if isinstance(content, InstanceCell):
                for name in ("__call__", "forward", "call"):
                    found, owner = class_member(content.cls, name)
                    if found is not None:
                        return call(run, bind_method(found, function, owner), positional, named, place)
    flush_all(run, positional, named)
    name = function.origin.name if isinstance(function, Unknown) else ""
    maker = function.origin.maker if isinstance(function, Unknown) else ""
    return run.unknown("output", name, place, maker=maker)


def flush_all(run: Machine, positional: Iterable[Value], named: Named = ()) -> None:
    for value in positional:
        flush(run, value)
    for _, value in named:
        flush(run, value)


def call_function(
    run: Machine, function: FunctionValue, positional: tuple[Value, ...], named: Named, place: Place
) -> Value:
    """Evaluate a function of the project at a call; bounded in depth, never recursive."""
    positional = tuple(run.settled(flush(run, value)) for value in positional)
    named = tuple((name, run.settled(flush(run, value))) for name, value in named)
    defined = function.place
    recursive = any(f.function is not None and f.function.place == defined for f in run.frames)
    entering = (*positional, *(value for _, value in named))
    record_method(run, function, entering, place)
    if recursive or len(run.stack) >= DEEPEST_CALL or not following.is_followed(run, function, entering):
        return _not_followed(run, function, positional, named, place)
    split = _looped_over(run, function, positional)
    if split is not None:
        return _one_by_one(run, function, split, positional, named, place)
    given = positional if function.receiver is None else (function.receiver, *positional)
    images = entering_images(run, entering)
    key = key_of(run, function, entering)
    key = None if key is None else (key, tuple(name for name, _ in named), len(positional))
    known = run.remembered.get(key) if key is not None else None
    if isinstance(known, Remembered):
        result = recalled(run, known, entering)
        observe_helper(run, function.name, images, result, place, known.sunk, known.born)
        return result
    told = repetition.begin(run, function, entering)
    if told is not None and repetition.is_quiet(run, function):
        return _not_followed(run, function, positional, named, place)
    log = run.log.dormant if run.dormant else run.log.observations
    first, born = len(log), run.numbering.last
    frame = Frame(function, outer_guard=run.guard)
    scope = run.new_scope(function.scope, run.scopes[function.scope].module, "function", function.name)
    bind_parameters(run, function, scope, given, named)
    before = origins_of(run, entering)
    run.frames.append(frame)
    run.stack.append(place)
    if not run.dormant:
        run.entered.add(function.place)
    # A call may use up half of what is left: what a costly one would have said must not cost the rest of its caller.
    left, share = run.steps_left, run.steps_left // 2
    run.steps_left = share
    depth = run.depth
    try:
        result = run_body(run, function, scope, frame)
    except BudgetSpent:
        if left < _LEAST_STEPS:
            raise
        key, run.depth = None, depth
        result = run.unknown("output", function.name, place)
        for value in entering:  # nobody knows what it has done to them so far
            if isinstance(value, Ref) and isinstance(run.cell(value), (Image, Alternatives)):
                run.state.set(value.address, as_image(run.unknown("output", function.name, place)))
    finally:
        run.steps_left = left - (share - run.steps_left)
        run.frames.pop()
        run.stack.pop()
    if isinstance(result, Unknown) and result.origin.kind == "output":
        result = replace(result, origin=replace(result.origin, maker=maker_of(function, positional)))
    elif isinstance(result, Network):
        result = replace(result, maker=maker_of(function, positional))
    if frame.changed:
        aliasing.leave(run, function, frame.changed, result)
    if told is not None:
        repetition.end(run, function, result, told)
    sunk = sunk_by(log[first:], images)
    observe_helper(run, function.name, images, result, place, sunk, born)
    if key is not None and not run.dormant:
        run.remembered[key] = Remembered(result, run.contents(result), before, sunk, born)
    return result


def _not_followed(
    run: Machine, function: FunctionValue, positional: tuple[Value, ...], named: Named, place: Place
) -> Value:
    """What a function gives back that nobody has looked into."""
    name = file_among(run, positional, named) or function.name
    return run.unknown("output", name, place, maker=maker_of(function, positional))


def _looped_over(run: Machine, function: FunctionValue, positional: tuple[Value, ...]) -> int | None:
    """Which argument is one of several images, where the function has a loop, whose passes change it in place."""
    if not isinstance(function.body, tuple) or not any(isinstance(statement, ir.For) for statement in function.body):
        return None
    for index, value in enumerate(positional):
        content = run.contents(value)
        if isinstance(content, Alternatives) and all(
            isinstance(run.contents(option), (Image, Unknown)) for _, option in content.options
        ):
            return index
    return None


def _one_by_one(
    run: Machine, function: FunctionValue, split: int, positional: tuple[Value, ...], named: Named, place: Place
) -> Value:
    """The call for each image that an argument may be; what the function does to it in place is joined again."""
    argument = positional[split]

    def call_with(option: Value) -> Value:
        one: Value = argument
        if isinstance(argument, Ref) and not isinstance(option, Ref):
            run.state.set(argument.address, option)
        else:
            one = option
        return call_function(run, function, (*positional[:split], one, *positional[split + 1 :]), named, place)

    return run.each(run.contents(argument), call_with)  # type: ignore[arg-type]


def maker_of(function: FunctionValue, positional: tuple[Value, ...]) -> str:
    """What identifies a function of the project as the maker of a value; a registry's key is part of it."""
    owner = f"{function.owner.name}." if function.owner is not None else ""
    key = positional[0].value if positional and isinstance(positional[0], Constant) else None
    named = f"({key})" if isinstance(key, str) and _KEY.fullmatch(key) and role_of("", key) == "library" else ""
    return f"{function.place.path}:{owner}{function.name}{named}"


def file_among(run: Machine, positional: tuple[Value, ...], named: Named) -> str:
    """The name of the file of weights among the arguments of a call that nobody follows: its result is mostly the path."""
    for value in (*positional, *(value for _, value in named)):
        content = run.contents(value)
        name = content.value if isinstance(content, Constant) else content.origin.name if isinstance(content, Unknown) else ""
        if isinstance(name, str) and name.endswith(WEIGHT_SUFFIXES):
            return name.replace("\\", "/").rsplit("/", 1)[-1]
    return ""


def run_body(run: Machine, function: FunctionValue, scope: int, frame: Frame) -> Value:
    """The value that a function's body returns, with its parameters bound in ``scope``."""
    from normlint.evaluate.expressions import evaluate
    from normlint.evaluate.statements import run_block

    with run.inside(scope), run.under(run.guard):
        if not isinstance(function.body, tuple):
            return flush(run, evaluate(run, function.body))
        ended = not run_block(run, function.body)
    if len(function.body) > 1:
        observe_returns(run, function, frame, scope)
    if not frame.returns:
        return Constant(None) if not ended else run.unknown()
    return alternatives(frame.returns) or run.unknown("output", function.name)


def bind_parameters(
    run: Machine, function: FunctionValue, scope: int, given: tuple[Value, ...], named: Named
) -> None:
    """Bind arguments to parameters in the scope of the call."""
    from normlint.evaluate.assignment import held
    from normlint.evaluate.expressions import named as with_label

    rest = dict(named)
    spread = rest.pop("*", None) is not None
    spread_named = rest.pop("**", None) is not None
    position = 0
    for parameter, default in zip(function.parameters, function.defaults, strict=True):
        value: Value
        if parameter.kind == "*":
            value = TupleValue(given[position:]) if not spread else run.allocate(ListCell((), open=True))
            position = len(given)
        elif parameter.kind == "**":
            known = {p.name for p in function.parameters}
            items = tuple((key, item) for key, item in rest.items() if key not in known)
            value = run.allocate(DictCell(items, open=spread_named))
        elif parameter.kind == "positional" and position < len(given):
            value = given[position]
            position += 1
        elif parameter.name in rest:
            value = rest[parameter.name]
        elif default is not None and not spread_named:
            value = default
        else:
            value = run.unknown("parameter", parameter.name)
        value = held(run, with_label(run, parameter.name, value))
        run.bind(parameter.name, value, scope)


def instantiate(run: Machine, cls: ClassValue, positional: tuple[Value, ...], named: Named, place: Place) -> Value:
    """A new object: its ``__init__`` runs on a fresh cell."""
    from normlint.evaluate.probing import probe

    flush_all(run, positional, named)
    record_construction(run, cls, place)
    instance = run.allocate(InstanceCell(cls, made=place))
    initializer, owner = class_member(cls, "__init__")
    if isinstance(initializer, FunctionValue):
        call(run, bind_method(initializer, instance, owner), positional, named, place)
    else:
        records.fill(run, cls, instance, positional, named, place)
    probe(run, cls, instance, (*positional, *(value for _, value in named)), place)
    return instance

