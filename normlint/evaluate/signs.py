"""What a single name or number says of pixel values, as a mask: of which sign it is one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from normlint.catalogue import catalogue
from normlint.evaluate.labels import label_of
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

HIT, GAIN, SHIFT, MEASURED, CARRIED = 1, 2, 4, 8, 16
# ``(x - x.mean()) / x.std()`` normalizes; a mean that is not subtracted is any number's.
MEASURES = frozenset({"mean", "std"})
# Methods that calculate, and those that say which options a program has.
CALCULATING = MULTIPLYING | ADDING
OPTIONS = frozenset({"add_argument", "set_defaults"})


def is_hit(mask: int) -> bool:
    """Whether what has this mask mentions pixel values."""
    return bool(mask & HIT) or mask & (GAIN | SHIFT) == GAIN | SHIFT


def of_constant(value: object) -> int:
    """A literal."""
    if isinstance(value, str):
        return HIT * (value in EVERYWHERE or (1 < len(value) < 24 and label_of(value) in MEASURES))
    number = number_of(value)
    return 0 if number is None else HIT * (number in NUMBERS or number in SINGLE_STATS or is_level(value))


def number_of(value: object) -> object:
    """The absolute value of a literal that is a real number, as it is: of whole numbers, too; None for other literals."""
    return abs(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def of_assigned(number: object) -> int:
    """The number that a name is bound to."""
    return HIT * (number in IN_ARITHMETIC) | (GAIN | SHIFT) * (number == 0.5)


def of_arithmetic(operator: str, numbers: Iterable[object]) -> int:
    """The numbers among the operands of an operator, or of a method that is one."""
    multiplies, adds = operator in MULTIPLYING, operator in ADDING
    if not multiplies and not adds:
        return 0
    mask = 0
    for number in numbers:
        mask |= HIT * (number in IN_ARITHMETIC)
        mask |= GAIN * (multiplies and number in GAINS) | SHIFT * (adds and number in SHIFTS)
    return mask


def of_measured(operator: str, mask: int) -> int:
    """An operator, where ``mask`` is that of its operands."""
    return HIT * (operator in "-/" and MEASURED & mask > 0)


@cache
def of_name(name: str) -> int:
    """A bare name, wherever it comes from."""
    return HIT * (_is_label(name) or feeds(name)) | CARRIED * (name in _carrier_words())


@cache
def of_attribute(name: str) -> int:
    """The name of an attribute."""
    word = _is_label(name) or feeds(name) or name in site_words() or name.rstrip("_") in site_words()
    return HIT * word | CARRIED * (name in _carrier_words())


@cache
def of_keyword(name: str) -> int:
    """The name of a parameter, or of an argument."""
    return HIT * (name in EVERYWHERE or _is_label(name) or feeds(name))


@cache
def _carrier_words() -> frozenset[str]:
    return catalogue().carrier_words()


def _is_label(name: str) -> bool:
    return bool(label_of(name)) and len(name) > 1


def feeds(name: str) -> bool:
    """Whether a name is one of what hands images to a model."""
    return name in FEEDING or name.endswith("loader")
