"""Classes that are frozen for the type checker only: made without detours, hashed and compared like frozen ones."""

from __future__ import annotations

import dataclasses

import pytest

from normlint import ir, values
from normlint.immutable import dataclass, replace
from normlint.logical_lines import LogicalLine


@dataclass(frozen=True, slots=True)
class Quick:
    name: str
    numbers: tuple[float, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    name: str
    numbers: tuple[float, ...] = ()


MADE = [value for module in (ir, values) for value in vars(module).values() if isinstance(value, type)]


@pytest.mark.parametrize("made", [made for made in (*MADE, LogicalLine) if dataclasses.is_dataclass(made)])
def test_what_is_made_by_the_million_is_made_without_detours(made: type) -> None:
    assert made.__setattr__ is object.__setattr__


def test_they_hash_and_compare_like_frozen_ones() -> None:
    one, same, other = Quick("a", (1.0,)), Quick("a", (1.0,)), Quick("a")
    assert one == same and hash(one) == hash(same) == hash(Frozen("a", (1.0,)))
    assert one != other and len({one, same, other}) == 2
    assert dataclasses.replace(other, numbers=(1.0,)) == one
    assert repr(one) == repr(Frozen("a", (1.0,))).replace("Frozen", "Quick")


def test_what_compares_and_hashes_is_compiled_when_it_is_asked() -> None:
    @dataclass(frozen=True, slots=True)
    class Plain:
        name: str
        place: int = dataclasses.field(default=0, compare=False)

    compare, number = Plain.__eq__, Plain.__hash__
    assert Plain("a", 1) == Plain("a", 2) and Plain("a") != Plain("b") and Plain("a") != "a"
    assert hash(Plain("a", 1)) == hash(Plain("a", 2)) == hash(("a",))
    assert Plain.__eq__ is not compare and Plain.__hash__ is not number


def test_what_is_not_frozen_does_not_hash() -> None:
    @dataclass()
    class Loose:
        name: str

    assert Loose("a") == Loose("a")
    with pytest.raises(TypeError, match="unhashable"):
        hash(Loose("a"))


def test_a_hash_of_its_own_is_kept() -> None:
    @dataclass(frozen=True, slots=True)
    class Own:
        name: str

        def __hash__(self) -> int:
            return 7

    assert hash(Own("a")) == 7


def test_functions_and_classes_hash_without_their_bodies() -> None:
    """They stand in the keys of remembered calls; equal ones still hash alike."""
    place = values.Constant(1).place
    body = tuple(values.Unknown(values.Origin("unknown", n)) for n in range(3))
    one, other = (values.ClassValue("A", (("x", item),), (), "a.py", place) for item in body[:2])  # type: ignore[arg-type]
    assert hash(one) == hash(other) and one != other


def test_replacing_makes_what_dataclasses_would_make() -> None:
    place = values.noise(1, None).origin.place  # type: ignore[arg-type]
    step = values.Step("add", place, None)  # type: ignore[arg-type]
    assert hash(step) == step._hash
    for value, changes in ((step, {"low": 1.0}), (values.Ref(1), {"address": 2}), (Frozen("a"), {"numbers": (1.0,)})):
        changed = replace(value, **changes)
        assert changed == dataclasses.replace(value, **changes) != value and type(changed) is type(value)
    assert replace(step, low=1.0)._hash is None


def test_replacing_takes_only_what_objects_are_made_with() -> None:
    for name in ("colour", "_hash"):
        with pytest.raises(TypeError, match=name):
            replace(values.Step("add", None, None), **{name: 1})  # type: ignore[arg-type]
