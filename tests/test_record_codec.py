"""Records survive JSON, and nothing else comes out of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal, NamedTuple, Union

import pytest

from normlint.findings import Finding, Related
from normlint.fixes import Clamp, Fix, Insert, Round, Scale
from normlint.places import Place
from normlint.record_codec import RecordError, from_data, to_data
from normlint.sites import Site


class Pair(NamedTuple):
    first: int
    second: str | None = None


@dataclass(frozen=True)
class Inner:
    number: float


@dataclass(frozen=True)
class Other:
    text: str


@dataclass(frozen=True)
class Outer:
    pair: Pair
    kind: Literal["a", "b"]
    part: Union[Inner, Other, None]
    numbers: tuple[float, ...] | None
    ends: tuple[float | None, float | None]
    counts: dict[str, int]
    flag: bool = False


OUTER = Outer(Pair(1, None), "a", Other("\udcff"), (1, 2.5, float("inf")), (None, 3.0), {"x": 1}, True)


def through_json(wanted: object, value: object) -> object:
    return from_data(wanted, json.loads(json.dumps(to_data(value))))


def test_a_record_of_every_kind_survives() -> None:
    assert through_json(Outer, OUTER) == OUTER
    assert through_json(tuple[Outer, ...], (OUTER, OUTER)) == (OUTER, OUTER)


def test_findings_and_sites_survive() -> None:
    place = Place("a.py", 1, 2, 3, 4, 0, 1)
    change = Insert((Clamp(0, 1), Scale(255.0), Round()), "torch")
    fix = Fix(description="Clamp first", place=place, change=change, safety="safe")
    finding = Finding("NL101", "x", "error", "high", place, "m", "l", (Related(place, "r"),), "k", fix)
    site = Site(place, "normalize", "f", (0.5,), None, (1.0, 2.0, 3.0), None, (0.0, None), None, "train", "literal")
    assert through_json(Finding, finding) == finding
    assert through_json(Site, site) == site


@pytest.mark.parametrize(
    ("wanted", "data"),
    [
        (int, True), (int, 1.5), (str, 1), (bool, 0), (Literal["a"], "b"), (Literal["a"], []), (Pair, [1]), (Pair, ["1", None]),
        (Inner, ["Inner", "1"]), (Inner, ["Other", 1.0]), (Inner, ["Inner"]), (Inner, {}), (tuple[int, ...], {}),
        (tuple[int, int], [1]), (dict[str, int], {"a": "b"}), (Union[Inner, None], ["os.system", "true"]),
    ],
)  # fmt: skip
def test_anything_else_is_refused(wanted: object, data: object) -> None:
    with pytest.raises(RecordError):
        from_data(wanted, data)


def test_what_is_no_record_is_not_written() -> None:
    with pytest.raises(TypeError):
        to_data(object())
