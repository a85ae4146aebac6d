"""LibCST statements to the intermediate form's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from normlint import ir
from normlint.lowering import operators
from normlint.lowering.expressions import ExpressionLowering
from normlint.lowering.patterns import captured_names, literal_of

Statements = tuple[ir.Statement, ...]


class StatementLowering(ExpressionLowering):
    """Lowers the statements of one module; what has no effect on values (pass, del, bare annotations) is dropped."""

    __slots__ = ()

    def block(self, nodes: Sequence[cst.CSTNode]) -> Statements:
        """Statement lines and compound statements in order."""
        lowered: list[ir.Statement] = []
        for node in nodes:
            if isinstance(node, cst.SimpleStatementLine):
                for small in node.body:
                    self._add(small, lowered)
            else:
                self._add(node, lowered)
        return tuple(lowered)

    def suite(self, node: cst.BaseSuite) -> Statements:
        """The body of a compound statement, indented or on the line of its header."""
        return self.block(node.body)

    def _add(self, node: cst.CSTNode, lowered: list[ir.Statement]) -> None:
        handler = _HANDLERS.get(type(node))
        if handler:
            lowered.append(handler(self, node))
        elif isinstance(node, cst.AnnAssign) and node.value is not None:
            lowered.append(self._annotated(node, node.value))

    def _annotated(self, node: cst.AnnAssign, value: cst.BaseExpression | None) -> ir.Statement:
        span = self.positions.span(node)
        annotation = self.expression(node.annotation.annotation)
        target = self.expression(node.target)
        return ir.Assign(span, (target,), ir.Opaque(span, ()) if value is None else self.expression(value), annotation)

    def _assign(self, node: cst.Assign) -> ir.Statement:
        targets = tuple([self.expression(target.target) for target in node.targets])
        return ir.Assign(self.positions.span(node), targets, self.expression(node.value))

    def _augmented(self, node: cst.AugAssign) -> ir.Statement:
        operator = operators.AUGMENTED[type(node.operator)]
        target = self.expression(node.target)
        return ir.AugmentedAssign(self.positions.span(node), operator, target, self.expression(node.value))

    def _expression_statement(self, node: cst.Expr) -> ir.Statement:
        return ir.ExpressionStatement(self.positions.span(node), self.expression(node.value))

    def _return(self, node: cst.Return) -> ir.Statement:
        return ir.Return(self.positions.span(node), self.optional(node.value))

    def _raise(self, node: cst.Raise) -> ir.Statement:
        return ir.Jump(self.positions.span(node), "raise", self.optional(node.exc))

    def _break(self, node: cst.Break) -> ir.Statement:
        return ir.Jump(self.positions.span(node), "break")

    def _continue(self, node: cst.Continue) -> ir.Statement:
        return ir.Jump(self.positions.span(node), "continue")

    def _assert(self, node: cst.Assert) -> ir.Statement:
        return ir.Assert(self.positions.span(node), self.expression(node.test))

    def _global(self, node: cst.Global) -> ir.Statement:
        return ir.Scope(self.positions.span(node), "global", tuple([item.name.value for item in node.names]))

    def _nonlocal(self, node: cst.Nonlocal) -> ir.Statement:
        return ir.Scope(self.positions.span(node), "nonlocal", tuple([item.name.value for item in node.names]))

    def _import(self, node: cst.Import) -> ir.Statement:
        return ir.Import(self.positions.span(node), self._imported(node.names))

    def _import_from(self, node: cst.ImportFrom) -> ir.Statement:
        span = self.positions.span(node)
        module = "" if node.module is None else _dotted(node.module)
        if isinstance(node.names, cst.ImportStar):
            names: tuple[ir.ImportName, ...] = (ir.ImportName(span, "*", None),)
        else:
            names = self._imported(node.names)
        return ir.ImportFrom(span, module, len(node.relative), names)

    def _imported(self, nodes: Sequence[cst.ImportAlias]) -> tuple[ir.ImportName, ...]:
        return tuple([
            ir.ImportName(self.positions.span(node), _dotted(node.name), _alias(node.asname)) for node in nodes
        ])

    def _if(self, node: cst.If) -> ir.Statement:
        chain = [node]
        last: cst.If | cst.Else | None = node.orelse
        while isinstance(last, cst.If):
            chain.append(last)
            last = last.orelse
        otherwise: Statements = () if last is None else self.suite(last.body)
        for link in reversed(chain[1:]):
            otherwise = (self._link(link, otherwise),)
        return self._link(node, otherwise)

    def _link(self, node: cst.If, otherwise: Statements) -> ir.If:
        return ir.If(self.positions.span(node), self.expression(node.test), self.suite(node.body), otherwise)

    def _for(self, node: cst.For) -> ir.Statement:
        return ir.For(
            self.positions.span(node),
            self.expression(node.target),
            self.expression(node.iter),
            self.suite(node.body),
            self._clause(node.orelse),
        )

    def _while(self, node: cst.While) -> ir.Statement:
        test, body = self.expression(node.test), self.suite(node.body)
        return ir.While(self.positions.span(node), test, body, self._clause(node.orelse))

    def _clause(self, node: cst.Else | cst.Finally | None) -> Statements:
        return () if node is None else self.suite(node.body)

    def _with(self, node: cst.With) -> ir.Statement:
        items = tuple([
            ir.WithItem(
                self.positions.span(item),
                self.expression(item.item),
                None if item.asname is None else self.expression(item.asname.name),
            )
            for item in node.items
        ])
        return ir.With(self.positions.span(node), items, self.suite(node.body))

    def _try(self, node: cst.Try | cst.TryStar) -> ir.Statement:
        handlers = tuple([
            ir.Handler(
                self.positions.span(handler),
                self.optional(handler.type),
                _alias(handler.name),
                self.suite(handler.body),
            )
            for handler in node.handlers
        ])
        body = self.suite(node.body)
        return ir.Try(
            self.positions.span(node), body, handlers, self._clause(node.orelse), self._clause(node.finalbody)
        )

    def _match(self, node: cst.Match) -> ir.Statement:
        subject = self.expression(node.subject)
        return ir.Match(self.positions.span(node), subject, tuple([self._case(case) for case in node.cases]))

    def _case(self, node: cst.MatchCase) -> ir.Case:
        span = self.positions.span(node)
        body = self.suite(node.body)
        literal = literal_of(node.pattern)
        lowered = None
        if node.guard is not None:
            guard = self.expression(node.guard)
            body = (ir.If(guard.span, guard, body, ()),)
        elif literal is not None:
            lowered = self.expression(literal)
        # What a pattern binds is unknown, which must not leave an older value behind.
        bound = tuple([
            ir.Assign(name.span, (name,), ir.Opaque(name.span, ()))
            for name in map(self.expression, captured_names(node.pattern))
        ])
        return ir.Case(span, lowered, bound + body)

    def _function(self, node: cst.FunctionDef) -> ir.Statement:
        return ir.Function(
            self.positions.span(node),
            node.name.value,
            self.positions.span(node.name),
            self.parameters(node.params),
            self.suite(node.body),
            self._decorators(node.decorators),
        )

    def _class(self, node: cst.ClassDef) -> ir.Statement:
        return ir.Class(
            self.positions.span(node),
            node.name.value,
            self.positions.span(node.name),
            self.arguments((*node.bases, *node.keywords)),
            self._members(node.body),
            self._decorators(node.decorators),
        )

    def _members(self, node: cst.BaseSuite) -> Statements:
        """The body of a class, where a bare annotation declares a field; elsewhere it does nothing."""
        lowered: list[ir.Statement] = []
        for child in node.body:
            for part in child.body if isinstance(child, cst.SimpleStatementLine) else (child,):
                if isinstance(part, cst.AnnAssign) and part.value is None:
                    lowered.append(self._annotated(part, None))
                else:
                    self._add(part, lowered)
        return tuple(lowered)

    def _decorators(self, nodes: Sequence[cst.Decorator]) -> tuple[ir.Expression, ...]:
        return tuple([self.expression(node.decorator) for node in nodes])


def _dotted(node: cst.CSTNode) -> str:
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if isinstance(node, cst.Name):
        parts.append(node.value)
    return ".".join(reversed(parts))


def _alias(node: cst.AsName | None) -> str | None:
    return node.name.value if node is not None and isinstance(node.name, cst.Name) else None


_HANDLERS: dict[type[cst.CSTNode], Callable[[StatementLowering, Any], ir.Statement]] = {
    cst.Assign: StatementLowering._assign,
    cst.AugAssign: StatementLowering._augmented,
    cst.Expr: StatementLowering._expression_statement,
    cst.Return: StatementLowering._return,
    cst.Raise: StatementLowering._raise,
    cst.Break: StatementLowering._break,
    cst.Continue: StatementLowering._continue,
    cst.Assert: StatementLowering._assert,
    cst.Global: StatementLowering._global,
    cst.Nonlocal: StatementLowering._nonlocal,
    cst.Import: StatementLowering._import,
    cst.ImportFrom: StatementLowering._import_from,
    cst.If: StatementLowering._if,
    cst.For: StatementLowering._for,
    cst.While: StatementLowering._while,
    cst.With: StatementLowering._with,
    cst.Try: StatementLowering._try,
    cst.TryStar: StatementLowering._try,
    cst.Match: StatementLowering._match,
    cst.FunctionDef: StatementLowering._function,
    cst.ClassDef: StatementLowering._class,
}
