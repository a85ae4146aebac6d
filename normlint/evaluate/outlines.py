"""What is left of a module once its top level was evaluated: its statements, which are most of it, are done with."""

from __future__ import annotations

from normlint import ir
from normlint.evaluate.serving import serves
from normlint.evaluate.text import text
from normlint.immutable import dataclass


@dataclass(frozen=True, slots=True)
class Outline:
    """``program`` is what runs where the module is started, ``defined`` names its functions and classes; ``has_work``:
    whether something runs when it is started; ``serves``: whether a server starts it."""

    program: tuple[ir.Statement, ...]
    defined: tuple[str, ...]
    has_work: bool
    serves: bool


def outline_of(module: ir.Module, words: frozenset[str]) -> Outline:
    """The outline of a module in whose source these words stand."""
    program = tuple(statement for statement in module.body if isinstance(statement, ir.If) and is_main_guard(statement.test))
    return Outline(program, tuple(_defined_names(module.body)), _has_work(module), serves(module.body, words))


def is_main_guard(test: ir.Expression) -> bool:
    """Whether a test is ``__name__ == "__main__"``."""
    return (
        isinstance(test, ir.Compare)
        and isinstance(test.left, ir.Name)
        and test.left.identifier == "__name__"
        and test.operators == ("==",)
    )


def _has_work(module: ir.Module) -> bool:
    """Whether something runs when the file is started: a main guard, a call, a loop, a command, a notebook."""
    if module.cells:
        return True
    for statement in module.body:
        match statement:
            case ir.If(test=test) if is_main_guard(test):
                return True
            case ir.For() | ir.While() | ir.With():
                return True
            case ir.ExpressionStatement(value=ir.Call()):
                return True
            case ir.Function(decorators=decorators) if any("command" in text(decorator) for decorator in decorators):
                return True
    return False


def _defined_names(body: tuple[ir.Statement, ...]) -> list[str]:
    names: list[str] = []
    for statement in body:
        match statement:
            case ir.Function(name=name) | ir.Class(name=name):
                names.append(name)
            case ir.If(body=inner, otherwise=other):
                names += _defined_names(inner) + _defined_names(other)
            case ir.Try(body=inner, handlers=handlers, otherwise=other):
                names += _defined_names(inner) + _defined_names(other)
                for handler in handlers:
                    names += _defined_names(handler.body)
            case ir.With(body=inner):
                names += _defined_names(inner)
    return list(dict.fromkeys(names))
