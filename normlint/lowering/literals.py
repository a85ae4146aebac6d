"""The values of literals, from their spelling; ``None`` in place of the value where the spelling has none."""

from __future__ import annotations

import re
import unicodedata

from normlint.immutable import dataclass

# CPython refuses to convert longer decimal strings; a number of this size is no pixel value either.
_LONGEST_INTEGER = 4300
_PREFIX = re.compile(r"[A-Za-z]*")
_ESCAPE = re.compile(
    r"\\(?:(?P<octal>[0-7]{1,3})|x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})"
    r"|N\{(?P<name>[^}]*)\}|(?P<other>.))",
    re.DOTALL,
)
_SIMPLE = {
    "\n": "", "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t",
    "v": "\v",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A literal whose value cannot be told: too long a number, an escape that CPython rejects."""


UNREADABLE = Unreadable()


def integer(text: str) -> int | Unreadable:
    """``0x_ff``, ``1_000``; too long a number is unreadable."""
    if len(text) > _LONGEST_INTEGER:
        return UNREADABLE
    try:
        return int(text.replace("_", ""), 0)
    except ValueError:
        return UNREADABLE


def floating(text: str) -> float | Unreadable:
    try:
        return float(text.replace("_", ""))
    except ValueError:
        return UNREADABLE


def imaginary(text: str) -> complex | Unreadable:
    try:
        return complex(text.replace("_", ""))
    except ValueError:
        return UNREADABLE


def string(text: str) -> str | bytes | Unreadable:
    """A whole literal with its prefix and quotes (no f-string)."""
    match = _PREFIX.match(text)
    prefix = match.group().lower() if match else ""
    quoted = text[len(prefix) :]
    width = 3 if quoted[:3] in ('"""', "'''") and len(quoted) >= 6 else 1
    body = quoted[width:-width]
    if "b" not in prefix:
        return unescape(body, raw="r" in prefix)
    if not body.isascii():
        return UNREADABLE
    value = unescape(body, raw="r" in prefix, binary=True)
    return value if isinstance(value, Unreadable) else value.encode("latin-1")


def unescape(body: str, *, raw: bool, binary: bool = False) -> str | Unreadable:
    """The characters that ``body`` stands for; of bytes (``binary``) as code points up to 255."""
    if raw or "\\" not in body:
        return body
    broken = False

    def replacement(match: re.Match[str]) -> str:
        nonlocal broken
        kind = match.lastgroup or ""
        spelled = match.group(kind)
        if kind == "octal":
            return chr(int(spelled, 8) & 0xFF if binary else int(spelled, 8))
        if kind == "x":
            return chr(int(spelled, 16))
        if kind != "other" and binary:
            return match.group()
        if kind in ("u", "U"):
            code = int(spelled, 16)
            broken = broken or code > 0x10FFFF
            return chr(min(code, 0x10FFFF))
        if kind == "name":
            try:
                return unicodedata.lookup(spelled)
            except KeyError:
                broken = True
                return ""
        if spelled == "x" or (not binary and spelled in "uUN"):
            broken = True
        return _SIMPLE.get(spelled, match.group())

    value = _ESCAPE.sub(replacement, body)
    return UNREADABLE if broken else value
