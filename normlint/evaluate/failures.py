"""A defect of the evaluator itself: reported on the file that shows it, so that the others keep their findings."""

from __future__ import annotations

from pathlib import PurePath

from normlint.evaluate.machine import Machine
from normlint.places import Place


def note(run: Machine, place: Place, error: Exception) -> None:
    """Write down that evaluation broke off at ``place``, and where in this program."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{PurePath(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else "?"
    said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    run.log.failures.append((place, f"normlint failed here ({said}, in {where}): what follows is not checked, please report it"))
