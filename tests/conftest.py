"""A defect of the evaluator is a finding for users, and an error for the tests; what several tests watch."""

from __future__ import annotations

import pytest

from normlint import bodies, engine
from normlint.evaluate import failures
from normlint.evaluate.machine import Machine
from normlint.evaluate.units import Unit
from normlint.places import Place


@pytest.fixture(autouse=True)
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what the evaluator would report as its own failure fail the test."""

    def failed(run: Machine, place: Place, error: Exception) -> None:
        raise error

    monkeypatch.setattr(failures, "note", failed)


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The modules whose functions are evaluated."""
    paths: list[str] = []
    original = bodies.evaluate_module

    def noting(machine: Machine, path: str) -> Unit | None:
        paths.append(path)
        return original(machine, path)

    monkeypatch.setattr(bodies, "evaluate_module", noting)
    return paths


@pytest.fixture
def evaluations(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each run that evaluates."""
    runs: list[int] = []
    original = engine.evaluate
    monkeypatch.setattr(engine, "evaluate", lambda *given, **options: (runs.append(1), original(*given, **options))[1])
    return runs
