"""A quick test that proves of most files that they are within the limits for the parser, without weighing their tokens.

Strings and comments are taken out, physical lines joined while a bracket is open, and what is left of each logical line
is bounded from above by how many characters in it are no letters or digits. Where that does not do, the line is weighed as
``normlint.limits`` does it; where the text is not what it seems (nested fields of f-strings, quotes that do not match),
the answer is no.
"""

from __future__ import annotations

import re

from normlint.logical_lines import BRACKET_WEIGHT, LINK_WEIGHT, ScanError, logical_lines

# All of a file together; the limits themselves are in ``normlint.limits``.
_LONGEST = 400_000
_MOST_ELIFS = 20
_DEEPEST_INDENT = 70
_MOST_COST = 200_000
# Blocks and ``elif`` take 4 * 70 + 2 * 20 of the 700 frames there.
_MOST_FRAMES = 376
_MOST_LINKS = 260
_MOST_BRACKETS = 60
_MOST_COMMAS = 20_000
_CASE_BRACKETS = 4
_FRAMES_OF_A_TOKEN = 40

_STRINGS = r'''
    """(?P<long>[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*)"""
    |\'\'\'(?P<other>[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*)\'\'\'
    |"(?P<short>[^"\\\n]*(?:\\.[^"\\\n]*)*)"
    |'(?P<single>[^'\\\n]*(?:\\.[^'\\\n]*)*)'
    |(?P<open>["'])'''
_HIDING = re.compile(r"\#[^\n]*|" + _STRINGS, re.VERBOSE | re.DOTALL)
_COMMENTED = re.compile(r"(?P<comment>[ \t]*\#[^\n]*)|" + _STRINGS, re.VERBOSE | re.DOTALL)
_FLAT = re.compile(r"(?:[^{}]*\{[^{}]*\})*[^{}]*")
_PLAIN = re.compile(r"\"[^\"\\\n]*\"|'[^'\\\n]*'")
_HIDDEN = re.compile(r"['\"\\#]")
_FIELD = re.compile(r"\{([^{}]*)\}")
_WORD = bytes(code for code in range(256) if code >= 128 or chr(code).isalnum() or chr(code) == "_")
_NO_OPENER = bytes(set(range(256)) - set(b"([{"))
_NO_CLOSER = bytes(set(range(256)) - set(b")]}"))


class _Doubt(Exception):
    """The text may be other than it seems."""


def is_harmless(text: str) -> bool:
    """Whether Python text, whose newlines are ``\\n``, is surely within every limit. Says nothing of its syntax."""
    if len(text) > _LONGEST or "\f" in text:
        return False
    try:
        code = _HIDING.sub(lambda match: _shown(text, match), text)
    except _Doubt:
        return False
    code = code.replace("\\\n", " ")
    if "\\" in code or code.count("elif") > _MOST_ELIFS:
        return False
    return _are_harmless(code.encode("utf-8", "replace").split(b"\n"))


def uncommented(text: str) -> str:
    """Text that is harmless, or a part of such of whole lines, without its comments and the blanks before them."""
    if "#" not in text:
        return text
    return _COMMENTED.sub(lambda match: "" if match["comment"] is not None else match[0], text)


def _shown(text: str, match: re.Match[str]) -> str:
    """What is left of a comment or string: nothing, an empty string, or that and the fields of an f-string."""
    start = match.start()
    if text[start] == "#":
        return ""
    if match.lastgroup == "open":  # it was looked for its end in vain; to do so for every quote would take forever
        raise _Doubt
    before = text[max(0, start - 2) : start].lower()
    if not before.endswith(("f", "t")) and before not in {"fr", "tr", "fb", "tb"}:
        return '""'
    content = match.group("long") or match.group("other") or match.group("short") or match.group("single") or ""
    if not _FLAT.fullmatch(content):
        raise _Doubt
    fields = [_PLAIN.sub('""', field) for field in _FIELD.findall(content)]
    if any(_HIDDEN.search(field.replace('""', "")) for field in fields):
        raise _Doubt
    return '""' + "".join(f"({field})" for field in fields).replace("\n", " ")


def _are_harmless(lines: list[bytes]) -> bool:
    depth = first = signs = opened = total = 0
    for number, line in enumerate(lines):
        body = line.strip()
        if not body:
            continue
        if depth == 0:
            if line[: _DEEPEST_INDENT + 1].isspace():
                return False
            first, signs, opened = number, 0, 0
        marks = body.translate(None, _WORD)
        if marks:
            more = len(marks.translate(None, _NO_OPENER))
            signs += len(marks)
            opened += more
            depth += more - len(marks.translate(None, _NO_CLOSER))
            if depth > 0:
                signs += 1  # the newline separates words as well
                continue
            if depth < 0:
                return False
        elif depth > 0:
            signs += 1
            continue
        cost = _cost(lines, first, number, signs, opened)
        if cost is None:
            return False
        total += cost
    return depth == 0 and total <= _MOST_COST


def _cost(lines: list[bytes], first: int, last: int, signs: int, opened: int) -> int | None:
    """What a logical line takes to parse at most, in weighted tokens; None where it may be over a limit.

    Of two words one sign at least stands between, so that there are no more than twice as many tokens, and links, as signs.
    """
    if lines[first].lstrip().startswith(b"case") and opened > _CASE_BRACKETS:
        return None
    frames = 2 * signs * LINK_WEIGHT + opened * BRACKET_WEIGHT
    if frames <= _MOST_FRAMES:
        return (2 * signs + 1) * (1 + frames // _FRAMES_OF_A_TOKEN) + (4**opened if opened <= _CASE_BRACKETS else 0)
    text = b"\n".join(lines[first : last + 1]).decode("utf-8", "replace").lstrip()
    try:
        weighed = logical_lines(text, _MOST_COST)
    except ScanError:
        return None
    for line in weighed:
        over = line.brackets > _MOST_BRACKETS or line.links > _MOST_LINKS or line.commas > _MOST_COMMAS
        if over or line.frames > _MOST_FRAMES:
            return None
    return sum(line.cost for line in weighed)


__all__ = ["is_harmless", "uncommented"]
