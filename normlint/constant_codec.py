"""The values of literals as JSON values and back."""

from __future__ import annotations

from typing import Any

from normlint.ir import ConstantValue

# JSON numbers above this are left to no parser's mercy: Python refuses long decimal strings.
_PLAIN_INTEGER = 2**63


class FieldError(ValueError):
    """A value of another kind than the place asks for."""


def constant_to(value: ConstantValue) -> object:
    """A JSON value; what JSON lacks (bytes, complex, long integers) becomes a list with a letter first."""
    if isinstance(value, bytes):
        return ["b", value.decode("latin-1")]
    if isinstance(value, complex):
        return ["c", value.real, value.imag]
    if type(value) is int and abs(value) >= _PLAIN_INTEGER:
        return ["i", hex(value)]
    return value


def constant_from(item: Any) -> ConstantValue:
    """The literal's value. Raises ``FieldError`` for what ``constant_to`` does not make."""
    if item is None or type(item) in (bool, int, float, str):
        return item  # type: ignore[no-any-return]
    if type(item) is not list:
        raise FieldError("no constant")
    match item:
        case ["b", str(text)]:
            return text.encode("latin-1")
        case ["c", float(real), float(imaginary)]:
            return complex(real, imaginary)
        case ["i", str(text)] if text.removeprefix("-").startswith("0x"):
            return int(text, 16)
    raise FieldError("no constant")
