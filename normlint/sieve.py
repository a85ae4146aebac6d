"""A byte-level test that throws away files which cannot hold a site; it may keep too much, never too little.

What makes a site is decided by ``normlint.evaluate.relevance`` on the lowered form; here the same words and numbers are
looked for in the text, where whoever writes them must spell them. The words come from the catalogue, so that an API that
is added there is looked for here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from normlint.catalogue import Catalogue, catalogue
from normlint.evaluate.constants import feeds
from normlint.evaluate.machine import label_of
from normlint.evaluate.relevance import (
    ADDING,
    EVERYWHERE,
    FEEDING,
    GAINS,
    IN_ARITHMETIC,
    MULTIPLYING,
    NUMBERS,
    SHIFTS,
    is_level,
    site_words,
)

# Everything but letters, digits and underscores to blanks: splitting then gives the words of a file, once each.
_BLANKED = bytes(code if (chr(code).isalnum() and code < 128) or chr(code) == "_" else 32 for code in range(256))
# What brings a model in: the place may hold no number at all.
_MODELS = frozenset({"load_weights", "load_model"})
_BETWEEN = rb"[\s()\\]*"  # what may stand between an operator and its number
_HALF = rb"(?:0?\.50*|5e-1)"
_TWO = rb"2(?:\.0*)?"
_ONE = rb"1(?:\.0*)?"
_END = rb"(?![\w.])"
_START = rb"(?<![\w.])"


def _operand(operators: bytes, number: bytes) -> bytes:
    """A number on either side of one of the operators."""
    return (
        rb"%b=?%b-?%b%b|%b%b%b%b" % (operators, _BETWEEN, number, _END, _START, number, _BETWEEN, operators)
    )  # fmt: skip


_TIMES = rb"(?:(?<![*/])[*/](?![*/]))"
_PLUS = rb"[-+]"
_GAIN = re.compile(_operand(_TIMES, rb"(?:%b|%b)" % (_TWO, _HALF)), re.IGNORECASE)
_SHIFT = re.compile(_operand(_PLUS, rb"(?:%b|%b)" % (_ONE, _HALF)), re.IGNORECASE)
_BOUND_HALF = re.compile(rb"(?<![=<>!+*/-])=%b-?%b%b(?!\s*[,)])" % (_BETWEEN, _HALF, _END), re.IGNORECASE)
_EVERYDAY = re.compile(
    rb"%b|(?<![=<>!])=%b-?(?:127|128|256)%b(?!\s*[,)])" % (_operand(rb"[-+*/]", rb"(?:127|128|256)"), _BETWEEN, _END)
)
_LEVELS = re.compile(rb"(?<![\w.])(?:25[45](?![\d])|65535|1023(?!\d)|127\.5|12[78]\.|256\.)|00392|0078125|00784313725490196")
_SCALED = re.compile(_operand(rb"[*/]", rb"(?:255|65535|1023|127\.5)(?:\.0*)?"))
_MEANS = re.compile(rb"(?<![\w.])(?:[89]\d|1[0-4]\d)\.0*[1-9]")
_SPELLED = re.compile(rb"(?<![\w.])(?:0x[\da-f_]+|\d[\d_]*\.?[\d_]*(?:e[-+]?\d+)?)", re.IGNORECASE)
_UNUSUAL = re.compile(rb"\d_\d|\de[-+]?\d|0x", re.IGNORECASE)
_FLOAT = rb"(?:\d[\d_]*\.[\d_]*(?:e[-+]?\d+)?|\.\d[\d_]*(?:e[-+]?\d+)?|\d+e[-+]?\d+)"
_GAP = rb"(?:[\s()\\]|#[^\n]*\n)*"
_NEXT = rb"%b,%b[-+]?%b%b" % (_GAP, _GAP, _GAP, _FLOAT)
_CHANNELS = re.compile(_FLOAT + _NEXT + _NEXT, re.IGNORECASE)
_MEASURED = re.compile(rb"[-/][^;]{0,300}?\.(?:mean|std)\s*\(|\.(?:mean|std)\s*\([^;]{0,300}?[-/]", re.DOTALL)
_FROM_IMPORT = re.compile(
    rb"(?:^|[;:])[ \t]*from\b[^\n;]*?\bimport\b[\s\\]*(\((?:[^)#]|#[^\n]*)*\)?|(?:[^\n\\;]|\\\r?\n)*)", re.MULTILINE
)
_STAR_IMPORT = re.compile(rb"\bimport[\s\\]*\*")
_CODING = re.compile(rb"coding[=:][ \t]*([-\w.]+)")
_ASCII_BASED = re.compile(rb"(?i)utf-?8|ascii|latin|iso-?8859|cp\d|windows|gb|euc|koi8|big5|mac")
_JSON_ESCAPE = re.compile(rb'\\(?:u00([0-7][0-9a-fA-F])|([nrt"\\/]))')
_PLAIN = {b"n": b"\n", b"r": b"\n", b"t": b"\t"}


def _words() -> dict[bytes, tuple[bytes, ...]]:
    """The site words by their lower-case form."""
    return _words_of(catalogue())


@cache
def _words_of(known: Catalogue) -> dict[bytes, tuple[bytes, ...]]:
    words: dict[bytes, tuple[bytes, ...]] = {}
    for word in sorted(site_words()):
        key = word.lower().rstrip("_").encode()
        words[key] = (*words.get(key, ()), word.rstrip("_").encode())
    return words


@cache
def _free_words() -> frozenset[bytes]:
    return frozenset(word.lower().encode() for word in EVERYWHERE | FEEDING | _MODELS)


@lru_cache(maxsize=1 << 15)
def _is_label(token: bytes) -> bool:
    """Whether a name is that of a mean, std or range; a method call is none: those are looked at with their operators."""
    name = token.decode("ascii")
    return len(name) > 1 and (bool(label_of(name)) or feeds(name))


def may_hold_sites(data: bytes, notebook: bool = False) -> bool:
    """Whether a file must be parsed. ``notebook``: the code stands in JSON strings."""
    if b"\0" in data or not _is_ascii_based(data):
        return True  # UTF-16, or no text at all: lowering says which
    if notebook:
        data = _JSON_ESCAPE.sub(_unescaped, data)
    lowered = data.lower()
    tokens = set(lowered.translate(_BLANKED).split())
    return (
        not tokens.isdisjoint(_free_words())
        or _speaks_of_pixels(data, tokens)
        or any(token.endswith(b"loader") for token in tokens)
        or _speaks(data, tokens)
        or _calculates(lowered, tokens)
        or (_UNUSUAL.search(data) is not None and any(map(_matters, _unusual(data))))
    )


def _speaks_of_pixels(data: bytes, tokens: set[bytes]) -> bool:
    """Whether numbers and names are there that little but pixel values has."""
    return (
        _LEVELS.search(data) is not None
        or any(map(_is_label, tokens - _MEASURES))
        or _CHANNELS.search(data) is not None
        or _MEANS.search(data) is not None
        or ((b"mean" in tokens or b"std" in tokens) and _BARE_LABEL.search(data) is not None)
    )


@cache
def _libraries(known: Catalogue) -> frozenset[bytes]:
    return frozenset(package.split(".")[0].encode() for package in known.packages)


def names_a_library(data: bytes) -> bool:
    """Whether a file mentions a package of the catalogue. Where no file of a project does, everyday words say nothing."""
    return b"\0" in data or not _libraries(catalogue()).isdisjoint(data.translate(_BLANKED).split())


def speaks_of_pixels(data: bytes) -> bool:
    """Whether a file must be parsed even in a project that hardly names a package of the catalogue.

    A level that is multiplied or divided by, one number a channel, or both a mean and a std.
    """
    if _SCALED.search(data) or _CHANNELS.search(data):
        return True
    labels = {label_of(token.decode("ascii")) for token in data.lower().translate(_BLANKED).split()}
    return {"mean", "std"} <= labels and _BARE_LABEL.search(data) is not None


_MEASURES = frozenset({b"mean", b"std"})
_BARE_LABEL = re.compile(rb"(?<!\.)(?<![\w])(?:mean|std)\b|\.(?:mean|std)\b(?!\s*\()", re.IGNORECASE)


def _speaks(data: bytes, tokens: set[bytes]) -> bool:
    """Whether a site word stands where it is an attribute, imported or defined; or mean and std as names."""
    if (b"mean" in tokens or b"std" in tokens) and (_BARE_LABEL.search(data) or _MEASURED.search(data)):
        return True
    found = [word for token in tokens for word in _words().get(token.rstrip(b"_"), ())]
    if not found:
        return False
    if any(re.search(rb"(?:\.|\b(?:def|class)\b)[\s\\]*%b_*\b" % word, data) for word in found):
        return True
    if _STAR_IMPORT.search(data):
        return True
    imported = b" ".join(_FROM_IMPORT.findall(data)).translate(_BLANKED).split()
    return not {name.rstrip(b"_") for name in imported}.isdisjoint(found)


def _calculates(lowered: bytes, tokens: set[bytes]) -> bool:
    """Whether the everyday numbers stand in arithmetic as they do in a pixel map."""
    methods = not tokens.isdisjoint(_METHODS)
    everyday = b"127" in tokens or b"128" in tokens or b"256" in tokens
    if everyday and (methods or _EVERYDAY.search(lowered)):
        return True
    if _BOUND_HALF.search(lowered):
        return True
    gain = not tokens.isdisjoint(_MULTIPLYING_METHODS) or _GAIN.search(lowered) is not None
    return gain and (not tokens.isdisjoint(_ADDING_METHODS) or _SHIFT.search(lowered) is not None)


_MULTIPLYING_METHODS = frozenset(name.encode() for name in MULTIPLYING if name.isidentifier())
_ADDING_METHODS = frozenset(name.encode() for name in ADDING if name.isidentifier())
_METHODS = _MULTIPLYING_METHODS | _ADDING_METHODS


def _unusual(data: bytes) -> Iterator[bytes]:
    return (spelled for spelled in _SPELLED.findall(data) if _UNUSUAL.search(spelled))


def _matters(spelled: bytes) -> bool:
    try:
        text = spelled.decode("ascii").replace("_", "").lower()
        value = float(int(text, 16)) if text.startswith("0x") else float(text)
    except (ValueError, OverflowError):
        return False
    return value in NUMBERS | IN_ARITHMETIC | GAINS | SHIFTS or is_level(value)


def _is_ascii_based(data: bytes) -> bool:
    declared = _CODING.search(data, 0, 400)
    return declared is None or _ASCII_BASED.match(declared[1]) is not None


def _unescaped(match: re.Match[bytes]) -> bytes:
    code, plain = match.groups()
    return bytes((int(code, 16),)) if code else _PLAIN.get(plain, plain)
