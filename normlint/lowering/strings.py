"""f-strings and adjacent string literals: joined where constant, in order where not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from normlint import ir
from normlint.lowering import literals
from normlint.lowering.joining import append, joined
from normlint.places import Span

Lower = Callable[[cst.CSTNode], ir.Expression]


def composed(node: cst.BaseString, span: Span, lower: Lower) -> ir.Expression:
    """A concatenation or an f-string; ``lower`` lowers the expressions inside.

    A field with a format or a conversion other than ``!s`` is ``Opaque``: its text is not that of its value.
    """
    parts: list[ir.Expression] = []
    formatted = False
    for piece in _pieces(node):
        if isinstance(piece, cst.SimpleString):
            append(parts, span, literals.string(piece.value))
        elif isinstance(piece, cst.FormattedString):
            formatted = True
            raw = "r" in piece.prefix.lower()
            for content in piece.parts:
                if isinstance(content, cst.FormattedStringText):
                    text = content.value.replace("{{", "{").replace("}}", "}")
                    append(parts, span, literals.unescape(text, raw=raw))
                elif isinstance(content, cst.FormattedStringExpression):
                    parts.append(_field(content, lower))
        else:
            parts.append(ir.Opaque(span, ()))
    return joined(parts, span, formatted)


def _pieces(node: cst.BaseString) -> Iterator[cst.BaseString]:
    pending = [node]
    while pending:
        item = pending.pop()
        if isinstance(item, cst.ConcatenatedString):
            pending += (item.right, item.left)
        else:
            yield item


def _field(node: cst.FormattedStringExpression, lower: Lower) -> ir.Expression:
    value = lower(node.expression)
    plain = node.conversion in (None, "s") and not node.format_spec and node.equal is None
    if plain:
        return value
    return ir.Opaque(value.span, (value, *_nested(node, lower)))


def _nested(node: cst.FormattedStringExpression, lower: Lower) -> list[ir.Expression]:
    """The expressions inside a field's format."""
    nested: list[ir.Expression] = []
    pending = [*(node.format_spec or ())]
    while pending:
        part = pending.pop(0)
        if isinstance(part, cst.FormattedStringExpression):
            nested.append(lower(part.expression))
            pending = [*(part.format_spec or ()), *pending]
    return nested
