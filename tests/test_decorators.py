"""Decorators of the project: what they register is known, and one that does something else costs little."""

from __future__ import annotations

import cProfile
import pstats
from pathlib import Path

import pytest

from normlint.evaluate import statements
from normlint.evaluate.registries import _MOST_STEPS
from normlint.project import Analysis, analyze_files
from normlint.settings.model import Settings

USED = """\
import torchvision.transforms as T
from PIL import Image

TABLE = {}


def register(function):
    TABLE[function.__name__] = function
    text = "mean std 255"
%s    return function


@register
def prepare(x):
    return T.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])(x)


def show(path):
    return TABLE["prepare"](T.ToTensor()(Image.open(path)))
"""
COUNT = 20


def observed(source: str) -> tuple[Analysis, int]:
    """The analysis of a file, and how many statements it evaluated."""
    profile = cProfile.Profile()
    settings = Settings(jobs=1)
    analysis = profile.runcall(analyze_files, {"a.py": source.encode()}, settings, Path("/nowhere"))
    rows = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    name = (statements.__file__, statements.run_statement.__name__)
    return analysis, sum(row[1] for (file, _, function), row in rows.items() if (file, function) == name)


@pytest.mark.parametrize("lines", [0, 10, 3_000])
def test_what_a_decorator_registers_first_is_known_however_long_it_is(lines: int) -> None:
    source = USED % ("    text = text + 'and so on'\n" * lines)
    analysis, _ = observed(source)
    called = [site for site in analysis.sites if site.place.line == source.count("\n")]
    assert {site.api: site.mean for site in called} == {"prepare": (0.485, 0.456, 0.406), "torchvision.transforms.ToTensor": None}
    assert not analysis.statistics["budgets spent"]


def test_one_that_writes_documentation_takes_few_steps() -> None:
    long = "def document(function):\n    text = 'mean std 255' + str(function.x / 255)\n" + "    text = text + 'more'\n" * 3_000
    decorated = "".join(f"@document\ndef f{number}(x):\n    return x / 255\n\n\n" for number in range(COUNT))
    _, count = observed(f"{long}    return function\n\n\n{decorated}")
    # Besides, the decorator is evaluated once by itself.
    assert COUNT < count < 3_000 + 10 + COUNT * (_MOST_STEPS + 10)
    assert count < 3_000 * COUNT / 2
