"""The settings that make a run fast are undone after it and change no result."""

from __future__ import annotations

import gc

import pytest

from normlint.interpreter import rare_collection, with_room


def test_the_collector_is_as_before_after_a_run_that_fails() -> None:
    before = gc.get_threshold()
    with pytest.raises(ZeroDivisionError), rare_collection():
        assert gc.get_threshold()[0] > before[0]
        raise ZeroDivisionError
    assert gc.get_threshold() == before


def test_a_function_with_room_computes_the_same() -> None:
    def depth(count: int, *, step: int = 1) -> int:
        return 0 if count == 0 else step + depth(count - 1, step=step)

    plain = depth(200, step=3)
    assert with_room(depth)(200, step=3) == plain == 600
    assert depth.__code__.co_stacksize > 50_000


def test_what_has_no_code_of_its_own_stays() -> None:
    assert with_room(len)([1, 2]) == 2
