"""Statements of the lowered form on the abstract machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from normlint import ir
from normlint.evaluate import assignment, imports
from normlint.evaluate.configuration import of_hydra
from normlint.evaluate.emission import flush
from normlint.evaluate.expressions import evaluate, truth
from normlint.evaluate.guards import compatible, literals_of
from normlint.evaluate.iteration import element_of, items_of, widen
from normlint.evaluate.machine import Machine
from normlint.evaluate.masks import assigned_mask
from normlint.evaluate.options import click_defaults
from normlint.evaluate.outlines import is_main_guard
from normlint.evaluate.registries import decorate
from normlint.evaluate.state import State
from normlint.evaluate.text import root_name
from normlint.values import (
    ALWAYS,
    ClassValue,
    Constant,
    Dataset,
    DictCell,
    FunctionValue,
    Guard,
    Imported,
    Loader,
    Ref,
    Unknown,
    Value,
)

MOST_ITERATIONS = 24


def run_block(run: Machine, statements: tuple[ir.Statement, ...]) -> bool:
    """Run statements in order; False where no path reaches the end."""
    return all(run_statement(run, statement) for statement in statements)


def run_statement(run: Machine, node: ir.Statement) -> bool:
    run.steps_left -= 1
    if run.steps_left < 0:
        run.overspent()
    handler = _HANDLERS.get(type(node))
    return True if handler is None else handler(run, node)


def _assign(run: Machine, node: ir.Assign) -> bool:
    if not assigned_mask(run, node):
        value = flush(run, evaluate(run, node.value))
        for target in node.targets:
            assignment.assign(run, target, value, node.value)
    return True


def _augmented(run: Machine, node: ir.AugmentedAssign) -> bool:
    assignment.augmented(run, node)
    return True


def _expression(run: Machine, node: ir.ExpressionStatement) -> bool:
    assignment.expression_statement(run, node)
    return True


def _return(run: Machine, node: ir.Return) -> bool:
    value = Unknown(run.unknown().origin) if node.value is None else flush(run, evaluate(run, node.value))
    if run.frames:
        run.frames[-1].returns.append((run.guard - run.frames[-1].outer_guard, value))
    return False


def _while(run: Machine, node: ir.While) -> bool:
    evaluate(run, node.test)
    widen(run, node.body)
    _branch(run, node.body)
    return True


def _with(run: Machine, node: ir.With) -> bool:
    for item in node.items:
        value = flush(run, evaluate(run, item.value))
        if item.target is not None:
            assignment.assign(run, item.target, value, item.value)
    return run_block(run, node.body)


def _import(run: Machine, node: ir.Import | ir.ImportFrom) -> bool:
    imports.run_import(run, node)
    return True


def _jump(run: Machine, node: ir.Jump) -> bool:
    if node.value is not None:
        evaluate(run, node.value)
    return False


def _assert(run: Machine, node: ir.Assert) -> bool:
    evaluate(run, node.test)
    return True


def scope_text(run: Machine, test: ir.Expression) -> str:
    """Prefix that keeps guards on different variables of one spelling apart; a namespace is the same wherever it is passed."""
    nodes = test.operands if isinstance(test, ir.Boolean) else (test,)
    first = nodes[0]
    if isinstance(first, ir.Unary):
        first = first.operand
    if isinstance(first, ir.Compare):
        first = first.left
    name = root_name(first)
    value, _ = run.lookup(name) if name else (None, None)
    if isinstance(value, Ref) and isinstance(run.cell(value), DictCell):
        return str(value.address)
    return str(run.scope_of(name)) if name else "0"


def guards_of(run: Machine, test: ir.Expression) -> tuple[Guard, Guard]:
    return literals_of(test, scope_text(run, test))


def _fork(run: Machine, guard: Guard, body: tuple[ir.Statement, ...]) -> tuple[State, bool]:
    """Run a block on a fork of the state, under one more guard."""
    outer = run.state
    run.state = outer.fork()
    try:
        with run.under(run.guard | guard):
            goes_on = run_block(run, body)
        return run.state, goes_on
    finally:
        run.state = outer


def _branch(run: Machine, body: tuple[ir.Statement, ...]) -> None:
    """A block that may run any number of times: its changes are kept, its jumps end nothing."""
    state, _ = _fork(run, ALWAYS, body)
    run.state.absorb(state)


def _if(run: Machine, node: ir.If) -> bool:
    test, body, otherwise = node.test, node.body, node.otherwise
    known = truth(run, evaluate(run, test))
    yes, no = guards_of(run, test)
    if is_main_guard(test):
        known = True
    elif known is not None:
        list_dormant(run, test, no if known else yes, otherwise if known else body)
    if known is None and not compatible(yes, run.guard):
        known = False
    elif known is None and not compatible(no, run.guard):
        known = True
    if known is not None:
        return run_block(run, body if known else otherwise)
    yes_state, yes_on = _fork(run, yes, body)
    no_state, no_on = _fork(run, no, otherwise)
    if yes_on and no_on:
        run.join(yes_state, yes, no_state, no)
    elif yes_on or no_on:
        run.state.absorb(yes_state if yes_on else no_state)
        run.guard = run.guard | (yes if yes_on else no)
    for ended in (state for state, goes_on in ((yes_state, yes_on), (no_state, no_on)) if not goes_on):
        _keep_cells(run, ended)
    return yes_on or no_on


def list_dormant(run: Machine, test: ir.Expression, guard: Guard, body: tuple[ir.Statement, ...]) -> None:
    """List the sites of a branch that a named constant switches off: whoever edits the constant turns it on.

    Only for code that is seen by itself: a call decides by the caller's arguments. What the branch changes is forgotten.
    """
    if run.stack or not body or isinstance(test, ir.Constant):
        return
    with dormancy(run):
        _fork(run, guard, body)


@contextmanager
def dormancy(run: Machine) -> Iterator[None]:
    """For the length of a ``with`` nothing counts but the sites, and those as dormant."""
    log, returns = run.log, run.frames[-1].returns if run.frames else []
    kept = [(found, len(found)) for found in (log.pipelines, log.wraparounds, log.mask_clamps, log.feeds, returns)]
    run.dormant += 1
    outer, run.state = run.state, run.state.fork()
    try:
        yield
    finally:
        run.dormant -= 1
        run.state = outer
        for found, count in kept:
            del found[count:]


def _keep_cells(run: Machine, ended: State) -> None:
    """Cells made in a branch that returned: what it returned may refer to them."""
    for key, content in ended.changes.items():
        if isinstance(key, int) and run.state.get(key) is None:
            run.state.set(key, content)


def wrapped_loader(run: Machine, node: ir.Expression, value: Value) -> Value:
    """The loader inside an unknown call such as ``logger.log_every(loader, 10)``: it yields what the loader does."""
    if not isinstance(node, ir.Call) or (not isinstance(value, Unknown) and value != Constant(None)):
        return value
    names = [a.value for a in node.arguments if isinstance(a.value, (ir.Name, ir.Attribute))]
    loaders = [found for name in names if isinstance(found := evaluate(run, name), (Loader, Dataset))]
    return loaders[0] if len(loaders) == 1 else value


def _for(run: Machine, node: ir.For) -> bool:
    iterable = wrapped_loader(run, node.iterable, flush(run, evaluate(run, node.iterable)))
    items = items_of(run, iterable)
    if items is not None and len(items) <= MOST_ITERATIONS:
        for item in items:
            assignment.assign(run, node.target, item, node.iterable)
            _branch(run, node.body)
    else:
        def enter() -> None:
            assignment.assign(run, node.target, element_of(run, iterable, run.place(node.iterable)), node.iterable)

        widen(run, node.body, enter)
        enter()
        _branch(run, node.body)
    assignment.settle(run, iterable)
    _branch(run, node.otherwise)
    return True


def _try(run: Machine, node: ir.Try) -> bool:
    before = run.state.fork()
    goes_on = run_block(run, node.body)
    after = run.state
    for handler in node.handlers:
        run.state = before.fork()
        if handler.name:
            run.bind(handler.name, run.unknown())
        try:
            handled = run_block(run, handler.body)
        finally:
            fork, run.state = run.state, after
        for key, content in fork.changes.items():
            if handled and run.state.get(key) is None:
                run.state.set(key, content)
        goes_on = goes_on or handled
    if goes_on:
        goes_on = run_block(run, node.otherwise)
    return run_block(run, node.final) and goes_on


def _match(run: Machine, node: ir.Match) -> bool:
    """A match is an if/elif chain on its literals; other patterns may or may not match."""
    evaluate(run, node.subject)
    chain: tuple[ir.Statement, ...] = ()
    for case in reversed(node.cases):
        if case.literal is None:
            test: ir.Expression = ir.Opaque(case.span, ())
        else:
            test = ir.Compare(case.span, node.subject, ("==",), (case.literal,))
        chain = (ir.If(case.span, test, case.body, chain),)
    return run_block(run, chain)


def _function(run: Machine, node: ir.Function) -> bool:
    function = function_value(run, node)
    run.bind(node.name, function)
    if run.scopes[run.scope].kind == "function":
        _defined(run, function)
    elif node.decorators:
        decorate(run, function, node.decorators)
    return True


def _defined(run: Machine, function: FunctionValue) -> None:
    """Remember a function that is no member of a module or class: it is evaluated by itself where nothing calls it."""
    if function.place not in run.entered:
        run.defined.setdefault(function.module, {}).setdefault(function.place, function)


def function_value(run: Machine, node: ir.Function | ir.Lambda) -> FunctionValue:
    """A function of the project; its defaults are evaluated where it is defined."""
    defaults = tuple(None if p.default is None else evaluate(run, p.default) for p in node.parameters)
    if isinstance(node, ir.Lambda):
        function = FunctionValue(
            "<lambda>", node.parameters, defaults, node, run.module.path, run.scope, run.place(node)
        )
        _defined(run, function)
        return function
    parameters = tuple(map(_bare, node.parameters))
    names = tuple(name for decorator in node.decorators if (name := _last_name(decorator)))
    if "option" in names:
        chosen = click_defaults(run, node.decorators)
        written = zip(node.parameters, defaults, strict=True)
        defaults = tuple(chosen.get(p.name) if default is None else default for p, default in written)
    elif "main" in names and defaults[:1] == (None,):
        defaults = (of_hydra(run, node.decorators), *defaults[1:])
    if run.scopes[run.scope].kind != "function":  # it stays as long as its module; others come and go
        node = node.without_signature()
    return FunctionValue(
        node.name, parameters, defaults, node, run.module.path, run.scope, run.place_of(node.name_span), decorators=names,
        name_span=node.name_span,
    )  # fmt: skip


def _bare(parameter: ir.Parameter) -> ir.Parameter:
    """Without the default, which was evaluated, and without an annotation that names no class."""
    annotation = parameter.annotation if isinstance(parameter.annotation, (ir.Name, ir.Attribute)) else None
    if annotation is parameter.annotation and parameter.default is None:
        return parameter
    return ir.Parameter(parameter.span, parameter.name, parameter.kind, None, annotation)


def _last_name(node: ir.Expression) -> str:
    if isinstance(node, ir.Call):
        node = node.function
    if isinstance(node, ir.Attribute):
        return node.name
    return node.identifier if isinstance(node, ir.Name) else ""


def _class(run: Machine, node: ir.Class) -> bool:
    bases = tuple(evaluate(run, base.value) for base in node.bases if base.keyword is None and not base.star)
    scope = run.new_scope(run.scope, run.module, "class", node.name)
    with run.inside(scope):
        state, _ = _fork(run, ALWAYS, node.body)
    members = tuple(
        (key[1], run.read(value) if isinstance(value, Imported) else value)
        for key, value in list(state.changes.items())
        if isinstance(key, tuple) and key[0] == scope
    )
    run.state.absorb(state)
    made = ClassValue(node.name, members, bases, run.module.path, run.place_of(node.name_span))  # type: ignore[arg-type]
    run.bind(node.name, made)
    if node.decorators:
        decorate(run, made, node.decorators)
    return True


_HANDLERS: dict[type, Callable[[Machine, Any], bool]] = {
    ir.Assign: _assign,
    ir.AugmentedAssign: _augmented,
    ir.ExpressionStatement: _expression,
    ir.Return: _return,
    ir.If: _if,
    ir.For: _for,
    ir.While: _while,
    ir.With: _with,
    ir.Try: _try,
    ir.Match: _match,
    ir.Function: _function,
    ir.Class: _class,
    ir.Import: _import,
    ir.ImportFrom: _import,
    ir.Jump: _jump,
    ir.Assert: _assert,
}

