"""Short source text of lowered expressions: names of guards, messages and opaque origins."""

from __future__ import annotations

from normlint import ir

LONGEST = 60


def text(node: ir.Node | None, depth: int = 6) -> str:
    """The expression in one line, cut where it gets long or deep."""
    written = _text(node, depth)
    return written if len(written) <= LONGEST else written[: LONGEST - 3] + "..."


def _text(node: ir.Node | None, depth: int) -> str:
    if node is None:
        return ""
    if depth <= 0:
        return "..."
    match node:
        case ir.Constant(value=value):
            return repr(value)
        case ir.Name(identifier=identifier):
            return identifier
        case ir.Attribute(value=value, name=name):
            return f"{_text(value, depth - 1)}.{name}"
        case ir.Call(function=function, arguments=arguments):
            inner = ", ".join(_argument(argument, depth - 1) for argument in arguments[:3])
            return f"{_text(function, depth - 1)}({inner}{', ...' if len(arguments) > 3 else ''})"
        case ir.Subscript(value=value, index=index):
            return f"{_text(value, depth - 1)}[{_text(index, depth - 1)}]"
        case ir.Binary(operator=operator, left=left, right=right):
            return f"{_text(left, depth - 1)} {operator} {_text(right, depth - 1)}"
        case ir.Unary(operator=operator, operand=operand):
            space = " " if operator == "not" else ""
            return f"{operator}{space}{_text(operand, depth - 1)}"
        case ir.Compare(left=left, operators=operators, rights=rights):
            rest = "".join(f" {op} {_text(right, depth - 1)}" for op, right in zip(operators, rights, strict=False))
            return _text(left, depth - 1) + rest
        case ir.Boolean(operator=operator, operands=operands):
            return f" {operator} ".join(_text(operand, depth - 1) for operand in operands)
        case ir.Sequence(kind=kind, items=items):
            inner = ", ".join(_text(item, depth - 1) for item in items[:4]) + (", ..." if len(items) > 4 else "")
            return f"[{inner}]" if kind == "list" else f"({inner})"
        case ir.Slice(lower=lower, upper=upper, step=step):
            parts = [_text(lower, depth - 1), _text(upper, depth - 1)]
            return ":".join(parts if step is None else [*parts, _text(step, depth - 1)])
        case ir.EllipsisLiteral():
            return "..."
    return "..."


def _argument(argument: ir.Argument, depth: int) -> str:
    written = argument.star + _text(argument.value, depth)
    return f"{argument.keyword}={written}" if argument.keyword else written


def root_name(node: ir.Node) -> str | None:
    """The name that an attribute, subscript or call chain starts with."""
    while True:
        match node:
            case ir.Name(identifier=identifier):
                return identifier
            case ir.Attribute(value=value) | ir.Subscript(value=value):
                node = value
            case ir.Call(function=function):
                node = function
            case _:
                return None
