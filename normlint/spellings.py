"""How numbers that pixel values are made of are spelled in source text, as patterns over its lower-case bytes.

Each pattern begins with a literal or a set of characters, so that the search skips what cannot match; what must not stand
before a number is looked at behind it.
"""

from __future__ import annotations

import re

_BETWEEN = rb"[\s()\\]*"  # what may stand between an operator and its number
_END = rb"(?![\w.])"
_HALF = rb"(?:0?\.50*|5e-1)"
_TIMES = rb"[*/](?<![*/][*/])(?![*/])"
_PLUS = rb"[-+]"


def _begun(number: bytes) -> bytes:
    """A number of fixed width that no word or number ends before."""
    return rb"%b(?<![\w.]%b)" % (number, number)


_BEGUN_HALF = rb"\.5(?:(?<![\w.]\.5)|(?<=0\.5)(?<![\w.]0\.5))0*|%b" % _begun(rb"5e-1")


def _operand(operator: bytes, number: bytes, begun: bytes) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """A number on either side of an operator."""
    after = re.compile(rb"%b=?%b-?%b%b%b" % (operator, _BETWEEN, _BETWEEN, number, _END))
    return after, re.compile(rb"(?:%b)%b%b" % (begun, _BETWEEN, operator))


GAIN = _operand(_TIMES, rb"(?:2(?:\.0*)?|%b)" % _HALF, rb"%b(?:\.0*)?|%b" % (_begun(rb"2"), _BEGUN_HALF))
SHIFT = _operand(_PLUS, rb"(?:1(?:\.0*)?|%b)" % _HALF, rb"%b(?:\.0*)?|%b" % (_begun(rb"1"), _BEGUN_HALF))
BOUND_HALF = (re.compile(rb"=(?<![=<>!+*/-]=)%b-?%b%b(?!\s*[,)])" % (_BETWEEN, _HALF, _END)),)
EVERYDAY = (
    *_operand(rb"[-+*/]", rb"(?:12[78]|256)", rb"%b|%b" % (_begun(rb"12[78]"), _begun(rb"256"))),
    re.compile(rb"=(?<![=<>!]=)%b-?(?:12[78]|256)%b(?!\s*[,)])" % (_BETWEEN, _END)),
)
SCALED = _operand(
    rb"[*/]",
    rb"(?:255|65535|1023|127\.5)(?:\.0*)?",
    rb"(?:%b)(?:\.0*)?" % b"|".join(map(_begun, (rb"255", rb"65535", rb"1023", rb"127\.5"))),
)
_FRACTIONS = rb"00392|0078125|00784313725490196"
LEVELS = re.compile(
    rb"%b(?!\d)|%b|%b(?!\d)|%b|%b|%b|%b"
    % (*map(_begun, (rb"25[45]", rb"65535", rb"1023", rb"127\.5", rb"12[78]\.", rb"256\.")), _FRACTIONS)
)
LEVEL_WORDS = re.compile(rb" (?:25[45]|65535|1023|12[78] |256 )|%b" % _FRACTIONS)
MEANS = re.compile(rb"(?:%b|%b)0*[1-9]" % (_begun(rb"[89]\d\."), _begun(rb"1[0-4]\d\.")))
MEAN_WORDS = re.compile(rb" (?:[89]\d|1[0-4]\d) ")
CENTRED = re.compile(rb"[-+]=?%b-?%b(?:[89]\d|1[0-4]\d)\.(?=\d*[1-9])\d{1,4}%b" % (_BETWEEN, _BETWEEN, _END))
_SINGLE = rb"(?:485|456|406|229|224|225|458|448|088|188)0*"
SINGLES = re.compile(rb"\.%b(?![\d_])" % _SINGLE)
FRACTIONS = re.compile(rb"(?<![\w.])0?\.%b(?![\w.])" % _SINGLE)
SINGLE_WORDS = re.compile(rb" %b " % _SINGLE)

_FLOAT = rb"(?:\d[\d_]*\.[\d_]*(?:e[-+]?\d+)?|\.\d[\d_]*(?:e[-+]?\d+)?|\d+e[-+]?\d+)"
_GAP = rb"(?:[\s()\\]|#[^\n]*\n)*"
_NEXT = rb"%b,%b[-+]?%b%b" % (_GAP, _GAP, _GAP, _FLOAT)
_POINTS = re.compile(rb"\.(?:(?<=[\d_]\.)|(?=\d))[\d_]*(?:e[-+]?\d+)?%b%b" % (_NEXT, _NEXT))
_FLOATS = re.compile(_FLOAT + _NEXT + _NEXT)
_THREE = re.compile(rb"(?<![\w.-])(?=(%b)%b,%b(%b)%b,%b(%b))" % (_FLOAT, _GAP, _GAP, _FLOAT, _GAP, _GAP, _FLOAT))
_EXPONENT = re.compile(rb"\de[\d ]")

_MEASURE = re.compile(rb"\.(?:mean|std)\s*\(")
_MOST_BETWEEN = 300
BARE_LABEL = (  # a search for one word that begins with a letter is ten times faster than one for two
    re.compile(rb"mean\b(?:(?<![\w.]mean)|(?<=\.mean)(?!\s*\())"),
    re.compile(rb"std\b(?:(?<![\w.]std)|(?<=\.std)(?!\s*\())"),
)


def spells(patterns: tuple[re.Pattern[bytes], ...], lowered: bytes) -> bool:
    return any(pattern.search(lowered) is not None for pattern in patterns)


def has_channels(lowered: bytes, digits: bytes) -> bool:
    """Whether three floats stand one after the other: one number a channel. ``digits`` has the words that begin with one."""
    if _POINTS.search(lowered) is not None:
        return True
    return _EXPONENT.search(digits) is not None and _FLOATS.search(lowered) is not None


def has_intensities(lowered: bytes) -> bool:
    """Whether three numbers in a row, written with a point, lie where the mean or std of a channel can lie."""
    return any(all(0 < float(number) < 256 for number in found) for found in _THREE.findall(lowered))


def measures(data: bytes) -> bool:
    """Whether a mean or std that is computed stands near a minus or slash in one statement."""
    for match in _MEASURE.finditer(data):
        before = data[max(0, match.start() - _MOST_BETWEEN - 1) : match.start()].rpartition(b";")[2]
        after = data[match.end() : match.end() + _MOST_BETWEEN + 1].partition(b";")[0]
        if b"-" in before or b"/" in before or b"-" in after or b"/" in after:
            return True
    return False
