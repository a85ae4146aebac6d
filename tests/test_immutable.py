"""Classes that are frozen for the type checker only: made without detours, hashed and compared like frozen ones."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest

from normlint import ir, values
from normlint.immutable import dataclass, field, fields, is_dataclass, replace
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
        place: int = field(default=0, compare=False)

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


@dataclass(frozen=True, slots=True)
class Base:
    name: str
    left: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Derived(Base):
    size: int = 3
    known: int | None = field(default=None, init=False, repr=False, compare=False)


def test_dataclasses_takes_them_for_its_own() -> None:
    assert dataclasses.is_dataclass(Derived) and dataclasses.is_dataclass(Derived("a"))
    told = [(one.name, one.type, one.init, one.compare, one.repr) for one in dataclasses.fields(Derived)]
    assert told == [(one.name, one.type, one.init, one.compare, one.repr) for one in fields(Derived("a"))]
    assert [name for name, *_ in told] == ["name", "left", "size", "known"]
    assert dataclasses.fields(Derived)[1].default_factory is list and dataclasses.fields(Derived)[2].default == 3
    assert dataclasses.replace(Derived("a"), size=4) == Derived("a", size=4)
    assert dataclasses.asdict(Derived("a")) == {"name": "a", "left": [], "size": 3, "known": None}


def test_those_of_dataclasses_are_taken_as_well() -> None:
    assert is_dataclass(Frozen) and not is_dataclass(int)
    assert [one.name for one in fields(Frozen)] == ["name", "numbers"]
    assert replace(Frozen("a"), name="b") == Frozen("b")


def test_an_object_is_made_as_dataclasses_make_it() -> None:
    one, other = Derived("a"), Derived(name="a")
    assert (one.left, one.size, one.known) == ([], 3, None) and one.left is not other.left
    assert one == other != Derived("a", [1]) and one != Base("a")
    assert repr(one) == "Derived(name='a', left=[], size=3)"
    assert Derived.__match_args__ == ("name", "left", "size")
    assert not hasattr(one, "__dict__")
    for wrong in (lambda: Derived(), lambda: Derived("a", known=1), lambda: Derived("a", [], 3, 4)):  # type: ignore[call-arg]
        with pytest.raises(TypeError):
            wrong()


def test_what_makes_objects_is_compiled_when_the_first_one_is_made() -> None:
    @dataclass(frozen=True, slots=True)
    class Plain:
        name: str

    before = Plain.__init__
    assert Plain("a").name == "a" and Plain.__init__ is not before


def test_ordered_ones_are_before_and_after_each_other() -> None:
    @dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        line: int
        name: str = ""

    one, two = Ordered(1, "b"), Ordered(2, "a")
    assert one < two and one <= two and two > one and two >= two and sorted([two, one]) == [one, two]
    with pytest.raises(TypeError):
        one < 1  # type: ignore[operator]  # noqa: B015


def test_a_default_that_all_would_share_is_refused() -> None:
    with pytest.raises(ValueError, match="default_factory"):

        @dataclass()
        class Shared:
            left: list[int] = []  # noqa: RUF012

    with pytest.raises(TypeError, match="size"):

        @dataclass()
        class Foreign:
            size: int = dataclasses.field(default=1)


def test_a_start_imports_no_inspect() -> None:
    code = "import sys, normlint.project, normlint.engine\nsys.exit(bool({'inspect', 'dataclasses'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
