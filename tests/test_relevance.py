"""Which functions the evaluator follows, told from their words and numbers."""

from __future__ import annotations

import pytest

from normlint.evaluate.relevance import Digest, digests
from normlint.lowering import lower

_HITS = [
    "return x / 255",
    "return x * 127.5 + 128",
    "x -= 123.675",
    "return x * 2 - 1",
    "return (x + 1) / 2",
    "return x.mul(0.5).add(0.5)",
    "x.mul_(2).sub_(1)",
    "half = 0.5",
    "return (x - x.mean()) / x.std()",
    "return x.sub(np.mean(x))",
    "return x * image_std + image_mean",
    "return f(x, mean=m)",
    "return x.clamp(0, 1)",
    "return x.astype(dtype)",
    "return save_image(x, path)",
    "return saved(x, path)",
    "return {'normalize': x}",
    "return [0.485, 0.456, 0.406]",
    "return x + 128",
    "level = 256",
]
_SILENT = [
    "return x // 2",
    "return x ** 2",
    "return x[:2]",
    "return nn.Linear(256, 128)",
    "return nn.Conv2d(96, 84)",
    "return nn.Sequential(*x)",
    "return nn.Dropout(0.5)",
    "return x * 0.5",
    "return x.loss.mean() + x.size",
    "return type(x)",
    "return open(path)",
    "image = path",
    "return x > 0.5",
    "return imread",
    "return range(2, 1)",
]
_TEMPLATE = """
import numpy as np
from torch import nn
from torchvision.utils import save_image, save_image as saved

def f(x, path, m, dtype):
    {}
"""


def _digest(statement: str) -> Digest:
    _, by_name, _ = digests(lower("a.py", _TEMPLATE.format(statement).encode()))
    return by_name["f"]


@pytest.mark.parametrize("statement", _HITS)
def test_pixel_values_are_seen(statement: str) -> None:
    assert _digest(statement).hit


@pytest.mark.parametrize("statement", _SILENT)
def test_everyday_code_is_not(statement: str) -> None:
    assert not _digest(statement).hit


def test_a_star_import_may_bind_any_word() -> None:
    source = "from torchvision.utils import *\ndef f(x):\n    return save_image(x)\n"
    assert digests(lower("a.py", source.encode()))[1]["f"].hit


def test_short_functions_that_hand_an_image_on_carry_it() -> None:
    assert _digest("return x.permute(1, 2, 0)").carries
    assert not _digest("return x.permute(*f(x))").carries
    assert not _digest("\n    ".join(["x = x.permute(2, 0, 1)"] * 20)).carries
    assert not _digest("return x.size").carries


def test_a_constant_of_the_module_counts_by_its_name() -> None:
    _, by_name, _ = digests(lower("a.py", b"SCALE = 255\nNAME = 'a'\n"))
    assert by_name["SCALE"].hit
    assert "NAME" not in by_name
