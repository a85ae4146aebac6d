"""The 256 byte values through chains of operations, against figures measured with numpy and torch."""

from __future__ import annotations

import pytest

from normlint.replay import Chain, lost_levels

TO_HALF: Chain = (("divide", 127.5, 0.0), ("subtract", 1.0, 0.0))
IMAGENET = ((0.485, 0.229), (0.456, 0.224), (0.406, 0.225))


@pytest.mark.parametrize(
    ("inverse", "single", "double"),
    [
        ((("add", 1.0, 0.0), ("multiply", 127.5, 0.0)), 63, 20),
        ((("add", 1.0, 0.0), ("divide", 2.0, 0.0), ("multiply", 255.0, 0.0)), 63, 20),
        ((("multiply", 127.5, 0.0), ("add", 127.5, 0.0)), 0, 7),
        ((("multiply", 127.5, 0.0), ("add", 128.0, 0.0)), 0, 0),
        ((("add", 1.0, 0.0), ("multiply", 127.5, 0.0), ("round", 0.0, 0.0)), 0, 0),
    ],
)
def test_half(inverse: Chain, single: int, double: int) -> None:
    assert lost_levels(TO_HALF + inverse) == single
    assert lost_levels(TO_HALF + inverse, double=True) == double


@pytest.mark.parametrize(("channel", "single"), [(0, 62), (1, 39), (2, 36)])
def test_imagenet(channel: int, single: int) -> None:
    mean, std = IMAGENET[channel]
    chain: Chain = (
        ("divide", 255.0, 0.0), ("subtract", mean, 0.0), ("divide", std, 0.0), ("multiply", std, 0.0), ("add", mean, 0.0),
        ("multiply", 255.0, 0.0),
    )  # fmt: skip
    assert lost_levels(chain) == single


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_rounding_brings_every_level_back(channel: int) -> None:
    mean, std = IMAGENET[channel]
    chain: Chain = (
        ("divide", 255.0, 0.0), ("normalize", mean, std), ("multiply", std, 0.0), ("add", mean, 0.0), ("multiply", 255.0, 0.0),
    )  # fmt: skip
    assert lost_levels(chain) > 0
    assert lost_levels((*chain, ("round", 0.0, 0.0))) == 0
    assert lost_levels((*chain, ("add", 0.5, 0.0), ("clamp", 0.0, 255.0))) == 0


def test_a_clamp_loses_what_it_cuts_off() -> None:
    assert lost_levels((("clamp", 16.0, 235.0),)) == 16 + 20
    assert lost_levels(()) == 0
