"""Where source text mentions a word: as an attribute, imported or defined."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache

# Everything but letters, digits and underscores to blanks: splitting then gives the words of a file.
BLANKED = bytes(code if (chr(code).isalnum() and code < 128) or chr(code) == "_" else 32 for code in range(256))
_WORD = frozenset(range(256)) - {code for code in range(256) if BLANKED[code] == 32}
_BLANKS = b" \t\n\r\f\v\\"
_STAR = re.compile(rb"import[\s\\]*\*")
_FROM = re.compile(rb"from\b[^\n;]*?\bimport\b[\s\\]*(\((?:[^)#]|#[^\n]*)*\)?|(?:[^\n\\;]|\\\r?\n)*)")


def mentions(data: bytes, words: Collection[bytes]) -> bool:
    """Whether one of ``words``, with underscores behind it or not, is an attribute, imported or defined.

    Any of them may be where everything of a module is imported.
    """
    if any(_is_named(data, match.start()) for word in words for match in _spelled(word).finditer(data)):
        return True
    if any(_begins_word(data, match.start()) for match in _STAR.finditer(data)):
        return True
    imported = [match[1] for match in _FROM.finditer(data) if _begins_statement(data, match.start())]
    names = b" ".join(imported).translate(BLANKED).split()
    return not {name.rstrip(b"_") for name in names}.isdisjoint(words)


def has_word(data: bytes, word: bytes) -> bool:
    """Whether a word stands alone."""
    return _alone(word).search(data) is not None


@cache
def _alone(word: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"%b\b(?<!\w%b)" % (word, word))


@cache
def _spelled(word: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"%b_*\b" % word)


def _is_named(data: bytes, at: int) -> bool:
    """Whether what begins at an offset is an attribute, or the name of a function or class."""
    before = data[at - 1 : at]
    if before == b".":
        return True
    if not before or before not in _BLANKS:
        return False
    while at and data[at - 1] in _BLANKS:
        at -= 1
    return data.endswith(b".", 0, at) or any(
        data.endswith(word, 0, at) and _begins_word(data, at - len(word)) for word in (b"def", b"class")
    )


def _begins_word(data: bytes, at: int) -> bool:
    return at == 0 or data[at - 1] not in _WORD


def _begins_statement(data: bytes, at: int) -> bool:
    before = data[data.rfind(b"\n", 0, at) + 1 : at].rstrip(b" \t")
    return not before or before.endswith((b";", b":"))
