"""The parts of adjacent string literals and f-strings, joined where constant."""

from __future__ import annotations

from normlint import ir
from normlint.lowering import literals
from normlint.places import Span


def append(parts: list[ir.Expression], span: Span, value: str | bytes | literals.Unreadable) -> None:
    """Add a constant part, joined with a constant of the same type before it."""
    if isinstance(value, literals.Unreadable):
        parts.append(ir.Opaque(span, ()))
        return
    last = parts[-1] if parts else None
    if isinstance(last, ir.Constant):
        before = last.value
        if isinstance(before, str) and isinstance(value, str):
            parts[-1] = ir.Constant(span, before + value)
            return
        if isinstance(before, bytes) and isinstance(value, bytes):
            parts[-1] = ir.Constant(span, before + value)
            return
    parts.append(ir.Constant(span, value))


def joined(parts: list[ir.Expression], span: Span, formatted: bool) -> ir.Expression:
    """The whole string; ``formatted`` says that one of its literals is an f-string."""
    if len(parts) == 1 and isinstance(parts[0], ir.Constant):
        return parts[0]
    if not parts:
        return ir.Constant(span, "")
    mixed = any(isinstance(part, ir.Constant) and isinstance(part.value, bytes) for part in parts)
    if formatted and not mixed:
        return ir.FormattedString(span, tuple(parts))
    return ir.Opaque(span, tuple(part for part in parts if not isinstance(part, ir.Constant)))
