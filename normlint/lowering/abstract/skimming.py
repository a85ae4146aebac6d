"""What the body of a function mentions as a whole, in one go over its nodes.

That is all there is to know unless something says more of a part of it than of the whole: a mean that is taken and may be
subtracted, an attribute that may be set to what mentions pixel values, an option. Few bodies have any of these.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from normlint.evaluate.signs import (
    CALCULATING,
    HIT,
    MEASURED,
    MEASURES,
    OPTIONS,
    is_hit,
    of_arithmetic,
    of_assigned,
    of_attribute,
    of_keyword,
    of_name,
)
from normlint.lowering.abstract.expressions import BINARY
from normlint.lowering.abstract.nodes import PARTS, number_in, of_items

if TYPE_CHECKING:
    from normlint.lowering.abstract.mentions import SyntaxReader

_IN_PARTS = MEASURES | OPTIONS | {"register_buffer"}
_COUNTING = (ast.Add, ast.Sub, ast.Mult, ast.Div)
_LITERAL = (ast.Constant, ast.UnaryOp, ast.Await)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def skim(reader: SyntaxReader, nodes: Sequence[ast.stmt], names: set[str]) -> int | None:
    """The mask of all of them; None where it has to be read part by part. The names are added to ``names`` either way."""
    mask = 0
    words: Collection[str] = reader.reader.words
    sets_attribute = False
    definitions: list[ast.stmt] = []
    pending: list[Any] = [*nodes]
    pop = pending.pop
    while pending:
        node = pop()
        kind = type(node)
        if kind is ast.Name:
            name = node.id
            names.add(name)
            mask |= of_name(name)
            if name in words:
                mask |= HIT
        elif kind is ast.Attribute:
            names.add(node.attr)
            mask |= of_attribute(node.attr)
            pending.append(node.value)
        elif kind is ast.Call:
            function = node.func
            if type(function) is ast.Attribute:
                operator = function.attr
                if operator in _IN_PARTS:
                    return None
                if operator in CALCULATING:
                    written = [*node.args, *[keyword.value for keyword in node.keywords]]
                    mask |= of_arithmetic(operator, map(number_in, written))
            elif type(function) is ast.Await:
                return None
            pending.append(function)
            pending += node.args
            for keyword in node.keywords:
                if keyword.arg is not None:
                    mask |= of_keyword(keyword.arg)
                pending.append(keyword.value)
        elif kind is ast.Assign or (kind is ast.AnnAssign and node.value is not None):
            if kind is ast.Assign:
                targets = node.targets
            else:
                targets = [node.target]
                pending.append(node.annotation)
            for target in targets:
                if type(target) is ast.Attribute:
                    sets_attribute = True
            if type(node.value) in _LITERAL:
                mask |= of_assigned(number_in(node.value))
            pending += targets
            pending.append(node.value)
        elif kind is ast.BinOp:
            if type(node.op) in _COUNTING:
                mask |= of_arithmetic(BINARY[type(node.op)], (number_in(node.left), number_in(node.right)))
            pending += (node.left, node.right)
        elif (fields := PARTS.get(kind)) is not None:
            for field in fields:
                part = getattr(node, field)
                if type(part) is list:
                    pending += part
                elif part is not None:
                    pending.append(part)
        elif kind is ast.Constant:
            mask |= reader.constant(node, names)
        elif kind is ast.Tuple or kind is ast.List or kind is ast.Set:
            mask |= of_items(node.elts)
            pending += node.elts
        elif kind is ast.Dict:
            pending += node.values
            pending += [key for key in node.keys if key is not None]
        elif kind is ast.With or kind is ast.AsyncWith:
            reader.lowering.item_extents(node)
            pending += node.items
            pending += node.body
        elif kind is ast.Match:
            return None
        elif kind in DEFINITIONS:
            definitions.append(node)
        else:
            mask |= reader.read(node, names)
    if mask & MEASURED or (sets_attribute and is_hit(mask)):
        return None
    definitions.sort(key=lambda node: node.lineno)
    return mask | reader.block(definitions, names)
