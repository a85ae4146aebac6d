"""What may reach the recursive parser: statements too deep or too long for it are blanked out and named.

LibCST takes the process down on a few thousand nested brackets or terms of a sum, and no exception handler sees that;
its time grows with the square of the depth well before, and in the patterns of a ``case`` it is multiplied by four with
each bracket. So every bound is checked on the text. CPython itself refuses brackets deeper than 200 and blocks deeper
than 100.
"""

from __future__ import annotations

from collections.abc import Sequence

from normlint.immutable import dataclass
from normlint.ir import Problem
from normlint.logical_lines import LINK_WEIGHT, LogicalLine, ScanError, logical_lines
from normlint.places import Span

MAX_BYTES = 1_500_000
MAX_BRACKETS = 60
MAX_PATTERN_BRACKETS = 6
MAX_LINKS = 260
MAX_BLOCKS = 90
MAX_ELIFS = 200
MAX_COMMAS = 20_000
# Stack frames of the whole path to an expression: the interpreter's own limit is 1,000 and the caller needs some.
MAX_FRAMES = 700
# Tokens weighted by depth that are parsed of one file, about five seconds' worth; the largest statements go first.
MAX_COST = 200_000
# A file of more tokens is not even scanned to its end.
MAX_TOKENS = 500_000
# A file that needs more statements dropped than this is not read at all.
MAX_DROPPED = 50

_BLOCK_FRAMES = 4
_CONTINUATIONS = frozenset({"elif", "else", "except", "finally"})
_STAND_IN = "pass"


@dataclass(frozen=True, slots=True)
class Restrained:
    """Text of the same lines and columns as before, without the statements that ``problems`` name.

    ``refused`` means that nothing of it is left, for the one reason in ``problems``.
    """

    text: str
    problems: tuple[Problem, ...]
    refused: bool = False


@dataclass(frozen=True, slots=True)
class _Placed:
    """A logical line in its blocks: how many it is in, and how many ``elif`` lead to it in all of them."""

    line: LogicalLine
    depth: int
    elifs: int
    frames: int


def restrain(text: str) -> Restrained:
    """Blank out what is over the limits in Python text whose newlines are ``\\n``.

    A file that is too large, too costly as a whole, or whose brackets do not match comes back empty.
    """
    if len(text) > MAX_BYTES:
        return _refused(1, f"too large ({len(text)} characters, limit {MAX_BYTES})")
    try:
        placed = _in_blocks(logical_lines(text, MAX_TOKENS))
    except ScanError as error:
        return Restrained("", (error.problem,), True)
    dropped: dict[int, str] = {}
    for index, item in enumerate(placed):
        reason = _excess(item)
        if reason:
            dropped[index] = reason
    costly = _too_costly(placed, dropped)
    if len(costly) > MAX_DROPPED:
        return _refused(1, f"too large to parse in reasonable time ({len(text)} characters of dense code)")
    dropped.update(costly)
    if not dropped:
        return Restrained(text, ())
    stretches = _stretches(placed, dropped)
    if len(stretches) > MAX_DROPPED:
        first = stretches[0]
        return _refused(
            placed[first[0]].line.number, f"{len(stretches)} statements are over the limits, the first: {first[2]}"
        )
    return _without(text, placed, stretches)


def _refused(line: int, message: str) -> Restrained:
    return Restrained("", (Problem(Span(line, 1, line, 1), message),), True)


def _in_blocks(lines: Sequence[LogicalLine]) -> list[_Placed]:
    placed: list[_Placed] = []
    indents, elifs = [0], [0]
    total = 0
    for line in lines:
        while len(indents) > 1 and line.indent < indents[-1]:
            indents.pop()
            total -= elifs.pop()
        if line.indent > indents[-1]:
            indents.append(line.indent)
            elifs.append(0)
        if line.keyword == "elif":
            elifs[-1] += 1
            total += 1
        elif line.keyword != "else":
            total -= elifs[-1]
            elifs[-1] = 0
        depth = len(indents) - 1
        placed.append(_Placed(line, depth, total, line.frames + depth * _BLOCK_FRAMES + total * LINK_WEIGHT))
    return placed


def _excess(item: _Placed) -> str:
    """Which limit the line is over, or nothing."""
    line = item.line
    brackets = MAX_PATTERN_BRACKETS if line.keyword == "case" else MAX_BRACKETS
    if line.brackets > brackets:
        return f"brackets nested {line.brackets} deep (limit {brackets})"
    if line.links > MAX_LINKS:
        return f"an expression chains {line.links} operators, calls or strings (limit {MAX_LINKS})"
    if item.depth > MAX_BLOCKS:
        return f"blocks nested more than {MAX_BLOCKS} deep"
    if item.elifs > MAX_ELIFS:
        return f"more than {MAX_ELIFS} elif"
    if line.commas > MAX_COMMAS:
        return f"a literal or call of {line.commas} parts (limit {MAX_COMMAS})"
    if item.frames > MAX_FRAMES:
        return "expressions and blocks together are nested too deep"
    return ""


def _too_costly(placed: Sequence[_Placed], dropped: dict[int, str]) -> dict[int, str]:
    """The costliest lines that have to go for the file to stay within its budget."""
    spent = sum(item.line.cost for index, item in enumerate(placed) if index not in dropped)
    if spent <= MAX_COST:
        return {}
    found: dict[int, str] = {}
    for index in sorted(range(len(placed)), key=lambda index: (-placed[index].line.cost, index)):
        if spent <= MAX_COST or len(found) > MAX_DROPPED:
            break
        if index not in dropped:
            spent -= placed[index].line.cost
            found[index] = "the file takes too long to parse as a whole, and this is one of its largest statements"
    return found


def _stretches(placed: Sequence[_Placed], dropped: dict[int, str]) -> list[tuple[int, int, str]]:
    """First and last line of each whole statement that holds a dropped line, with the reason; none overlap."""
    stretches: list[tuple[int, int, str]] = []
    for index in sorted(dropped):
        if stretches and index <= stretches[-1][1]:
            continue
        first, last = _statement(placed, index)
        while stretches and stretches[-1][1] >= first:
            first = min(first, stretches.pop()[0])
        stretches.append((first, last, dropped[index]))
    return stretches


def _statement(placed: Sequence[_Placed], index: int) -> tuple[int, int]:
    """The first and last line of the statement around a line: decorators, clauses and nested blocks included."""
    depth = min(placed[index].depth, MAX_BLOCKS)
    first = index
    while first > 0 and placed[first].depth > depth:
        first -= 1
    while True:
        while first > 0 and placed[first].depth == depth and placed[first].line.keyword in _CONTINUATIONS:
            first = _previous(placed, first, depth)
        # A match statement cannot do with a block without its cases.
        if placed[first].line.keyword != "case" or depth == 0:
            break
        header = _previous(placed, first, depth - 1)
        if placed[header].line.keyword != "match":
            break
        first, depth = header, depth - 1
    last = first
    while last + 1 < len(placed) and _goes_on(placed, last, depth):
        last += 1
    while first > 0 and placed[first - 1].depth == depth and _decorates(placed[first - 1]):
        first -= 1
    return first, last


def _previous(placed: Sequence[_Placed], index: int, depth: int) -> int:
    index -= 1
    while index > 0 and placed[index].depth > depth:
        index -= 1
    return index


def _goes_on(placed: Sequence[_Placed], last: int, depth: int) -> bool:
    following = placed[last + 1]
    if following.depth > depth:
        return True
    if following.depth < depth:
        return False
    return following.line.keyword in _CONTINUATIONS or _decorates(placed[last])


def _decorates(item: _Placed) -> bool:
    return item.line.keyword == "@"


def _without(text: str, placed: Sequence[_Placed], stretches: Sequence[tuple[int, int, str]]) -> Restrained:
    pieces: list[str] = []
    problems: list[Problem] = []
    at = 0
    for first, last, reason in stretches:
        line, end = placed[first].line, placed[last].line.end
        pieces.append(text[at : line.start])
        blank = "".join([_STAND_IN, "\n" * text.count("\n", line.start, end)])
        pieces.append(blank)
        problems.append(Problem(Span(line.number, 1, line.number, 1), f"not read: {reason}"))
        at = end
    pieces.append(text[at:])
    return Restrained("".join(pieces), tuple(problems))
