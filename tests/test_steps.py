"""Chains of steps: values that compare by content, however long they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from normlint.places import Place
from normlint.project import analyze
from normlint.trace import Tracer
from normlint.values import Step

LONG = 20_000


def chain(length: int, last: str = "add") -> Step:
    step = Step("to_unit", Place("a.py", 1, 1, 1, 2), None)
    for number in range(length):
        step = Step("add", Place("a.py", number + 2, 1, number + 2, 2), step, operand=(1.0,))
    return replace(step, operation=last)


def test_long_chains_are_hashed_and_compared_without_recursion() -> None:
    one, two, other = chain(LONG), chain(LONG), chain(LONG, "subtract")
    assert one == two and hash(one) == hash(two)
    assert one != other
    assert one != one.previous
    assert one != "a step"
    assert len({one, two, other}) == 2


def test_chains_that_differ_at_their_start_differ() -> None:
    def lifted(place: Place) -> Step:
        return Step("add", Place("a.py", 2, 1, 2, 2), Step("add", place, None))

    assert lifted(Place("a.py", 1, 1, 1, 2)) != lifted(Place("b.py", 1, 1, 1, 2))
    assert lifted(Place("a.py", 1, 1, 1, 2)) == lifted(Place("a.py", 1, 1, 1, 2))


def test_trace_through_a_thousand_sites(tmp_path: Path) -> None:
    lines = ["import cv2", "x = cv2.imread('a.png') / 255", *["x = x.clip(0, 1)"] * 1000, "y = x.astype('uint8')"]
    (tmp_path / "a.py").write_text("\n".join(lines) + "\n")
    (trace,) = Tracer(analyze((tmp_path,)).facts).at("a.py", 1003)
    assert len(trace.stages) == 1002
    (middle,) = Tracer(analyze((tmp_path,)).facts).at("a.py", 502)
    assert len(middle.stages) == 501
