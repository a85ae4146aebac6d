"""LibCST expressions to the intermediate form's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from normlint import ir
from normlint.lowering import literals, operators, strings
from normlint.lowering.offsets import Positions
from normlint.places import Span

_NAMED: dict[str, bool | None] = {"True": True, "False": False, "None": None}


class ExpressionLowering:
    """Lowers the expressions of one module; ``positions`` are that module's."""

    __slots__ = ("positions",)

    def __init__(self, positions: Positions) -> None:
        self.positions = positions

    def expression(self, node: cst.CSTNode) -> ir.Expression:
        """Any expression; a kind that the intermediate form lacks becomes ``Opaque`` without operands."""
        handler = _HANDLERS.get(type(node))
        return handler(self, node) if handler else ir.Opaque(self.positions.span(node), ())

    def optional(self, node: cst.CSTNode | None) -> ir.Expression | None:
        return None if node is None else self.expression(node)

    def arguments(self, nodes: Sequence[cst.Arg]) -> tuple[ir.Argument, ...]:
        """The arguments of a call or the bases of a class."""
        return tuple([
            ir.Argument(
                self.positions.span(node),
                self.expression(node.value),
                None if node.keyword is None else node.keyword.value,
                node.star,
            )
            for node in nodes
        ])

    def parameters(self, node: cst.Parameters) -> tuple[ir.Parameter, ...]:
        """Of a function or lambda, in the order in which they are written."""
        lowered = [self._parameter(item, "positional") for item in (*node.posonly_params, *node.params)]
        if isinstance(node.star_arg, cst.Param):
            lowered.append(self._parameter(node.star_arg, "*"))
        lowered.extend([self._parameter(item, "keyword") for item in node.kwonly_params])
        if node.star_kwarg is not None:
            lowered.append(self._parameter(node.star_kwarg, "**"))
        return tuple(lowered)

    def _parameter(self, node: cst.Param, kind: str) -> ir.Parameter:
        annotation = None if node.annotation is None else self.expression(node.annotation.annotation)
        span = self.positions.span(node)
        return ir.Parameter(span, node.name.value, kind, self.optional(node.default), annotation)

    def _name(self, node: cst.Name) -> ir.Expression:
        span = self.positions.span(node)
        if node.value in _NAMED:
            return ir.Constant(span, _NAMED[node.value])
        return ir.Name(span, node.value)

    def _ellipsis(self, node: cst.Ellipsis) -> ir.Expression:
        return ir.EllipsisLiteral(self.positions.span(node))

    def _integer(self, node: cst.Integer) -> ir.Expression:
        return self._literal(node, literals.integer(node.value))

    def _float(self, node: cst.Float) -> ir.Expression:
        return self._literal(node, literals.floating(node.value))

    def _imaginary(self, node: cst.Imaginary) -> ir.Expression:
        return self._literal(node, literals.imaginary(node.value))

    def _simple_string(self, node: cst.SimpleString) -> ir.Expression:
        return self._literal(node, literals.string(node.value))

    def _literal(self, node: cst.CSTNode, value: ir.ConstantValue | literals.Unreadable) -> ir.Expression:
        span = self.positions.span(node)
        return ir.Opaque(span, ()) if isinstance(value, literals.Unreadable) else ir.Constant(span, value)

    def _composed_string(self, node: cst.BaseString) -> ir.Expression:
        return strings.composed(node, self.positions.span(node), self.expression)

    def _attribute(self, node: cst.Attribute) -> ir.Expression:
        positions = self.positions
        return ir.Attribute(
            positions.span(node), self.expression(node.value), node.attr.value, positions.span(node.attr)
        )

    def _call(self, node: cst.Call) -> ir.Expression:
        return ir.Call(self.positions.span(node), self.expression(node.func), self.arguments(node.args))

    def _binary(self, node: cst.BinaryOperation) -> ir.Expression:
        operator = operators.BINARY[type(node.operator)]
        return ir.Binary(
            self.positions.span(node), operator, self.expression(node.left), self.expression(node.right)
        )

    def _unary(self, node: cst.UnaryOperation) -> ir.Expression:
        operator = operators.UNARY[type(node.operator)]
        return ir.Unary(self.positions.span(node), operator, self.expression(node.expression))

    def _comparison(self, node: cst.Comparison) -> ir.Expression:
        targets = node.comparisons
        return ir.Compare(
            self.positions.span(node),
            self.expression(node.left),
            tuple([operators.COMPARISON[type(target.operator)] for target in targets]),
            tuple([self.expression(target.comparator) for target in targets]),
        )

    def _boolean(self, node: cst.BooleanOperation) -> ir.Expression:
        kind = type(node.operator)
        operands: list[ir.Expression] = []
        pending: list[cst.BaseExpression] = [node]
        while pending:
            item = pending.pop()
            if isinstance(item, cst.BooleanOperation) and type(item.operator) is kind:
                pending += (item.right, item.left)
            else:
                operands.append(self.expression(item))
        return ir.Boolean(self.positions.span(node), "and" if kind is cst.And else "or", tuple(operands))

    def _conditional(self, node: cst.IfExp) -> ir.Expression:
        return ir.Conditional(
            self.positions.span(node),
            self.expression(node.test),
            self.expression(node.body),
            self.expression(node.orelse),
        )

    def _list(self, node: cst.List) -> ir.Expression:
        return ir.Sequence(self.positions.span(node), "list", self._elements(node.elements))

    def _tuple(self, node: cst.Tuple) -> ir.Expression:
        return ir.Sequence(self.positions.span(node), "tuple", self._elements(node.elements))

    def _set(self, node: cst.Set) -> ir.Expression:
        return ir.Sequence(self.positions.span(node), "set", self._elements(node.elements))

    def _elements(self, nodes: Sequence[cst.BaseElement]) -> tuple[ir.Expression, ...]:
        return tuple([
            self.expression(node) if isinstance(node, cst.StarredElement) else self.expression(node.value)
            for node in nodes
        ])

    def _starred(self, node: cst.StarredElement) -> ir.Expression:
        return ir.Starred(self.positions.span(node), self.expression(node.value))

    def _dict(self, node: cst.Dict) -> ir.Expression:
        return ir.Mapping(
            self.positions.span(node),
            tuple([self.expression(item.key) if isinstance(item, cst.DictElement) else None for item in node.elements]),
            tuple([self.expression(item.value) for item in node.elements]),
        )

    def _subscript(self, node: cst.Subscript) -> ir.Expression:
        span = self.positions.span
        indices = [self._index(item) for item in node.slice]
        if len(indices) == 1 and not isinstance(node.slice[0].comma, cst.Comma):
            index = indices[0]
        else:
            index = ir.Sequence(self.positions.between(node.slice[0], node.slice[-1]), "tuple", tuple(indices))
        return ir.Subscript(span(node), self.expression(node.value), index)

    def _index(self, element: cst.SubscriptElement) -> ir.Expression:
        node = element.slice
        if isinstance(node, cst.Slice):
            span = self.positions.span(element)
            return ir.Slice(span, self.optional(node.lower), self.optional(node.upper), self.optional(node.step))
        assert isinstance(node, cst.Index)
        value = self.expression(node.value)
        return ir.Starred(self.positions.span(element), value) if node.star else value

    def _comprehension(self, node: cst.ListComp | cst.SetComp | cst.GeneratorExp) -> ir.Expression:
        kind = "list" if isinstance(node, cst.ListComp) else "set" if isinstance(node, cst.SetComp) else "generator"
        generators = self._generators(node.for_in)
        return ir.Comprehension(self.positions.span(node), kind, self.expression(node.elt), None, generators)

    def _dict_comprehension(self, node: cst.DictComp) -> ir.Expression:
        return ir.Comprehension(
            self.positions.span(node),
            "dict",
            self.expression(node.key),
            self.expression(node.value),
            self._generators(node.for_in),
        )

    def _generators(self, node: cst.CompFor | None) -> tuple[ir.Generator, ...]:
        generators: list[ir.Generator] = []
        while node is not None:
            last = node.ifs[-1].test if node.ifs else node.iter
            generators.append(
                ir.Generator(
                    self.positions.between(node.target, last),
                    self.expression(node.target),
                    self.expression(node.iter),
                    tuple([self.expression(condition.test) for condition in node.ifs]),
                )
            )
            node = node.inner_for_in
        return tuple(generators)

    def _lambda(self, node: cst.Lambda) -> ir.Expression:
        return ir.Lambda(self.positions.span(node), self.parameters(node.params), self.expression(node.body))

    def _named(self, node: cst.NamedExpr) -> ir.Expression:
        return ir.Assignment(self.positions.span(node), self.expression(node.target), self.expression(node.value))

    def _await(self, node: cst.Await) -> ir.Expression:
        return self.expression(node.expression)

    def _yield(self, node: cst.Yield) -> ir.Expression:
        value = node.value.item if isinstance(node.value, cst.From) else node.value
        return self.opaque(self.positions.span(node), () if value is None else (value,))

    def opaque(self, span: Span, operands: Sequence[cst.CSTNode]) -> ir.Expression:
        """An unknown value that still evaluates ``operands``."""
        return ir.Opaque(span, tuple([self.expression(operand) for operand in operands]))


_HANDLERS: dict[type[cst.CSTNode], Callable[[ExpressionLowering, Any], ir.Expression]] = {
    cst.Name: ExpressionLowering._name,
    cst.Ellipsis: ExpressionLowering._ellipsis,
    cst.Integer: ExpressionLowering._integer,
    cst.Float: ExpressionLowering._float,
    cst.Imaginary: ExpressionLowering._imaginary,
    cst.SimpleString: ExpressionLowering._simple_string,
    cst.ConcatenatedString: ExpressionLowering._composed_string,
    cst.FormattedString: ExpressionLowering._composed_string,
    cst.Attribute: ExpressionLowering._attribute,
    cst.Call: ExpressionLowering._call,
    cst.BinaryOperation: ExpressionLowering._binary,
    cst.UnaryOperation: ExpressionLowering._unary,
    cst.Comparison: ExpressionLowering._comparison,
    cst.BooleanOperation: ExpressionLowering._boolean,
    cst.IfExp: ExpressionLowering._conditional,
    cst.List: ExpressionLowering._list,
    cst.Tuple: ExpressionLowering._tuple,
    cst.Set: ExpressionLowering._set,
    cst.StarredElement: ExpressionLowering._starred,
    cst.Dict: ExpressionLowering._dict,
    cst.Subscript: ExpressionLowering._subscript,
    cst.ListComp: ExpressionLowering._comprehension,
    cst.SetComp: ExpressionLowering._comprehension,
    cst.GeneratorExp: ExpressionLowering._comprehension,
    cst.DictComp: ExpressionLowering._dict_comprehension,
    cst.Lambda: ExpressionLowering._lambda,
    cst.NamedExpr: ExpressionLowering._named,
    cst.Await: ExpressionLowering._await,
    cst.Yield: ExpressionLowering._yield,
}
