"""Which modules reach which is known at any time, whatever order they come in, and costs little however many there are."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normlint.reach import Reach

NAMES = [f"m{number}.py" for number in range(9)]
NOTES = st.lists(
    st.tuples(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), max_size=3), st.lists(st.sampled_from(NAMES), max_size=1)),
    max_size=14,
)


def test_reach_goes_round_circles() -> None:
    reach = Reach()
    reach.note("c", ["a"])
    reach.note("b", ["c"])
    reach.note("a", ["b"])
    reach.note("z", ["c"], changed=["y"])
    reach.note("y", [])
    assert reached(reach, "b", "abcxyz") == {"a", "b", "c"}
    assert reached(reach, "y", "abcxyz") == {"a", "b", "c", "y", "z"}


@given(NOTES)
def test_it_is_what_a_walk_along_the_edges_finds(notes: list[tuple[str, list[str], list[str]]]) -> None:
    reach, edges = Reach(), {name: {name} for name in NAMES}
    for path, direct, changed in notes:
        reach.note(path, direct, changed)
        edges[path].update(direct)
        for other in changed:
            edges[other].add(path)
        for name in NAMES:
            assert reached(reach, name, NAMES) == walked(edges, name)


def reached(reach: Reach, path: str, paths: Iterable[str]) -> set[str]:
    mask = reach.of(path)
    return {other for other in paths if mask & reach.bit(other)}


def walked(edges: dict[str, set[str]], start: str) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        fresh = edges[waiting.pop()] - found
        found |= fresh
        waiting += fresh
    return found


@pytest.mark.parametrize("count", [100, 400])
def test_a_registry_costs_each_of_its_modules_the_same(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    told: list[int] = []
    original = Reach._tell

    def tell(self: Reach, number: int, reached: int) -> None:
        told.append(number)
        original(self, number, reached)

    monkeypatch.setattr(Reach, "_tell", tell)
    reach = Reach()
    for number in range(count):
        reach.note(f"m{number}.py", ["registry.py"], ["registry.py"])
        assert reach.of("registry.py").bit_count() == number + 2
    assert len(told) <= 3 * count
