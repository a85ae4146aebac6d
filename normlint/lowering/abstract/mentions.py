"""What the bodies of functions mention, read off CPython's tree: the same as from what it is lowered to.

Whatever the lowering would have to be asked for, or refuses, it is asked for: a body that is left for later is one that can
be lowered.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import Any

from normlint.evaluate.relevance import CONFIG_FILE, CONFIG_SUFFIXES, Reader
from normlint.evaluate.signs import (
    CALCULATING,
    CARRIED,
    HIT,
    MEASURED,
    MEASURES,
    OPTIONS,
    is_hit,
    of_arithmetic,
    of_assigned,
    of_attribute,
    of_constant,
    of_keyword,
    of_measured,
    of_name,
)
from normlint.lowering.abstract.expressions import BINARY
from normlint.lowering.abstract.extents import parameter_extent
from normlint.lowering.abstract.formatted import formatted
from normlint.lowering.abstract.nodes import PARTS, bare, number_in, of_items, size_of
from normlint.lowering.abstract.skimming import skim
from normlint.lowering.abstract.source import UnsupportedError
from normlint.lowering.abstract.statements import StatementLowering


class SyntaxReader:
    """Reads for ``reader`` what ``lowering`` would lower."""

    def __init__(self, lowering: StatementLowering, reader: Reader) -> None:
        self.lowering = lowering
        self.reader = reader

    def body(self, nodes: Sequence[ast.stmt], names: set[str]) -> int:
        """What the body of a function mentions, as a mask; the names in it are added to ``names``."""
        mask = skim(self, nodes, names)
        return self.block(nodes, names) if mask is None else mask

    def block(self, nodes: Sequence[ast.AST], names: set[str]) -> int:
        """The same of any nodes, read part by part."""
        mask = 0
        for node in nodes:
            mask |= self.read(node, names)
        return mask

    def read(self, node: ast.AST, names: set[str]) -> int:
        """What a node mentions, as a mask; the names in it are added to ``names``."""
        kind = type(node)
        fields = PARTS.get(kind)
        if fields is None:
            handler = _HANDLERS.get(kind)
            if handler is None:
                raise UnsupportedError(kind.__name__)
            return handler(self, node, names)
        mask = 0
        for field in fields:
            part = getattr(node, field)
            if type(part) is list:
                for item in part:
                    mask |= self.read(item, names)
            elif part is not None:
                mask |= self.read(part, names)
        return mask

    def _name(self, node: ast.Name, names: set[str]) -> int:
        name = node.id
        names.add(name)
        return of_name(name) | HIT * (name in self.reader.words)

    def constant(self, node: ast.Constant, names: set[str]) -> int:
        """What a literal mentions."""
        value = node.value
        if type(value) is str:
            if value.endswith(CONFIG_SUFFIXES):
                names.add(CONFIG_FILE)
        elif value is Ellipsis:
            return 0
        elif type(value) is int and value > _SHORT:
            self.lowering.expression(node)  # it may be too long
        return of_constant(value)

    def _formatted(self, node: ast.JoinedStr, names: set[str]) -> int:
        if self.lowering.source.matches(_SIMPLE, node):
            return self.block([part.value if isinstance(part, ast.FormattedValue) else part for part in node.values], names)
        return self.reader.read(formatted(self.lowering, node), names)

    def _attribute(self, node: ast.Attribute, names: set[str]) -> int:
        names.add(node.attr)
        return self.read(node.value, names) | of_attribute(node.attr)

    def _call(self, node: ast.Call, names: set[str]) -> int:
        function = bare(node.func)
        if not isinstance(function, ast.Attribute):
            return self.read(function, names) | self.block(node.args, names) | self.block(node.keywords, names)
        operator = function.attr
        if operator == "register_buffer":
            return self.reader.read(self.lowering.expression(node), names)
        if operator in MEASURES:
            names.add(operator)
            function, mask = function.value, MEASURED
        else:
            mask = 0
        mask |= self.read(function, names) | self.block(node.args, names) | self.block(node.keywords, names)
        if operator in CALCULATING:
            written = [*node.args, *[keyword.value for keyword in node.keywords]]
            mask |= of_arithmetic(operator, map(number_in, written)) | HIT * (MEASURED & mask > 0)
        elif operator in OPTIONS and mask & HIT:
            self.reader.note_option()
        return mask

    def _keyword(self, node: ast.keyword, names: set[str]) -> int:
        return self.read(node.value, names) | (of_keyword(node.arg) if node.arg is not None else 0)

    def _binary(self, node: ast.BinOp, names: set[str]) -> int:
        operator, mask = BINARY[type(node.op)], self.read(node.left, names) | self.read(node.right, names)
        return mask | of_arithmetic(operator, (number_in(node.left), number_in(node.right))) | of_measured(operator, mask)

    def _sequence(self, node: ast.List | ast.Tuple | ast.Set, names: set[str]) -> int:
        return self.block(node.elts, names) | of_items(node.elts)

    def _dict(self, node: ast.Dict, names: set[str]) -> int:
        return self.block([key for key in node.keys if key is not None], names) | self.block(node.values, names)

    def _parameters(self, node: ast.arguments, names: set[str]) -> int:
        mask = self.block([*node.posonlyargs, *node.args, *node.kwonlyargs, *node.defaults], names)
        mask |= self.block([default for default in node.kw_defaults if default is not None], names)
        for star, parameter in (("*", node.vararg), ("**", node.kwarg)):
            if parameter is not None:
                parameter_extent(self.lowering.source, parameter, star)
                mask |= self.read(parameter, names)
        return mask

    def _parameter(self, node: ast.arg, names: set[str]) -> int:
        return of_keyword(node.arg) | (self.read(node.annotation, names) if node.annotation is not None else 0)

    def _assign(self, node: ast.Assign, names: set[str]) -> int:
        return self._assigned(node.targets, node.value, names)

    def _annotated(self, node: ast.AnnAssign, names: set[str]) -> int:
        if node.value is None:
            return 0
        return self._assigned([node.target], node.value, names) | self.read(node.annotation, names)

    def _assigned(self, targets: Sequence[ast.expr], value: ast.expr, names: set[str]) -> int:
        mask, found = self.block(targets, names), self.read(value, names)
        if is_hit(found):
            for target in targets:
                if isinstance(target, ast.Attribute):
                    self.reader.note_hit(target.attr)
        return mask | found | of_assigned(number_in(value))

    def _augmented(self, node: ast.AugAssign, names: set[str]) -> int:
        operator, mask = BINARY[type(node.op)], self.read(node.target, names) | self.read(node.value, names)
        return mask | of_arithmetic(operator, (number_in(node.value),)) | of_measured(operator, mask)

    def _with(self, node: ast.With | ast.AsyncWith, names: set[str]) -> int:
        self.lowering.item_extents(node)
        return self.block(node.items, names) | self.block(node.body, names)

    def _imported(self, node: ast.Import | ast.ImportFrom, names: set[str]) -> int:
        names.update([name.name.split(".")[0] for name in node.names])
        return 0

    def _lowered(self, node: ast.stmt, names: set[str]) -> int:
        return self.reader.read(self.lowering.block([node]), names)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, names: set[str]) -> int:
        own: set[str] = set()
        span = self.lowering.function_name(node)
        mask = self.read(node.args, own) | self.body(node.body, own) | self.block(node.decorator_list, own)
        self.reader.define(node.name, span, mask, own, size_of(node.body) if mask & CARRIED else 0)
        names |= own
        return mask

    def _class(self, node: ast.ClassDef, names: set[str]) -> int:
        own: set[str] = set()
        self.lowering.class_name(node)
        mask = self.block([*node.bases, *node.keywords], own)
        for member in node.body:
            mask |= self.read(member, own)
            if isinstance(member, ast.AnnAssign) and member.value is None:
                mask |= self.read(member.target, own) | self.read(member.annotation, own)
        mask |= self.block(node.decorator_list, own)
        self.reader.define(node.name, None, mask, own, size_of(node.body, members=True) if mask & CARRIED else 0)
        names |= own
        return mask


# f-strings of one line that hold nothing but plain characters and names, which are lowered as the tree has them.
_SIMPLE = re.compile(r"""(?:[fF]?(?:"(?:[^"\\{}\n]|\{[\w.]+\})*"|'(?:[^'\\{}\n]|\{[\w.]+\})*')[ \n]*)+""")
# Longer whole numbers may have more digits than CPython converts.
_SHORT = 1 << 64
_HANDLERS: dict[type[ast.AST], Callable[[SyntaxReader, Any, set[str]], int]] = {
    ast.Name: SyntaxReader._name,
    ast.Constant: SyntaxReader.constant,
    ast.JoinedStr: SyntaxReader._formatted,
    ast.Attribute: SyntaxReader._attribute,
    ast.Call: SyntaxReader._call,
    ast.keyword: SyntaxReader._keyword,
    ast.BinOp: SyntaxReader._binary,
    ast.List: SyntaxReader._sequence,
    ast.Tuple: SyntaxReader._sequence,
    ast.Set: SyntaxReader._sequence,
    ast.Dict: SyntaxReader._dict,
    ast.arguments: SyntaxReader._parameters,
    ast.arg: SyntaxReader._parameter,
    ast.Assign: SyntaxReader._assign,
    ast.AnnAssign: SyntaxReader._annotated,
    ast.AugAssign: SyntaxReader._augmented,
    ast.With: SyntaxReader._with,
    ast.AsyncWith: SyntaxReader._with,
    ast.Import: SyntaxReader._imported,
    ast.ImportFrom: SyntaxReader._imported,
    ast.Match: SyntaxReader._lowered,
    ast.FunctionDef: SyntaxReader._function,
    ast.AsyncFunctionDef: SyntaxReader._function,
    ast.ClassDef: SyntaxReader._class,
}
