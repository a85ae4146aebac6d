"""CPython's expressions to the intermediate form's."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from normlint import ir
from normlint.lowering.abstract.extents import argument_extents, extent, in_parentheses, parameter_extent
from normlint.lowering.abstract.source import Source, UnsupportedError

BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
}  # fmt: skip
_UNARY: dict[type[ast.unaryop], str] = {ast.UAdd: "+", ast.USub: "-", ast.Invert: "~", ast.Not: "not"}
_COMPARISON: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in",
    ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip
# Longer whole numbers have more than the 4,300 digits that CPython converts.
_MOST_BITS = 14_000


class ExpressionLowering:
    """Lowers the expressions of one tree, which was parsed from ``source``.

    Its methods raise ``UnsupportedError`` for what this lowering does not know.
    """

    __slots__ = ("source",)

    def __init__(self, source: Source) -> None:
        self.source = source

    def expression(self, node: ast.expr) -> ir.Expression:
        handler = _HANDLERS.get(type(node))
        if handler is None:
            raise UnsupportedError(type(node).__name__)
        return handler(self, node)

    def optional(self, node: ast.expr | None) -> ir.Expression | None:
        return None if node is None else self.expression(node)

    def _all(self, nodes: Iterable[ast.expr]) -> tuple[ir.Expression, ...]:
        return tuple([self.expression(node) for node in nodes])

    def arguments(self, nodes: Sequence[ast.expr], keywords: Sequence[ast.keyword], after: int) -> tuple[ir.Argument, ...]:
        """The arguments of a call or the bases of a class, in the order in which they are written."""
        written: list[ast.expr | ast.keyword] = [*nodes, *keywords]
        if nodes and keywords:
            written.sort(key=_written_at)
        lowered: list[ir.Argument] = []
        for node, span in zip(written, argument_extents(self.source, written, after), strict=True):
            if isinstance(node, ast.keyword):
                self.source.check(span, node.arg or "")
                lowered.append(ir.Argument(span, self.expression(node.value), node.arg, "" if node.arg is not None else "**"))
            elif type(node) is ast.Starred:
                lowered.append(ir.Argument(span, self.expression(node.value), None, "*"))
            else:
                lowered.append(ir.Argument(span, self.expression(node), None, ""))
        return tuple(lowered)

    def parameters(self, node: ast.arguments) -> tuple[ir.Parameter, ...]:
        """Of a function or lambda, in the order in which they are written."""
        positional = [*node.posonlyargs, *node.args]
        defaults: list[ast.expr | None] = [None] * (len(positional) - len(node.defaults))
        lowered = [
            self._parameter(item, "positional", default)
            for item, default in zip(positional, [*defaults, *node.defaults], strict=True)
        ]
        if node.vararg is not None:
            lowered.append(self._parameter(node.vararg, "*", None))
        lowered += [
            self._parameter(item, "keyword", default)
            for item, default in zip(node.kwonlyargs, node.kw_defaults, strict=True)
        ]
        if node.kwarg is not None:
            lowered.append(self._parameter(node.kwarg, "**", None))
        return tuple(lowered)

    def _parameter(self, node: ast.arg, kind: str, default: ast.expr | None) -> ir.Parameter:
        span = parameter_extent(self.source, node, kind if kind in {"*", "**"} else "")
        self.source.check(span, node.arg)
        return ir.Parameter(span, node.arg, kind, self.optional(default), self.optional(node.annotation))

    def _name(self, node: ast.Name) -> ir.Expression:
        span = self.source.span(node)
        if self.source.wide:
            self.source.check(span, node.id)
        return ir.Name(span, node.id)

    def _constant(self, node: ast.Constant) -> ir.Expression:
        value = node.value
        if value is Ellipsis:
            return ir.EllipsisLiteral(self.source.span(node))
        if type(value) is int and value.bit_length() > _MOST_BITS:
            raise UnsupportedError("a long number")
        return ir.Constant(self.source.span(node), value)

    def _formatted(self, node: ast.JoinedStr) -> ir.Expression:
        from normlint.lowering.abstract.formatted import formatted

        return formatted(self, node)

    def _attribute(self, node: ast.Attribute) -> ir.Expression:
        span = self.source.span(node)
        name = node.attr
        name_span = span._replace(line=span.end_line, column=span.end_column - len(name))
        if self.source.wide:
            self.source.check(name_span, name)
        return ir.Attribute(span, self.expression(node.value), name, name_span)

    def _call(self, node: ast.Call) -> ir.Expression:
        source = self.source
        span = source.span(node)
        function = self.expression(node.func)
        if not node.args and not node.keywords:
            return ir.Call(span, function, ())
        text, at = source.text, source.end(source.span(node.func))
        while text[at] != "(":
            at = source.skip(at)
            if text[at] == ")":
                at += 1
            elif text[at] != "(":
                raise UnsupportedError("a call without a parenthesis")
        return ir.Call(span, function, self.arguments(node.args, node.keywords, at + 1))

    def _binary(self, node: ast.BinOp) -> ir.Expression:
        left, right = self.expression(node.left), self.expression(node.right)
        return ir.Binary(self.source.span(node), BINARY[type(node.op)], left, right)

    def _unary(self, node: ast.UnaryOp) -> ir.Expression:
        return ir.Unary(self.source.span(node), _UNARY[type(node.op)], self.expression(node.operand))

    def _comparison(self, node: ast.Compare) -> ir.Expression:
        operators = tuple([_COMPARISON[type(operator)] for operator in node.ops])
        return ir.Compare(self.source.span(node), self.expression(node.left), operators, self._all(node.comparators))

    def _boolean(self, node: ast.BoolOp) -> ir.Expression:
        kind = type(node.op)
        operands: list[ir.Expression] = []
        pending: list[ast.expr] = [node]
        while pending:
            item = pending.pop()
            if isinstance(item, ast.BoolOp) and type(item.op) is kind:
                pending += reversed(item.values)
            else:
                operands.append(self.expression(item))
        return ir.Boolean(self.source.span(node), "and" if kind is ast.And else "or", tuple(operands))

    def _conditional(self, node: ast.IfExp) -> ir.Expression:
        test, body, otherwise = self._all((node.test, node.body, node.orelse))
        return ir.Conditional(self.source.span(node), test, body, otherwise)

    def _list(self, node: ast.List) -> ir.Expression:
        return ir.Sequence(self.source.span(node), "list", self._all(node.elts))

    def _tuple(self, node: ast.Tuple) -> ir.Expression:
        return ir.Sequence(extent(self.source, node), "tuple", self._all(node.elts))

    def _set(self, node: ast.Set) -> ir.Expression:
        return ir.Sequence(self.source.span(node), "set", self._all(node.elts))

    def _starred(self, node: ast.Starred) -> ir.Expression:
        return ir.Starred(self.source.span(node), self.expression(node.value))

    def _dict(self, node: ast.Dict) -> ir.Expression:
        keys = tuple([self.optional(key) for key in node.keys])
        return ir.Mapping(self.source.span(node), keys, self._all(node.values))

    def _subscript(self, node: ast.Subscript) -> ir.Expression:
        value, index = self.expression(node.value), node.slice
        if isinstance(index, ast.Tuple) and index.elts:
            span = self.source.span(index)
            if not in_parentheses(self.source, index, span):
                return ir.Subscript(self.source.span(node), value, self._indices(index))
        return ir.Subscript(self.source.span(node), value, self.expression(index))

    def _indices(self, node: ast.Tuple) -> ir.Expression:
        """Several indices, or one with a comma: without the comma at their end."""
        source = self.source
        span, items = source.span(node), self._all(node.elts)
        end = source.end(span)
        if source.text[end - 1] != ",":
            if len(items) == 1:
                return items[0]  # a starred one
            last = items[-1]
            if isinstance(last, ir.Slice):
                span = span._replace(end_line=last.span.end_line, end_column=last.span.end_column)
            return ir.Sequence(span, "tuple", items)
        last_end = source.end(items[-1].span if isinstance(items[-1], ir.Slice) else source.span(node.elts[-1]))
        while (at := source.skip(last_end)) < end - 1:
            if source.text[at] != ")":
                raise UnsupportedError("an index that ends otherwise")
            last_end = at + 1
        return ir.Sequence(source.ended_at(span, last_end), "tuple", items)

    def _slice(self, node: ast.Slice) -> ir.Expression:
        source = self.source
        span = source.span(node)
        end = source.end(span)
        if source.text[end - 1] == ":":
            after = source.skip(end)  # LibCST's colon owns the blanks behind it
            span = span if after == end else source.ended_at(span, after)
        return ir.Slice(span, self.optional(node.lower), self.optional(node.upper), self.optional(node.step))

    def _list_comprehension(self, node: ast.ListComp) -> ir.Expression:
        return self._comprehension(node, "list")

    def _set_comprehension(self, node: ast.SetComp) -> ir.Expression:
        return self._comprehension(node, "set")

    def _generator(self, node: ast.GeneratorExp) -> ir.Expression:
        return self._comprehension(node, "generator")

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, kind: str) -> ir.Expression:
        generators = self._generators(node.generators)
        return ir.Comprehension(extent(self.source, node), kind, self.expression(node.elt), None, generators)

    def _dict_comprehension(self, node: ast.DictComp) -> ir.Expression:
        key, value = self.expression(node.key), self.expression(node.value)
        return ir.Comprehension(self.source.span(node), "dict", key, value, self._generators(node.generators))

    def _generators(self, nodes: Sequence[ast.comprehension]) -> tuple[ir.Generator, ...]:
        generators: list[ir.Generator] = []
        for node in nodes:
            first = extent(self.source, node.target)
            last = extent(self.source, node.ifs[-1] if node.ifs else node.iter)
            span = first._replace(end_line=last.end_line, end_column=last.end_column)
            target, iterable = self.expression(node.target), self.expression(node.iter)
            generators.append(ir.Generator(span, target, iterable, self._all(node.ifs)))
        return tuple(generators)

    def _lambda(self, node: ast.Lambda) -> ir.Expression:
        return ir.Lambda(self.source.span(node), self.parameters(node.args), self.expression(node.body))

    def _named(self, node: ast.NamedExpr) -> ir.Expression:
        return ir.Assignment(self.source.span(node), self.expression(node.target), self.expression(node.value))

    def _await(self, node: ast.Await) -> ir.Expression:
        return self.expression(node.value)

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> ir.Expression:
        operands = () if node.value is None else (self.expression(node.value),)
        return ir.Opaque(self.source.span(node), operands)


def _written_at(node: ast.expr | ast.keyword) -> tuple[int, int]:
    return node.lineno, node.col_offset


_HANDLERS: dict[type[ast.expr], Callable[[ExpressionLowering, Any], ir.Expression]] = {
    ast.Name: ExpressionLowering._name,
    ast.Constant: ExpressionLowering._constant,
    ast.JoinedStr: ExpressionLowering._formatted,
    ast.Attribute: ExpressionLowering._attribute,
    ast.Call: ExpressionLowering._call,
    ast.BinOp: ExpressionLowering._binary,
    ast.UnaryOp: ExpressionLowering._unary,
    ast.Compare: ExpressionLowering._comparison,
    ast.BoolOp: ExpressionLowering._boolean,
    ast.IfExp: ExpressionLowering._conditional,
    ast.List: ExpressionLowering._list,
    ast.Tuple: ExpressionLowering._tuple,
    ast.Set: ExpressionLowering._set,
    ast.Starred: ExpressionLowering._starred,
    ast.Dict: ExpressionLowering._dict,
    ast.Subscript: ExpressionLowering._subscript,
    ast.Slice: ExpressionLowering._slice,
    ast.ListComp: ExpressionLowering._list_comprehension,
    ast.SetComp: ExpressionLowering._set_comprehension,
    ast.GeneratorExp: ExpressionLowering._generator,
    ast.DictComp: ExpressionLowering._dict_comprehension,
    ast.Lambda: ExpressionLowering._lambda,
    ast.NamedExpr: ExpressionLowering._named,
    ast.Await: ExpressionLowering._await,
    ast.Yield: ExpressionLowering._yield,
    ast.YieldFrom: ExpressionLowering._yield,
}
