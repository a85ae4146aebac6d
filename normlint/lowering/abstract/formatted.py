"""f-strings and what is joined with them, read from their text: before Python 3.12 the tree has wrong positions in them."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from normlint import ir
from normlint.lowering import literals
from normlint.lowering.abstract.extents import tuple_between
from normlint.lowering.abstract.source import Embedded, Source, UnsupportedError
from normlint.lowering.joining import append, joined
from normlint.places import Span

if TYPE_CHECKING:
    from normlint.lowering.abstract.expressions import ExpressionLowering

_OPENING = re.compile(r"([A-Za-z]{0,2})(\"\"\"|'''|\"|')")
_CLOSING = {
    quote: re.compile(rf"((?:[^\\]|\\.)*?){quote}" if len(quote) == 3 else rf"((?:[^\\\n{quote}]|\\.)*){quote}", re.DOTALL)
    for quote in ('"""', "'''", '"', "'")
}
_LITERAL = re.compile(r"(?:[^\\{}]|\{\{|\}\}|\\N\{[^{}]*\}|\\[^{}N])*")
_RAW_LITERAL = re.compile(r"(?:[^\\{}]|\{\{|\}\}|\\(?![{}]))*")
_FORMAT = re.compile(r"[^\\{}'\"]*")
_QUOTED = re.compile(r"\"\"\"[^\\]*?\"\"\"|'''[^\\]*?'''|\"[^\\\"\n]*\"|'[^\\'\n]*'")
_CONVERSION = re.compile(r"!([sra])")


def formatted(lowering: ExpressionLowering, node: ast.JoinedStr) -> ir.Expression:
    """The whole string. A field with a format or a conversion other than ``!s`` is ``Opaque``: its text is not its value's."""
    source = lowering.source
    span = source.span(node)
    text, at, end = source.text, source.start(span), source.end(span)
    parts: list[ir.Expression] = []
    is_formatted = False
    while at < end:
        opening = _OPENING.match(text, at)
        closing = _CLOSING[opening[2]].match(text, opening.end(), end) if opening is not None else None
        if opening is None or closing is None:
            raise UnsupportedError("a string that reads otherwise")
        prefix = opening[1].lower()
        if "f" in prefix:
            is_formatted = True
            _Reader(lowering, parts, closing.end(1), "r" in prefix).read(opening.end(), span)
        else:
            append(parts, span, literals.string(text[at : closing.end()]))
        at = source.skip(closing.end())
        if closing.end() < end < at:
            at = end
    return joined(parts, span, is_formatted)


class _Reader:
    """Reads the text of one f-string between its quotes, which ends at the offset ``end``."""

    def __init__(self, lowering: ExpressionLowering, parts: list[ir.Expression], end: int, raw: bool) -> None:
        self.source: Source = lowering.source
        self.kind = type(lowering)
        self.text = lowering.source.text
        self.parts = parts
        self.end = end
        self.raw = raw

    def read(self, at: int, span: Span) -> None:
        """Add the parts from an offset on; ``span`` is that of the whole string."""
        pattern = _RAW_LITERAL if self.raw else _LITERAL
        while at < self.end:
            match = pattern.match(self.text, at, self.end)
            stop = match.end() if match is not None else at
            if stop > at:
                spelled = self.text[at:stop].replace("{{", "{").replace("}}", "}")
                append(self.parts, span, literals.unescape(spelled, raw=self.raw))
            if stop < self.end:
                value, nested, plain, stop = self._field(stop)
                self.parts.append(value if plain else ir.Opaque(value.span, (value, *nested)))
            at = stop

    def _field(self, at: int) -> tuple[ir.Expression, list[ir.Expression], bool, int]:
        """The value of the field that begins at an offset, those in its format, whether it is as it is, the offset after."""
        if self.text[at] != "{":
            raise UnsupportedError("an f-string that reads otherwise")
        stop = self._expression_end(at + 1)
        value = self._expression(at + 1, stop)
        nested: list[ir.Expression] = []
        plain = self.text[stop] != "="
        if not plain:
            stop += 1
            while self.text[stop] in " \t\n":
                stop += 1
        conversion = _CONVERSION.match(self.text, stop, self.end)
        if conversion is not None:
            plain, stop = plain and conversion[1] == "s", conversion.end()
        if self.text[stop] == ":":
            plain = plain and self.text[stop + 1] == "}"
            stop = self._format_end(stop + 1, nested)
        if stop >= self.end or self.text[stop] != "}":
            raise UnsupportedError("a field that ends otherwise")
        return value, nested, plain, stop + 1

    def _format_end(self, at: int, nested: list[ir.Expression]) -> int:
        """The offset of the brace after a format; the values in it join ``nested``."""
        while True:
            match = _FORMAT.match(self.text, at, self.end)
            at = match.end() if match is not None else at
            if at >= self.end or self.text[at] != "{":
                return at
            if self.text[at + 1] == "{":
                raise UnsupportedError("braces in a format")
            value, inner, _, at = self._field(at)
            nested += (value, *inner)

    def _expression_end(self, at: int) -> int:
        text, depth = self.text, 0
        while at < self.end:
            character = text[at]
            if character in "'\"":
                quoted = _QUOTED.match(text, at, self.end)
                if quoted is None:
                    break
                at = quoted.end()
                continue
            if character in "([{":
                depth += 1
            elif character in ")]}":
                if depth == 0:
                    return at
                depth -= 1
            elif character in "\\#":
                break
            elif depth == 0 and character in "=!<>":
                if text[at + 1] == "=":
                    at += 2
                    continue
                if character in "=!":
                    return at
            elif depth == 0 and character == ":":
                return at
            at += 1
        raise UnsupportedError("a field without an end")

    def _expression(self, start: int, stop: int) -> ir.Expression:
        tree = ast.parse(f"({self.text[start:stop]})", mode="eval").body
        source = Embedded(self.source, start)
        lowering = self.kind(source)
        if tree.lineno != 1 or tree.col_offset != 0:
            return lowering.expression(tree)
        if not isinstance(tree, ast.Tuple) or not tree.elts:
            raise UnsupportedError("parentheses that are not written")
        items = tuple([lowering.expression(item) for item in tree.elts])
        return ir.Sequence(tuple_between(source, tree, start, stop), "tuple", items)
