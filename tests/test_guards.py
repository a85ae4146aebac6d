"""Which conditions can hold together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normlint import ir
from normlint.evaluate.guards import compatible, literals_of
from normlint.lowering.abstract import lowered
from normlint.values import Guard

_OPERATORS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
_NUMBERS = st.integers(-3, 3)


def guard(source: str, holds: bool = True) -> Guard:
    (statement,) = lowered(source) or ()
    assert isinstance(statement, ir.ExpressionStatement)
    yes, no = literals_of(statement.value, "1")
    return yes if holds else no


@given(_OPERATORS, _NUMBERS, st.booleans(), _OPERATORS, _NUMBERS, st.booleans())
def test_what_a_number_can_satisfy_is_never_excluded(one: str, a: int, yes: bool, other: str, b: int, also: bool) -> None:
    first, second = f"n {one} {a}", f"n {other} {b}"
    possible = any(bool(eval(first, {"n": n})) is yes and bool(eval(second, {"n": n})) is also for n in range(-5, 6))
    if possible:
        assert compatible(guard(first, yes), guard(second, also))


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("n == -1", "n >= 0", False), ("n == 0", "n >= 0", True), ("n == 3", "n < 3", False), ("n == 3", "m < 3", True),
        ("n == 3", "len(n) < 3", True), ("n == 'a'", "n >= 0", True),
    ],
)  # fmt: skip
def test_a_number_that_a_name_has_excludes_the_others(one: str, other: str, together: bool) -> None:
    assert compatible(guard(one), guard(other)) is together
    assert compatible(guard(other), guard(one)) is together
