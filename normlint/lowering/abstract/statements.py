"""CPython's statements to the intermediate form's."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import Any, Union

from normlint import ir
from normlint.lowering.abstract.expressions import BINARY, ExpressionLowering
from normlint.lowering.abstract.extents import block_extent
from normlint.lowering.abstract.patterns import captured_names, case_extent
from normlint.lowering.abstract.source import Source, UnsupportedError
from normlint.places import Span

Statements = tuple[ir.Statement, ...]
Definition = Union[ast.FunctionDef, ast.AsyncFunctionDef]
Leave = Callable[[Definition, Span], Union[tuple[Callable[[ir.Function], Statements], int, str], None]]

_FUNCTION = re.compile(r"(?:async[ \t]+)?def[ \t]+(\w+)")
_CLASS = re.compile(r"class[ \t]+(\w+)")
_WITH = re.compile(r"(?:async[ \t]+)?with\b")


class StatementLowering(ExpressionLowering):
    """Lowers the statements of one module; what has no effect on values (pass, del, bare annotations) is dropped.

    ``leave`` is asked for what reads the body of a function later, its length and its lines: None for one that is to be
    lowered now.
    """

    __slots__ = ("leave",)

    def __init__(self, source: Source, leave: Leave | None = None) -> None:
        super().__init__(source)
        self.leave = leave

    def block(self, nodes: Sequence[ast.stmt]) -> Statements:
        lowered: list[ir.Statement] = []
        for node in nodes:
            self._add(node, lowered)
        return tuple(lowered)

    def _add(self, node: ast.stmt, lowered: list[ir.Statement]) -> None:
        kind = type(node)
        handler = _HANDLERS.get(kind)
        if handler is not None:
            lowered.append(handler(self, node))
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                lowered.append(self._annotated(node))
        elif kind is not ast.Pass and kind is not ast.Delete:
            raise UnsupportedError(kind.__name__)

    def _annotated(self, node: ast.AnnAssign) -> ir.Statement:
        span = self.source.span(node)
        annotation, target = self.expression(node.annotation), self.expression(node.target)
        value = ir.Opaque(span, ()) if node.value is None else self.expression(node.value)
        return ir.Assign(span, (target,), value, annotation)

    def _assign(self, node: ast.Assign) -> ir.Statement:
        targets = tuple([self.expression(target) for target in node.targets])
        return ir.Assign(self.source.span(node), targets, self.expression(node.value))

    def _augmented(self, node: ast.AugAssign) -> ir.Statement:
        target, value = self.expression(node.target), self.expression(node.value)
        return ir.AugmentedAssign(self.source.span(node), BINARY[type(node.op)], target, value)

    def _expression_statement(self, node: ast.Expr) -> ir.Statement:
        return ir.ExpressionStatement(self.source.span(node), self.expression(node.value))

    def _return(self, node: ast.Return) -> ir.Statement:
        return ir.Return(self.source.span(node), self.optional(node.value))

    def _raise(self, node: ast.Raise) -> ir.Statement:
        return ir.Jump(self.source.span(node), "raise", self.optional(node.exc))

    def _break(self, node: ast.Break) -> ir.Statement:
        return ir.Jump(self.source.span(node), "break")

    def _continue(self, node: ast.Continue) -> ir.Statement:
        return ir.Jump(self.source.span(node), "continue")

    def _assert(self, node: ast.Assert) -> ir.Statement:
        return ir.Assert(self.source.span(node), self.expression(node.test))

    def _scope(self, node: ast.Global | ast.Nonlocal) -> ir.Statement:
        span = self.source.span(node)
        self.source.check(span, *node.names)
        return ir.Scope(span, "global" if isinstance(node, ast.Global) else "nonlocal", tuple(node.names))

    def _import(self, node: ast.Import) -> ir.Statement:
        return ir.Import(self.source.span(node), self._imported(node.names))

    def _import_from(self, node: ast.ImportFrom) -> ir.Statement:
        span = self.source.span(node)
        if node.names[0].name == "*":
            names: tuple[ir.ImportName, ...] = (ir.ImportName(span, "*", None),)
        else:
            names = self._imported(node.names)
        return ir.ImportFrom(span, node.module or "", node.level, names)

    def _imported(self, nodes: Sequence[ast.alias]) -> tuple[ir.ImportName, ...]:
        names: list[ir.ImportName] = []
        for node in nodes:
            span = self.source.span(node)
            self.source.check(span, node.name.rpartition(".")[2], node.asname or "")
            names.append(ir.ImportName(span, node.name, node.asname))
        return tuple(names)

    def _if(self, node: ast.If) -> ir.Statement:
        chain = [node]
        while len(chain[-1].orelse) == 1 and isinstance(chain[-1].orelse[0], ast.If):
            chain.append(chain[-1].orelse[0])
        otherwise = self.block(chain[-1].orelse)
        for link in reversed(chain[1:]):
            otherwise = (self._link(link, otherwise),)
        return self._link(node, otherwise)

    def _link(self, node: ast.If, otherwise: Statements) -> ir.If:
        return ir.If(block_extent(self.source, node), self.expression(node.test), self.block(node.body), otherwise)

    def _for(self, node: ast.For | ast.AsyncFor) -> ir.Statement:
        target, iterable = self.expression(node.target), self.expression(node.iter)
        return ir.For(block_extent(self.source, node), target, iterable, self.block(node.body), self.block(node.orelse))

    def _while(self, node: ast.While) -> ir.Statement:
        test, body = self.expression(node.test), self.block(node.body)
        return ir.While(block_extent(self.source, node), test, body, self.block(node.orelse))

    def _with(self, node: ast.With | ast.AsyncWith) -> ir.Statement:
        items = tuple([
            ir.WithItem(span, self.expression(item.context_expr), self.optional(item.optional_vars))
            for item, span in zip(node.items, self.item_extents(node), strict=True)
        ])
        return ir.With(block_extent(self.source, node), items, self.block(node.body))

    def item_extents(self, node: ast.With | ast.AsyncWith) -> list[Span]:
        """The stretches of the items of a with statement."""
        source = self.source
        match = _WITH.match(source.text, source.start(source.span(node)))
        if match is None:
            raise UnsupportedError("a with that begins otherwise")
        at, spans = match.end(), []
        for item in node.items:
            span = source.span(item.context_expr)
            if source.skip(at) != source.start(span):
                raise UnsupportedError("parentheses in a with")
            if item.optional_vars is not None:
                last = source.span(item.optional_vars)
                span = span._replace(end_line=last.end_line, end_column=last.end_column)
            at = source.skip(source.end(span))
            if source.text[at] not in ",:":
                raise UnsupportedError("parentheses in a with")
            spans.append(span)
            at += 1
        return spans

    def _try(self, node: Any) -> ir.Statement:
        handlers = tuple([self._handler(handler) for handler in node.handlers])
        body, otherwise, final = self.block(node.body), self.block(node.orelse), self.block(node.finalbody)
        return ir.Try(block_extent(self.source, node), body, handlers, otherwise, final)

    def _handler(self, node: ast.ExceptHandler) -> ir.Handler:
        span = block_extent(self.source, node)
        self.source.check(span, node.name or "")
        return ir.Handler(span, self.optional(node.type), node.name, self.block(node.body))

    def _match(self, node: ast.Match) -> ir.Statement:
        subject = self.expression(node.subject)
        return ir.Match(block_extent(self.source, node), subject, tuple([self._case(case) for case in node.cases]))

    def _case(self, node: ast.match_case) -> ir.Case:
        span = case_extent(self.source, node)
        body = self.block(node.body)
        literal = node.pattern
        lowered = None
        if node.guard is not None:
            guard = self.expression(node.guard)
            body = (ir.If(guard.span, guard, body, ()),)
        elif isinstance(literal, ast.MatchValue):
            lowered = self.expression(literal.value)
        elif isinstance(literal, ast.MatchSingleton):
            lowered = ir.Constant(self.source.span(literal), literal.value)
        # What a pattern binds is unknown, which must not leave an older value behind.
        bound = tuple([
            ir.Assign(name.span, (name,), ir.Opaque(name.span, ())) for name in captured_names(self.source, node.pattern)
        ])
        return ir.Case(span, lowered, bound + body)

    def _function(self, node: Definition) -> ir.Statement:
        span, name_span = block_extent(self.source, node), self.function_name(node)
        parameters, decorators = self.parameters(node.args), self._decorators(node.decorator_list)
        leave = self.leave
        left = leave(node, name_span) if leave is not None else None
        if left is not None:
            read, length, text = left
            return ir.Function.unread(span, node.name, name_span, parameters, decorators, read, length, text)
        self.leave = None  # what it defines itself is a part of its body
        try:
            return ir.Function(span, node.name, name_span, parameters, self.block(node.body), decorators)
        finally:
            self.leave = leave

    def function_name(self, node: Definition) -> Span:
        """The span of the name of a function in its definition."""
        return self._name_after(_FUNCTION, self.source.span(node), node.name)[0]

    def class_name(self, node: ast.ClassDef) -> tuple[Span, int]:
        """The span of the name of a class in its definition, and the offset after it, or after the parenthesis of its bases."""
        name_span, at = self._name_after(_CLASS, self.source.span(node), node.name)
        return name_span, self.source.closing(at, "(") if node.bases or node.keywords else at

    def _class(self, node: ast.ClassDef) -> ir.Statement:
        span = block_extent(self.source, node)
        name_span, at = self.class_name(node)
        bases = self.arguments(node.bases, node.keywords, at) if node.bases or node.keywords else ()
        bases = (*(b for b in bases if _is_base(b)), *(b for b in bases if not _is_base(b)))
        body = self._members(node.body)
        return ir.Class(span, node.name, name_span, bases, body, self._decorators(node.decorator_list))

    def _members(self, nodes: Sequence[ast.stmt]) -> Statements:
        """The body of a class, where a bare annotation declares a field; elsewhere it does nothing."""
        lowered: list[ir.Statement] = []
        for node in nodes:
            if isinstance(node, ast.AnnAssign) and node.value is None:
                lowered.append(self._annotated(node))
            else:
                self._add(node, lowered)
        return tuple(lowered)

    def _name_after(self, pattern: re.Pattern[str], span: Span, name: str) -> tuple[Span, int]:
        """The span of the name that a definition begins with, and the offset after it."""
        match = pattern.match(self.source.text, self.source.start(span))
        if match is None or match[1] != name:
            raise UnsupportedError("a definition that begins otherwise")
        column = span.column + match.start(1) - match.start()
        return Span(span.line, column, span.line, column + len(name)), match.end()

    def _decorators(self, nodes: Sequence[ast.expr]) -> tuple[ir.Expression, ...]:
        return tuple([self.expression(node) for node in nodes])


def _is_base(argument: ir.Argument) -> bool:
    """LibCST keeps the bases of a class apart from its keywords."""
    return argument.keyword is None and argument.star != "**"


_HANDLERS: dict[type[ast.stmt], Callable[[StatementLowering, Any], ir.Statement]] = {
    ast.Assign: StatementLowering._assign,
    ast.AugAssign: StatementLowering._augmented,
    ast.Expr: StatementLowering._expression_statement,
    ast.Return: StatementLowering._return,
    ast.Raise: StatementLowering._raise,
    ast.Break: StatementLowering._break,
    ast.Continue: StatementLowering._continue,
    ast.Assert: StatementLowering._assert,
    ast.Global: StatementLowering._scope,
    ast.Nonlocal: StatementLowering._scope,
    ast.Import: StatementLowering._import,
    ast.ImportFrom: StatementLowering._import_from,
    ast.If: StatementLowering._if,
    ast.For: StatementLowering._for,
    ast.AsyncFor: StatementLowering._for,
    ast.While: StatementLowering._while,
    ast.With: StatementLowering._with,
    ast.AsyncWith: StatementLowering._with,
    ast.Try: StatementLowering._try,
    ast.Match: StatementLowering._match,
    ast.FunctionDef: StatementLowering._function,
    ast.AsyncFunctionDef: StatementLowering._function,
    ast.ClassDef: StatementLowering._class,
}
if hasattr(ast, "TryStar"):  # from Python 3.11 on
    _HANDLERS[ast.TryStar] = StatementLowering._try
