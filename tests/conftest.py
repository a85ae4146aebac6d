"""A defect of the evaluator is a finding for users, and an error for the tests."""

from __future__ import annotations

import pytest

from normlint.evaluate import failures
from normlint.evaluate.machine import Machine
from normlint.places import Place


@pytest.fixture(autouse=True)
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what the evaluator would report as its own failure fail the test."""

    def failed(run: Machine, place: Place, error: Exception) -> None:
        raise error

    monkeypatch.setattr(failures, "note", failed)
