"""A dict of constant keys is the same whatever its size, and a registry of thousands costs each of its entries the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normlint import key_index
from normlint.ir import ConstantValue
from normlint.values import Constant, DictCell

KEYS = st.one_of(st.sampled_from(["a", "b", 1, True, 1.0, 0, False, None]), st.integers(min_value=2, max_value=60))
Step = tuple[int, ConstantValue]


def plainly(items: tuple[tuple[ConstantValue, Constant], ...], key: ConstantValue) -> Constant | None:
    return next((value for known, value in items if known == key and type(known) is type(key)), None)


@given(st.lists(st.tuples(st.integers(min_value=0, max_value=80), KEYS), max_size=80))
def test_every_state_of_a_dict_keeps_what_it_holds(steps: list[Step]) -> None:
    """Each step puts a key into one of the states so far, so that several go on from the same one."""
    states = [DictCell(tuple([(f"m{number}", Constant(number)) for number in range(key_index.FEW)]))]
    plain = [states[0].items]
    for number, (which, key) in enumerate(steps):
        before, value = which % len(states), Constant(100 + number)
        states.append(states[before].put(key, value))
        plain.append((*[item for item in plain[before] if item[0] != key], (key, value)))  # type: ignore[misc]
    for state, items in zip(states, plain, strict=True):
        assert state.items == items
        for key in ("a", "b", 1, True, 1.0, 0, False, None, 2, 30, "m3", "elsewhere"):
            assert state.get(key) == plainly(items, key)  # type: ignore[arg-type]


def test_of_keys_that_are_written_twice_the_first_counts() -> None:
    items = [(f"m{number % 20}", Constant(number)) for number in range(40)]
    assert DictCell(tuple(items)).get("m7") == Constant(7)


def test_a_growing_dict_is_indexed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    original = key_index.KeyIndex.__init__
    monkeypatch.setattr(key_index.KeyIndex, "__init__", lambda self, items: (made.append(len(items)), original(self, items))[1])
    cell = DictCell(())
    for number in range(500):
        cell = cell.put(f"m{number}", Constant(number))
        assert cell.get(f"m{number}") == Constant(number)
    assert made == [key_index.FEW + 1]
