"""What there is to tell of the nodes of CPython's tree without the text that they were parsed from."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from normlint.evaluate.relevance import LONGEST_CARRIER
from normlint.evaluate.signs import HIT, number_of

_NOTHING: tuple[str, ...] = ()
_VALUE = ("value",)
_COMPREHENSION = ("elt", "generators")
# The parts of nodes that say nothing by themselves.
PARTS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Expr: _VALUE, ast.Return: _VALUE, ast.Raise: ("exc",), ast.Assert: ("test",), ast.If: ("test", "body", "orelse"),
    ast.For: ("target", "iter", "body", "orelse"), ast.AsyncFor: ("target", "iter", "body", "orelse"),
    ast.While: ("test", "body", "orelse"), ast.Try: ("body", "handlers", "orelse", "finalbody"),
    ast.ExceptHandler: ("type", "body"), ast.withitem: ("context_expr", "optional_vars"),
    ast.Pass: _NOTHING, ast.Delete: _NOTHING, ast.Break: _NOTHING, ast.Continue: _NOTHING, ast.Global: _NOTHING,
    ast.Nonlocal: _NOTHING, ast.UnaryOp: ("operand",), ast.Compare: ("left", "comparators"), ast.BoolOp: ("values",),
    ast.IfExp: ("test", "body", "orelse"), ast.Starred: _VALUE, ast.Subscript: ("value", "slice"),
    ast.Slice: ("lower", "upper", "step"), ast.ListComp: _COMPREHENSION, ast.SetComp: _COMPREHENSION,
    ast.GeneratorExp: _COMPREHENSION, ast.DictComp: ("key", "value", "generators"),
    ast.comprehension: ("target", "iter", "ifs"), ast.Lambda: ("args", "body"), ast.NamedExpr: ("target", "value"),
    ast.Await: _VALUE, ast.Yield: _VALUE, ast.YieldFrom: _VALUE,
}  # fmt: skip
if hasattr(ast, "TryStar"):  # from Python 3.11 on
    PARTS[ast.TryStar] = PARTS[ast.Try]


def bare(node: ast.expr) -> ast.expr:
    """What an expression is lowered as: what is awaited stands for itself."""
    while isinstance(node, ast.Await):
        node = node.value
    return node


def written_in(node: ast.expr) -> object:
    """The value of a literal, with an operator before it or not; None for anything else."""
    node = bare(node)
    if isinstance(node, ast.UnaryOp):
        node = bare(node.operand)
    return node.value if isinstance(node, ast.Constant) else None


def number_in(node: ast.expr) -> object:
    """The absolute value of a number that is written there."""
    return number_of(written_in(node))


def of_items(items: Sequence[ast.expr]) -> int:
    """What the items of a display say together: one number a channel."""
    return HIT * (len(items) in {3, 4} and all(type(written_in(item)) is float for item in items))


def is_lowered(node: ast.stmt, member: bool = False) -> bool:
    """Whether anything is left of a statement, of a function or the ``member`` of a class."""
    if isinstance(node, ast.AnnAssign):
        return node.value is not None or member
    return not isinstance(node, (ast.Pass, ast.Delete))


def length_of(nodes: Sequence[ast.stmt]) -> int:
    """How many statements the body of a function has, blocks counting as one."""
    return sum(map(is_lowered, nodes))


def size_of(nodes: Sequence[ast.stmt], members: bool = False) -> int:
    """How many statements there are in all their blocks, until they are too many to matter; of a class its ``members``."""
    count = 0
    pending: list[tuple[ast.stmt, bool]] = [(node, members) for node in nodes]
    while pending and count <= LONGEST_CARRIER:
        node, member = pending.pop()
        if not is_lowered(node, member):
            continue
        count += 1
        for field in ("body", "orelse", "finalbody"):
            within = isinstance(node, ast.ClassDef)
            pending += [(inner, within) for inner in getattr(node, field, ())]
    return count


def bound_in(nodes: Sequence[ast.stmt]) -> Iterator[tuple[str, str]]:
    """What is imported or defined in the blocks of statements, and the name that it is bound to."""
    pending: list[ast.AST] = list(nodes)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.ImportFrom):
            for name in node.names:
                yield name.name, name.asname or name.name
            continue
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name, node.name
        elif isinstance(node, ast.expr):
            continue
        for field in ("body", "orelse", "handlers", "finalbody", "cases"):
            pending += getattr(node, field, ())
