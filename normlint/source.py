"""Bytes of a Python file to text, as CPython reads them: byte order mark, coding line, newlines."""

from __future__ import annotations

import codecs
import re

from normlint.immutable import dataclass
from normlint.ir import Problem
from normlint.places import Span

_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")
_NEWLINE = re.compile(rb"\r\n?|\n")
# Decoders that do not map bytes to characters one stretch at a time have no place in a source file, and some inflate.
_UTF8 = ("utf-8", "utf8", "utf-8-sig")


class SourceError(ValueError):
    """Why bytes are no Python source; ``problem`` says where."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class SourceText:
    """A decoded source file: ``text`` with its own newlines and without the byte order mark, and how to spell it as bytes."""

    text: str
    encoding: str
    bom: bool

    def encode(self, text: str) -> bytes:
        """Other text as bytes of the same file. Raises ``UnicodeEncodeError`` for what the encoding lacks."""
        return (codecs.BOM_UTF8 if self.bom else b"") + text.encode(self.encoding)


def decode(data: bytes) -> str:
    """The text of a source file, its newlines as ``\\n`` (so lines are CPython's, and columns count characters).

    Raises ``SourceError`` for bytes that CPython would not read either.
    """
    return read_source(data).text.replace("\r\n", "\n").replace("\r", "\n")


def read_source(data: bytes) -> SourceText:
    """The text of a source file as it is, with its encoding. Raises ``SourceError`` as ``decode`` does."""
    zero = data.find(b"\0")
    if zero >= 0:
        line, column = _position(data, zero)
        raise SourceError(Problem(Span(line, column, line, column + 1), f"NUL byte at line {line}: not a text file"))
    bom = data.startswith(codecs.BOM_UTF8)
    body = data[3:] if bom else data
    line, name = _coding(body)
    encoding = _normalized(name, line) if name else "utf-8"
    if bom and encoding not in _UTF8:
        raise SourceError(_on_line(line, f"coding line says {name}, the byte order mark says utf-8"))
    encoding = "utf-8" if encoding in _UTF8 else encoding
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        at, column = _position(body, error.start)
        reason = f"not {name}" if name else "not UTF-8 and no coding line"
        message = f"{reason}: byte 0x{body[error.start]:02X} at line {at}"
        raise SourceError(Problem(Span(at, column, at, column + 1), message)) from error
    return SourceText(text, encoding, bom)


def _coding(body: bytes) -> tuple[int, str]:
    """Line and name of the coding declaration, or an empty name. It stands on one of the first two lines."""
    start = 0
    for number in (1, 2):
        end = _NEWLINE.search(body, start)
        line = body[start : end.start() if end else len(body)]
        match = _CODING.match(line)
        if match:
            return number, match.group(1).decode("ascii", "replace")
        if end is None or not _BLANK.match(line):
            break
        start = end.end()
    return 1, ""


def _normalized(name: str, line: int) -> str:
    try:
        info = codecs.lookup(name)
    except LookupError as error:
        raise SourceError(_on_line(line, f"unknown coding {name[:40]}")) from error
    # Text encodings only: "hex" or "zip" would turn a small file into any amount of text.
    if not getattr(info, "_is_text_encoding", True):
        raise SourceError(_on_line(line, f"{name[:40]} is no text coding"))
    return info.name


def _on_line(line: int, message: str) -> Problem:
    return Problem(Span(line, 1, line, 1), message)


def _position(data: bytes, offset: int) -> tuple[int, int]:
    """1-based line and column, in bytes, of a byte."""
    line, start = 1, 0
    for match in _NEWLINE.finditer(data, 0, offset):
        line, start = line + 1, match.end()
    return line, offset - start + 1
