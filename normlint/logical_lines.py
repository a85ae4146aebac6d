"""A linear scan that cuts Python text into logical lines and weighs what a recursive parser would make of each.

It knows strings, comments, brackets, continuation lines and f-strings, and builds no tree: it never recurses, and a
hostile file takes no longer than any other of its size.
"""

from __future__ import annotations

import re
from contextlib import suppress

from normlint.immutable import dataclass
from normlint.ir import Problem
from normlint.places import Span

# What one level costs in stack frames of the most wasteful reader, LibCST's code generation.
BRACKET_WEIGHT = 6
LINK_WEIGHT = 2
# So many frames above a token double what it costs to parse.
_FRAMES_OF_A_TOKEN = 40

_TOKEN = re.compile(
    r"""(?:[ \t\f]+|\\\n)*
    (?:(?P<word>(?!(?:[rR][bBfFtT]?|[bBfFtT][rR]?|[uU])["'])[^\W\d]\w*)
    |(?P<newline>\n)
    |(?P<comma>,)
    |(?P<open>[(\[{])
    |(?P<close>[)\]}])
    |(?P<link>->|:=|\*\*|//|<<|>>|[-+*/%@&|^~<>!=]=?|\.(?!\.\.)(?!\d))
    |(?P<colon>:)
    |(?P<string>(?P<prefix>[a-zA-Z]{0,2})(?P<quote>\"{3}|'{3}|"|'))
    |(?P<number>0[xXoObB][0-9a-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?[jJ]?)
    |(?P<comment>\#[^\n]*)
    |(?P<semicolon>;)
    |(?P<ellipsis>\.\.\.)
    |(?P<end>\Z)
    |(?P<other>.))""",
    re.VERBOSE | re.DOTALL,
)
# Most lines need no tokens: short, whole, with nothing that hides a bracket but plain strings.
_PLAIN = re.compile(
    r"""(?P<margin>[ \t]*)(?:(?P<code>(?P<keyword>\w*)[^\n"'#\\{}\f]*
    (?:(?<![fFtT])(?:"(?!"")[^"\\\n]*"|'(?!'')[^'\\\n]*')[^\n"'#\\{}\f]*)*))?(?:\#[^\n]*)?\n""",
    re.VERBOSE,
)
_PLAIN_STRING = re.compile(r"""\"[^"]*"|'[^']*'""")
_LONGEST_PLAIN = 160
_PLAIN_BRACKETS = 12
# Depth matters early in patterns, and a count of brackets says little about it.
_CASE_BRACKETS = 4
_ROUGH_TOKEN = re.compile(r"\w+|[^\w\s]")
_LINK_WORDS = frozenset({"not", "and", "or", "if", "else", "in", "is", "await", "yield"})
_OPENER = {")": "(", "]": "[", "}": "{"}
_QUOTES = ("'", '"', "'''", '"""')
_STRING_STOP = {
    quote: re.compile(rf"\\.|{quote}" + ("" if len(quote) == 3 else r"|\n"), re.DOTALL) for quote in _QUOTES
}
# A brace after a backslash opens a field all the same; only \N{...} keeps its braces.
_BODY_STOP = {
    (quote, raw): re.compile(
        rf"\{{\{{|\}}\}}|[{{}}]|{quote}|\\[^{{}}N]|" + ("" if raw else r"\\N\{[^{}]*\}|") + r"\\N"
        + ("" if len(quote) == 3 else r"|\n"),
        re.DOTALL,
    )
    for quote in _QUOTES for raw in (False, True)
}  # fmt: skip
_FORMAT_STOP = {quote: re.compile(rf"[{{}}]|{quote}|\\[^{{}}]", re.DOTALL) for quote in _QUOTES}

_LAMBDA, _BODY, _FIELD, _FORMAT = "lambda", "f-string", "f-string field", "f-string format"


class ScanError(ValueError):
    """Text whose brackets or quotes do not match, which no parser would accept; ``problem`` says where."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(Span(line, 1, line, 1), message)


@dataclass(frozen=True, slots=True)
class LogicalLine:
    """One logical line, from its first character at ``start`` to before its newline at ``end`` (offsets).

    ``indent`` is the width before it, ``keyword`` its first word or the ``@`` of a decorator. ``brackets`` is the
    deepest nesting, ``links`` the most operators, dots, calls and adjacent strings between two commas of one bracket,
    ``frames`` the deepest path through both, ``commas`` their number and ``cost`` what parsing takes, in tokens
    weighted by their depth.
    """

    number: int
    start: int
    end: int
    indent: int
    keyword: str
    brackets: int
    links: int
    frames: int
    commas: int
    cost: int


def logical_lines(text: str, most: int) -> list[LogicalLine]:
    """The logical lines of ``text``, whose newlines are ``\\n``; lines without code are left out.

    Raises ``ScanError`` for unmatched brackets and quotes, and for more than ``most`` tokens.
    """
    return _Scan(text).lines(most)


def skipped_lines(text: str, foreign: re.Pattern[str]) -> list[tuple[int, int]]:
    """Start and end of what matches ``foreign`` at the start of a logical line, until brackets or quotes do not match.

    ``foreign`` matches no empty text and ends before a newline.
    """
    scan = _Scan(text, foreign)
    with suppress(ScanError):
        scan.lines(len(text))
    return scan.skipped


def comments(text: str) -> tuple[list[tuple[int, int]], list[LogicalLine]]:
    """Start and end of every comment, and the logical lines, until brackets or quotes do not match."""
    scan = _Scan(text)
    scan.comments = []
    with suppress(ScanError):
        scan.lines(len(text) + 1)
    return scan.comments, scan.found


def _is_simple(match: re.Match[str]) -> bool:
    """Whether a line that ``_PLAIN`` matched is surely whole and within every limit."""
    code = match.group("code") or ""
    if len(code) > _LONGEST_PLAIN:
        return False
    if "'" in code or '"' in code:
        code = _PLAIN_STRING.sub("", code)
    round_ones, square_ones = code.count("("), code.count("[")
    most = _CASE_BRACKETS if match.group("keyword") == "case" else _PLAIN_BRACKETS
    return round_ones + square_ones <= most and round_ones == code.count(")") and square_ones == code.count("]")


def _plain_line(number: int, match: re.Match[str]) -> LogicalLine:
    """A line that ``_PLAIN`` matched, its nesting bounded from above by its length."""
    start, code = match.start("code"), match.group("code")
    opened, size = code.count("(") + code.count("["), len(code)
    return LogicalLine(
        number, start, start + size, len(match.group("margin").expandtabs(8)), match.group("keyword") or code[0],
        opened, size, opened * BRACKET_WEIGHT + size // 4 * LINK_WEIGHT, code.count(","),
        1 + len(_ROUGH_TOKEN.findall(code)),
    )  # fmt: skip


class _Level:
    """An open bracket, or what else holds an expression: lambda parameters, an f-string or a part of one."""

    __slots__ = ("clauses", "kind", "links", "offset", "quote", "raw")

    def __init__(self, kind: str, offset: int, quote: str = "", raw: bool = False) -> None:
        self.kind = kind
        self.offset = offset
        self.quote = quote
        self.raw = raw
        self.links = 0
        # The commas of ``for a, b in c for d, e in f`` do not end the nesting of the clauses.
        self.clauses = 0


class _Scan:
    """The state of one scan."""

    __slots__ = (
        "brackets", "commas", "comments", "cost", "deepest", "foreign", "found", "frames", "keyword", "links", "peak",
        "skipped", "stack", "start", "text", "tokens",
    )  # fmt: skip

    def __init__(self, text: str, foreign: re.Pattern[str] | None = None) -> None:
        self.text = text
        self.foreign = foreign
        self.skipped: list[tuple[int, int]] = []
        self.comments: list[tuple[int, int]] | None = None
        self.found: list[LogicalLine] = []
        self._begin()

    def _begin(self) -> None:
        self.start = -1
        self.keyword = ""
        self.stack = [_Level("", 0)]
        self.brackets = self.deepest = self.links = self.frames = self.peak = 0
        self.commas = self.tokens = self.cost = 0

    def lines(self, most: int) -> list[LogicalLine]:
        """Scan to the end, but no more than ``most`` tokens."""
        text, match_at, plain_at = self.text, _TOKEN.match, _PLAIN.match
        found = self.found
        number, counted, at, spent, ended = 1, 0, 0, 0, False
        while not ended:
            if spent + self.tokens > most:
                raise ScanError(number, "too large to parse in reasonable time")
            if self.start < 0:
                skipped = self.foreign.match(text, at) if self.foreign else None
                if skipped is not None:
                    at = skipped.end()
                    self.skipped.append(skipped.span())
                    continue
                plain = plain_at(text, at) if self.comments is None else None
                if plain is not None and _is_simple(plain):
                    at, start = plain.end(), plain.start("code")
                    if plain.group("code"):
                        number += text.count("\n", counted, start)
                        counted = start
                        found.append(_plain_line(number, plain))
                        spent += found[-1].cost
                    continue
            level = self.stack[-1]
            if level.kind in (_BODY, _FORMAT):
                at = self._formatted(level, at)
                continue
            match = match_at(text, at)
            assert match is not None
            kind = match.lastgroup or ""
            at, begin = match.end(), match.start(kind)
            ended = kind == "end"
            if kind in ("newline", "end"):
                if len(self.stack) > 1:
                    if ended:
                        raise self._open_at_end(level)
                    continue
                if self.start >= 0:
                    number += text.count("\n", counted, self.start)
                    counted = self.start
                    found.append(self._line(number, begin))
                    spent += self.tokens
                    self._begin()
            elif kind == "comment":
                if self.comments is not None:
                    self.comments.append((begin, at))
            else:
                if self.start < 0:
                    self.start = begin
                    self.keyword = match.group(kind) if kind in ("word", "link") else ""
                at = self._token(kind, match, begin, at)
        return found

    def _line(self, number: int, end: int) -> LogicalLine:
        margin = self.text[self.text.rfind("\n", 0, self.start) + 1 : self.start].rpartition("\f")[2]
        if self.keyword == "case":
            self.cost += 4 ** min(self.deepest, 12)
        return LogicalLine(
            number, self.start, end, len(margin.expandtabs(8)), self.keyword, self.deepest, self.links, self.peak,
            self.commas, self.cost,
        )  # fmt: skip

    def _token(self, kind: str, match: re.Match[str], begin: int, at: int) -> int:
        """Take one token; where to go on."""
        self.tokens += 1
        self.cost += 1 + self.frames // _FRAMES_OF_A_TOKEN
        level = self.stack[-1]
        if kind == "word":
            word = match.group(kind)
            if word == "lambda":
                self._link(level)
                self.stack.append(_Level(_LAMBDA, begin))
            elif word == "for" and len(self.stack) > 1:
                level.clauses += 1
                self._link(level)
            elif word in _LINK_WORDS:
                self._link(level)
        elif kind == "link":
            if match.group(kind) == ":=" and level.kind in (_LAMBDA, _FIELD):
                self._colon(level)
                return begin + 1
            self._link(level)
        elif kind == "comma":
            self.commas += 1
            self._separate(level)
        elif kind == "open":
            self._link(level)
            self._open(_Level(match.group(kind), begin))
        elif kind == "close":
            self._close(level, match.group(kind), begin)
        elif kind == "colon":
            self._colon(level)
        elif kind == "string":
            self._link(level)
            return self._string(match, begin, at)
        elif kind == "semicolon" and len(self.stack) == 1:
            self._separate(level)
        return at

    def _link(self, level: _Level) -> None:
        level.links += 1
        self.links = max(self.links, level.links)
        self.frames += LINK_WEIGHT
        self.peak = max(self.peak, self.frames)

    def _separate(self, level: _Level) -> None:
        self.frames -= LINK_WEIGHT * (level.links - level.clauses)
        level.links = level.clauses

    def _open(self, level: _Level) -> None:
        self.stack.append(level)
        self.brackets += 1
        self.deepest = max(self.deepest, self.brackets)
        self.frames += BRACKET_WEIGHT
        self.peak = max(self.peak, self.frames)

    def _pop(self) -> None:
        level = self.stack.pop()
        self.frames -= LINK_WEIGHT * level.links
        if level.kind not in (_LAMBDA, _BODY):
            self.brackets -= 1
            self.frames -= BRACKET_WEIGHT

    def _close(self, level: _Level, character: str, begin: int) -> None:
        if level.kind != _OPENER[character] and not (level.kind == _FIELD and character == "}"):
            line = self._line_of(begin)
            raise ScanError(line, f"syntax error: unmatched {character} at line {line}")
        self._pop()

    def _colon(self, level: _Level) -> None:
        if level.kind == _LAMBDA:
            self._pop()
        elif level.kind == _FIELD:
            level.kind = _FORMAT

    def _string(self, match: re.Match[str], begin: int, at: int) -> int:
        quote, prefix = match.group("quote"), match.group("prefix").lower()
        if "f" in prefix or "t" in prefix:
            self.stack.append(_Level(_BODY, begin, quote, "r" in prefix))
            return at
        for stop in _STRING_STOP[quote].finditer(self.text, at):
            if stop.group() == quote:
                return stop.end()
            if stop.group() == "\n":
                break
        raise self._unterminated(begin)

    def _formatted(self, level: _Level, at: int) -> int:
        """Go on in the text of an f-string or of a field's format, to the next field or past the end."""
        body = level if level.kind == _BODY else self.stack[-2]
        pattern = _BODY_STOP[body.quote, body.raw] if body is level else _FORMAT_STOP[body.quote]
        for stop in pattern.finditer(self.text, at):
            spelled = stop.group()
            if spelled == "{":
                self._open(_Level(_FIELD, stop.start(), body.quote, body.raw))
                return stop.end()
            if spelled == "}" and body is not level:
                self._pop()
                return stop.end()
            if spelled == body.quote and body is level:
                self._pop()
                return stop.end()
            if spelled in ("}", "\n", body.quote):
                break
        raise self._unterminated(body.offset)

    def _unterminated(self, offset: int) -> ScanError:
        line = self._line_of(offset)
        return ScanError(line, f"syntax error: the string that starts at line {line} does not end")

    def _open_at_end(self, level: _Level) -> ScanError:
        line = self._line_of(level.offset)
        return ScanError(line, f"syntax error: the {level.kind} at line {line} is never closed")

    def _line_of(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1
