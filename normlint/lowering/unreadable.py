"""Text that is not lowered at all."""

from __future__ import annotations

from normlint import ir


class UnreadableError(ValueError):
    """``problem`` says why."""

    def __init__(self, problem: ir.Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem
