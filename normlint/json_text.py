"""JSON text to values that know their line: what notebooks need and ``json`` does not tell."""

from __future__ import annotations

import json
import re

from normlint.immutable import dataclass

MAX_DEPTH = 64

_SPACE = re.compile(r"[ \t\n]*")
_SCALAR = re.compile(r"-?\d[0-9.eE+-]*|true|false|null|NaN|-?Infinity")


class JsonError(ValueError):
    """Text that is no JSON, or too deep; ``line`` is 1-based."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(f"{message} at line {line}")
        self.line = line


@dataclass(frozen=True, slots=True)
class JsonString:
    """``line`` and ``column`` of the opening quote, 1-based."""

    value: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class JsonScalar:
    """A number, true, false or null, as spelled."""

    text: str


@dataclass(frozen=True, slots=True)
class JsonList:
    items: tuple[JsonValue, ...]


@dataclass(frozen=True, slots=True)
class JsonObject:
    members: dict[str, JsonValue]

    def get(self, key: str) -> JsonValue | None:
        return self.members.get(key)


JsonValue = JsonString | JsonScalar | JsonList | JsonObject


def parse(text: str, ignored: frozenset[str] = frozenset()) -> JsonValue:
    """The value that ``text`` (newlines as ``\\n``) holds. Members named in ``ignored`` are checked and left out.

    Raises ``JsonError``.
    """
    reader = _Reader(text, ignored)
    value = reader.value(0)
    if reader.peek():
        raise reader.error("something after the value")
    return value


class _Reader:
    __slots__ = ("at", "counted", "decoder", "ignored", "line", "text")

    def __init__(self, text: str, ignored: frozenset[str]) -> None:
        self.text = text
        self.ignored = ignored
        self.at = 0
        self.line, self.counted = 1, 0
        # Integers stay text: converting one of many digits takes quadratic time.
        self.decoder = json.JSONDecoder(parse_int=str, parse_float=str)

    def peek(self) -> str:
        """The next character after white space, or nothing at the end."""
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.text[self.at : self.at + 1]

    def error(self, message: str) -> JsonError:
        return JsonError(message, self.text.count("\n", 0, self.at) + 1)

    def value(self, depth: int) -> JsonValue:
        if depth > MAX_DEPTH:
            raise self.error("nested too deep")
        character = self.peek()
        if character == '"':
            return self._string()
        if character == "{":
            return self._object(depth)
        if character == "[":
            return self._list(depth)
        match = _SCALAR.match(self.text, self.at)
        if match is None:
            raise self.error("a value is missing")
        self.at = match.end()
        return JsonScalar(match.group()[:40])

    def _string(self) -> JsonString:
        start = self.at
        self.line += self.text.count("\n", self.counted, start)
        self.counted = start
        column = start - self.text.rfind("\n", 0, start)
        try:
            value, self.at = self.decoder.raw_decode(self.text, start)
        except ValueError as error:
            raise self.error("a broken string") from error
        return JsonString(value, self.line, column)

    def _list(self, depth: int) -> JsonList:
        self.at += 1
        items: list[JsonValue] = []
        if self.peek() == "]":
            self.at += 1
            return JsonList(())
        while True:
            items.append(self.value(depth + 1))
            if not self._more("]"):
                return JsonList(tuple(items))

    def _object(self, depth: int) -> JsonObject:
        self.at += 1
        members: dict[str, JsonValue] = {}
        if self.peek() == "}":
            self.at += 1
            return JsonObject(members)
        while True:
            if self.peek() != '"':
                raise self.error("a name is missing")
            name = self._string().value
            if self.peek() != ":":
                raise self.error("a colon is missing")
            self.at += 1
            if name in self.ignored:
                self._skip()
            else:
                members[name] = self.value(depth + 1)
            if not self._more("}"):
                return JsonObject(members)

    def _more(self, closing: str) -> bool:
        character = self.peek()
        self.at += 1
        if character == ",":
            return True
        if character == closing:
            return False
        self.at -= 1
        raise self.error(f"a comma or {closing} is missing")

    def _skip(self) -> None:
        self.peek()
        try:
            _, self.at = self.decoder.raw_decode(self.text, self.at)
        except (ValueError, RecursionError) as error:
            raise self.error("a broken value") from error
