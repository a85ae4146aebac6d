"""A byte-level test that throws away files which cannot hold a site; it may keep too much, never too little.

What makes a site is decided by ``normlint.evaluate.relevance`` on the lowered form; here the same words and numbers are
looked for in the text, where whoever writes them must spell them. The words come from the catalogue, so that an API that
is added there is looked for here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, cached_property, lru_cache

from normlint.catalogue import Catalogue, catalogue
from normlint.evaluate.labels import PARTS, WORDS, feeds, label_of
from normlint.evaluate.words import (
    ADDING,
    EVERYWHERE,
    FEEDING,
    GAINS,
    IN_ARITHMETIC,
    MULTIPLYING,
    NUMBERS,
    SHIFTS,
    SINGLE_STATS,
    is_level,
    site_words,
)
from normlint.immutable import dataclass
from normlint.mentions import BLANKED, has_word, mentions
from normlint.spellings import (
    BARE_LABEL,
    BOUND_HALF,
    CENTRED,
    EVERYDAY,
    FRACTIONS,
    GAIN,
    LEVEL_WORDS,
    LEVELS,
    MEAN_WORDS,
    MEANS,
    SCALED,
    SHIFT,
    SINGLE_WORDS,
    SINGLES,
    has_channels,
    has_intensities,
    measures,
    spells,
)

_LOWER_BLANKED = bytes(range(256)).lower().translate(BLANKED)
# What brings a model in: the place may hold no number at all.
_MODELS = frozenset({"load_weights", "load_model"})
# The first words of a file mostly decide: it is split into words bit by bit.
_FIRST_BYTES = 4_096
_MEASURES = frozenset({b"mean", b"std"})
_MULTIPLYING_METHODS = frozenset(name.encode() for name in MULTIPLYING if name.isidentifier())
_ADDING_METHODS = frozenset(name.encode() for name in ADDING if name.isidentifier())
_METHODS = _MULTIPLYING_METHODS | _ADDING_METHODS
_SPELLED = re.compile(rb"(?<![\w.])(?:0x[\da-f_]+|\d[\d_]*\.?[\d_]*(?:e[-+]?\d+)?)", re.IGNORECASE)
_UNUSUAL = re.compile(rb"\d_\d|\de[-+]?\d|0x", re.IGNORECASE)
_UNUSUAL_WORDS = re.compile(rb"\d(?:_\d|e[\d ])|0x")
_DIGITS = re.compile(rb" (\d\w*)")
# An import, also one of a notebook's JSON strings, behind a colon, and by a function that is given the name.
_IMPORTS = re.compile(rb"""(?:(?:^|[\n";:])[ \t]*(?:from|import)\b|\wimport\w*[ \t]*\(|\bimport\w+[ \t]*\()[^\n]*""")
_NAMES = re.compile(rb"\w+")
_CODING = re.compile(rb"coding[=:][ \t]*([-\w.]+)")
_ASCII_BASED = re.compile(rb"(?i)utf-?8|ascii|latin|iso-?8859|cp\d|windows|gb|euc|koi8|big5|mac")
_JSON_ESCAPE = re.compile(rb'\\(?:u00([0-7][0-9a-fA-F])|([nrt"\\/]))')
_PLAIN = {b"n": b"\n", b"r": b"\n", b"t": b"\t"}


@dataclass(frozen=True, slots=True)
class Look:
    """``kept``: whether a file must be parsed; ``library``: whether it mentions a package of the catalogue; ``pixels``:
    whether it must be parsed in a project that hardly names one: it imports such a package, or its numbers say so."""

    kept: bool
    library: bool
    pixels: bool


class _Text:
    """The bytes of a file, and its words in lower case as far as they were asked for."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.words: set[bytes] = set()
        self._at = 0

    @cached_property
    def lowered(self) -> bytes:
        return self.data.lower()

    @cached_property
    def vocabulary(self) -> bytes:
        """All words once, a blank around each."""
        return b" %b " % b" ".join(self.all_words())

    @cached_property
    def digits(self) -> bytes:
        """The words that begin with a digit, a blank around each."""
        return b" %b " % b"  ".join(_DIGITS.findall(self.vocabulary))

    def any_of(self, words: frozenset[bytes]) -> bool:
        """Whether one of ``words`` is there."""
        while self.words.isdisjoint(words):
            if not self._more():
                return False
        return True

    def all_words(self) -> set[bytes]:
        while self._more():
            pass
        return self.words

    def _more(self) -> bool:
        """Split the next lines into words; False where there are none."""
        data, at = self.data, self._at
        if at >= len(data):
            return False
        end = data.find(b"\n", 2 * at + _FIRST_BYTES) + 1 or len(data)
        self.words.update(data[at:end].translate(_LOWER_BLANKED).split())
        self._at = end
        return True


def look(data: bytes, notebook: bool = False) -> Look:
    """What the bytes of a file say. ``notebook``: the code stands in JSON strings."""
    text = _Text(data)
    kept = may_hold_sites(data, True) if notebook else _may_hold_sites(text)
    library = _names_a_library(text)
    return Look(kept, library, (library and _imports_a_library(text)) or (kept and _speaks_of_pixels(text)))


def may_hold_sites(data: bytes, notebook: bool = False) -> bool:
    """Whether a file must be parsed. ``notebook``: the code stands in JSON strings."""
    return _may_hold_sites(_Text(_JSON_ESCAPE.sub(_unescaped, data) if notebook and b"\0" not in data else data))


def names_a_library(data: bytes) -> bool:
    """Whether a file mentions a package of the catalogue. Where no file of a project does, everyday words say nothing."""
    return _names_a_library(_Text(data))


def imports_a_library(data: bytes) -> bool:
    """Whether a package of the catalogue stands in an import of a file, not just in its prose and messages."""
    return _imports_a_library(_Text(data))


def speaks_of_pixels(data: bytes) -> bool:
    """Whether a file that imports no package of the catalogue must be parsed even in a project that hardly names one.

    A level that is multiplied or divided by, one number a channel that may be its mean, well-known stats, or a mean and a std.
    """
    return _speaks_of_pixels(_Text(data))


def _may_hold_sites(text: _Text) -> bool:
    data = text.data
    if b"\0" in data or not _is_ascii_based(data):
        return True  # UTF-16, or no text at all: lowering says which
    if text.any_of(_free_words()) or _has_label(text):
        return True
    if not text.words.isdisjoint(_MEASURES) and (spells(BARE_LABEL, text.lowered) or measures(data)):
        return True
    digits = text.digits
    return (
        (LEVEL_WORDS.search(digits) is not None and LEVELS.search(data) is not None)
        or (MEAN_WORDS.search(digits) is not None and MEANS.search(data) is not None)
        or (SINGLE_WORDS.search(digits) is not None and SINGLES.search(data) is not None)
        or _speaks(text)
        or _calculates(text)
        or has_channels(text.lowered, text.digits)
        or (_UNUSUAL_WORDS.search(digits) is not None and any(map(_matters, _unusual(data))))
    )


def _names_a_library(text: _Text) -> bool:
    libraries = _libraries(catalogue())
    if b"\0" in text.data:
        return True
    if not text.any_of(frozenset(libraries)):
        return False
    seen = text.words & libraries.keys()
    if _has_one(text.data, libraries, seen):
        return True
    return _has_one(text.data, libraries, (text.all_words() & libraries.keys()) - seen)


def _has_one(data: bytes, spellings: dict[bytes, tuple[bytes, ...]], words: set[bytes]) -> bool:
    return any(has_word(data, spelled) for word in words for spelled in spellings[word])


def _imports_a_library(text: _Text) -> bool:
    if b"\0" in text.data:
        return True
    libraries = _libraries(catalogue())
    spelled = {name for word in text.all_words() & libraries.keys() for name in libraries[word]}
    return any(not spelled.isdisjoint(_NAMES.findall(match[0])) for match in _IMPORTS.finditer(text.data))


def _speaks_of_pixels(text: _Text) -> bool:
    words = text.all_words()
    scaled = not words.isdisjoint(_SCALES) and spells(SCALED, text.lowered)
    if scaled or _has_stats(text) or (has_channels(text.lowered, text.digits) and has_intensities(text.lowered)):
        return True
    labels = {label_of(word.decode("ascii")) for word in _telling_names(text) if len(word) > 1}  # "%s" is no std
    return {"mean", "std"} <= labels and spells(BARE_LABEL, text.lowered)


def _has_stats(text: _Text) -> bool:
    """Whether a channel's mean of 0..255 is added or subtracted, or one of ImageNet's stats is mentioned."""
    if MEAN_WORDS.search(text.digits) is not None and CENTRED.search(text.data) is not None:
        return True
    return SINGLE_WORDS.search(text.digits) is not None and FRACTIONS.search(text.data) is not None


_SCALES = frozenset({b"255", b"65535", b"1023", b"127"})


@cache
def _libraries(known: Catalogue) -> dict[bytes, tuple[bytes, ...]]:
    """The packages of the catalogue by their lower-case form."""
    libraries: dict[bytes, tuple[bytes, ...]] = {}
    for name in sorted({package.split(".")[0].encode() for package in known.packages}):
        libraries[name.lower()] = (*libraries.get(name.lower(), ()), name)
    return libraries


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


def _has_label(text: _Text) -> bool:
    """Whether a name is that of a mean, std, range or loader; ``mean`` and ``std`` are looked at by themselves."""
    return b"loader " in text.vocabulary or any(_is_label(word) for word in _telling_names(text) if word not in _MEASURES)


def _telling_names(text: _Text) -> Iterator[bytes]:
    """The words that may say that they are a mean, std, range or largest value."""
    words = text.vocabulary
    yield from text.words & _TELLING_WORDS
    for part in _TELLING_PARTS:
        at = words.find(part)
        while at >= 0:
            end = words.index(b" ", at)
            yield words[words.rindex(b" ", 0, at) + 1 : end]
            at = words.find(part, end)


_TELLING_WORDS = frozenset(word.encode() for word in WORDS)
_TELLING_PARTS = tuple(sorted(part.encode() for part in PARTS))


@lru_cache(maxsize=1 << 12)
def _is_label(word: bytes) -> bool:
    name = word.decode("ascii")
    return len(name) > 1 and (bool(label_of(name)) or feeds(name))


def _speaks(text: _Text) -> bool:
    """Whether a site word stands where it is an attribute, imported or defined."""
    words = _words()
    found = text.words & words.keys()
    if b"_ " in text.vocabulary:
        ending = text.vocabulary.split(b"_ ")[:-1]
        found |= {word.rpartition(b" ")[2].rstrip(b"_") for word in ending} & words.keys()
    return bool(found) and mentions(text.data, {spelled for word in found for spelled in words[word]})


def _calculates(text: _Text) -> bool:
    """Whether the everyday numbers stand in arithmetic as they do in a pixel map."""
    words, lowered = text.words, text.lowered
    everyday = b"127" in words or b"128" in words or b"256" in words
    if everyday and (not words.isdisjoint(_METHODS) or spells(EVERYDAY, lowered)):
        return True
    half = b".5" in lowered or b"5e" in words
    if half and spells(BOUND_HALF, lowered):
        return True
    if words.isdisjoint(_ADDING_METHODS) and not ((half or b"1" in words) and spells(SHIFT, lowered)):
        return False
    return not words.isdisjoint(_MULTIPLYING_METHODS) or ((half or b"2" in words) and spells(GAIN, lowered))


def _unusual(data: bytes) -> Iterator[bytes]:
    return (spelled for spelled in _SPELLED.findall(data) if _UNUSUAL.search(spelled))


def _matters(spelled: bytes) -> bool:
    try:
        text = spelled.decode("ascii").replace("_", "").lower()
        value = float(int(text, 16)) if text.startswith("0x") else float(text)
    except (ValueError, OverflowError):
        return False
    return value in NUMBERS | SINGLE_STATS | IN_ARITHMETIC | GAINS | SHIFTS or is_level(value)


def _is_ascii_based(data: bytes) -> bool:
    declared = _CODING.search(data, 0, 400)
    return declared is None or _ASCII_BASED.match(declared[1]) is not None


def _unescaped(match: re.Match[bytes]) -> bytes:
    code, plain = match.groups()
    return bytes((int(code, 16),)) if code else _PLAIN.get(plain, plain)
