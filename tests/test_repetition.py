"""Functions that many calls in a row have got nothing out of."""

from __future__ import annotations

import cProfile
import pstats
from pathlib import Path

import pytest

from normlint.evaluate import calls
from normlint.evaluate.repetition import QUIET_CALLS
from normlint.project import Analysis, analyze_files
from normlint.settings.model import Settings

PREPARE = """\
import numpy as np


def prepare(name, image=None, mean=None, std=None):
    if mean is not None:
        return (image / 255.0 - mean) / std
    return name


"""
NUMBERS = "prepare('last', np.array(picture), np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225]))"


def variants(count: int, last: str = "prepare('last')") -> bytes:
    calls = [f"prepare('variant {number}')" for number in range(count)] + [last]
    return (PREPARE + "\n\n".join(f"def variant_{n}(picture):\n    return {call}\n" for n, call in enumerate(calls))).encode()


def analysis(source: bytes) -> Analysis:
    return analyze_files({"models.py": source}, Settings(jobs=1), Path("/project"))


def runs(source: bytes) -> int:
    """How many bodies of functions a run evaluates."""
    profile = cProfile.Profile()
    profile.runcall(analysis, source)
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    return sum(row[1] for (_, _, name), row in stats.items() if name == "run_body")


@pytest.mark.skipif(not calls.__file__.endswith(".py"), reason="the profiler does not see compiled functions")
def test_a_function_that_says_nothing_is_not_followed_for_ever() -> None:
    few, many = runs(variants(2 * QUIET_CALLS)), runs(variants(4 * QUIET_CALLS))
    assert many - few == 2 * QUIET_CALLS  # the variants themselves, each on its own
    assert runs(variants(QUIET_CALLS // 2)) - runs(variants(QUIET_CALLS // 4)) == 2 * (QUIET_CALLS // 4)


def test_numbers_are_followed_however_often_a_function_said_nothing() -> None:
    def means(source: bytes) -> set[tuple[float, ...]]:
        return {site.mean for site in analysis(source).sites if site.kind == "normalize" and site.mean is not None}

    assert means(variants(3 * QUIET_CALLS, NUMBERS)) == {(0.485, 0.456, 0.406)}
    assert not means(variants(3 * QUIET_CALLS))


def test_what_a_function_returns_is_kept_where_it_handles_images() -> None:
    builder = """\
from torchvision import transforms


def build(name):
    return transforms.Normalize((0.5, 0.5, 0.5), (0.2, 0.2, 0.2))


"""
    used = "".join(f"def use_{n}(image):\n    return build('{n}')(image)\n\n\n" for n in range(3 * QUIET_CALLS))
    last = "def undo(image):\n    return build('last')(image) * 0.5 + 0.5\n"
    assert any(s.kind == "denormalize" for s in analysis((builder + used + last).encode()).sites)
