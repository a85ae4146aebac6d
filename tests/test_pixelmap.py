"""Laws of the algebra of pixel maps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normlint.pixelmap import IDENTITY, UNIT, Affine, Interval, Stats, denormalization, normalization, stats_of

small = st.floats(-10, 10)
positive = st.floats(0.01, 10)


def numbers(element: st.SearchStrategy[float]) -> st.SearchStrategy[tuple[float, ...]]:
    return st.sampled_from([1, 3]).flatmap(lambda count: st.tuples(*[element] * count))


@given(numbers(small), numbers(positive), st.floats(0, 1))
def test_denormalize_undoes_normalize(mean: tuple[float, ...], std: tuple[float, ...], x: float) -> None:
    forward, back = normalization(mean, std), denormalization(mean, std)
    assert forward is not None
    assert back is not None
    whole = forward.then(back)
    assert whole is not None
    result = whole.apply((x,))
    assert result == pytest.approx((x,) * len(result or ()), abs=1e-6)


@given(numbers(positive), numbers(small), numbers(positive), numbers(small), numbers(positive), numbers(small))
def test_composition_is_associative(
    a: tuple[float, ...], b: tuple[float, ...], c: tuple[float, ...], d: tuple[float, ...], e: tuple[float, ...],
    f: tuple[float, ...],
) -> None:  # fmt: skip
    one, two, three = Affine(a, b), Affine(c, d), Affine(e, f)
    first, last = one.then(two), two.then(three)
    assert first is not None
    assert last is not None
    left, right = first.then(three), one.then(last)
    assert left is not None
    assert right is not None
    assert left.gain == pytest.approx(right.gain)
    assert left.bias == pytest.approx(right.bias, abs=1e-6)


@given(numbers(positive), numbers(small))
def test_inverse_of_the_inverse(gain: tuple[float, ...], bias: tuple[float, ...]) -> None:
    affine = Affine(gain, bias)
    inverse = affine.inverse()
    assert inverse is not None
    again = inverse.inverse()
    assert again is not None
    assert again.gain == pytest.approx(gain * (len(again.gain) // len(gain)))
    assert again.bias == pytest.approx(bias * (len(again.bias) // len(bias)), abs=1e-6)
    assert (affine.then(inverse) or affine).close_to(IDENTITY)


@given(st.floats(-5, 5), st.floats(0, 5), small, small, st.floats(0, 1))
def test_an_interval_contains_every_executed_value(low: float, width: float, gain: float, bias: float, part: float) -> None:
    interval = Interval((low,), (low + width,)).image(Affine((gain,), (bias,)))
    assert interval is not None
    value = gain * (low + width * part) + bias
    assert interval.lowest - 1e-9 <= value <= interval.highest + 1e-9


@given(numbers(small), numbers(small), st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_each_channel_lies_in_its_own_interval(gain: tuple[float, ...], bias: tuple[float, ...], picture: list[float]) -> None:
    affine = Affine(gain, bias)
    interval, values = UNIT.image(affine), affine.apply(tuple(picture))
    assert interval is not None
    assert values is not None
    low, high = (ends * (3 // len(ends)) for ends in (interval.low, interval.high))
    assert all(a - 1e-9 <= value <= b + 1e-9 for a, value, b in zip(low, values, high, strict=True))


@given(numbers(small), numbers(small), numbers(small), numbers(small), st.floats(0, 1))
def test_composition_is_one_after_the_other(
    a: tuple[float, ...], b: tuple[float, ...], c: tuple[float, ...], d: tuple[float, ...], x: float
) -> None:
    first, second = Affine(a, b), Affine(c, d)
    whole, middle = first.then(second), first.apply((x,))
    assert whole is not None
    assert middle is not None
    left, right = whole.apply((x,)), second.apply(middle)
    assert left == pytest.approx(right, abs=1e-6)


@given(st.floats(-9, 9), st.floats(0, 9), st.floats(-9, 9), st.floats(0, 9), st.floats(0, 1))
def test_a_clamped_value_lies_in_the_clamped_interval(low: float, width: float, least: float, room: float, part: float) -> None:
    most = least + room
    interval = Interval((low,), (low + width,)).clamp(least, most)
    value = min(max(low + width * part, least), most)
    assert interval.lowest - 1e-9 <= value <= interval.highest + 1e-9
    assert interval.within(least, most)


def test_a_map_without_inverse() -> None:
    assert Affine((1.0, 0.0, 2.0), (0.0,)).inverse() is None
    assert stats_of(Affine((-2.0,), (1.0,))) is None


@pytest.mark.parametrize(
    ("mean", "std", "wanted"),
    [
        ((0.5,), (0.5,), (-1, 1)),
        ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225), (-2.117904, 2.64)),
        ((0.0,), (1.0,), (0, 1)),
    ],
)
def test_range_after_normalizing(mean: tuple[float, ...], std: tuple[float, ...], wanted: tuple[float, float]) -> None:
    forward = normalization(mean, std)
    assert forward is not None
    interval = UNIT.image(forward)
    assert interval is not None
    assert (interval.lowest, interval.highest) == pytest.approx(wanted, abs=1e-6)
    stats = stats_of(forward)
    assert stats is not None
    assert stats.mean == pytest.approx(mean)
    assert stats.std == pytest.approx(std)


def test_lengths_that_do_not_fit_give_nothing() -> None:
    assert normalization((0.5, 0.5), (0.5, 0.5, 0.5)) is None
    assert normalization((0.5,), (0.0,)) is None


def test_spellings_of_one_pair_agree() -> None:
    half = Affine((1 / 127.5,), (-1.0,))
    stats = stats_of(Affine(tuple(g * 255 for g in half.gain), half.bias))
    assert stats is not None
    assert stats.same_as(Stats((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)))
    assert not stats.same_as(Stats((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    assert Stats((123.68 / 255,), (0.229,)).same_as(Stats((123.675 / 255,), (0.229,)))
