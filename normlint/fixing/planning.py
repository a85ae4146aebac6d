"""Every way to make a fix, the best one first."""

from __future__ import annotations

from collections.abc import Iterator

from normlint.fixes import (
    AssignResult,
    ClampFirst,
    Fix,
    Insert,
    MoveBehind,
    Reformulate,
    Remove,
    ReplaceNumber,
    SwapStats,
    UndoStats,
    UseStats,
)
from normlint.fixing.assigning import assign_result
from normlint.fixing.constants import use_stats
from normlint.fixing.files import Files, Patch
from normlint.fixing.formula import reformulation
from normlint.fixing.insertion import insertion
from normlint.fixing.numbers import replacement_of_number, swap
from normlint.fixing.ordering import clamp_first, move_behind
from normlint.fixing.removal import removal
from normlint.fixing.undoing import undo_stats


def plans(files: Files, fix: Fix) -> Iterator[Patch]:
    """Patches that make the fix; none where the code is spelled in a way that is not covered."""
    match fix.change:
        case Insert() as change:
            yield from insertion(files, fix, change)
        case UseStats() as change:
            yield from use_stats(files, fix, change)
        case UndoStats() as change:
            yield from undo_stats(files, fix, change)
        case SwapStats() as change:
            yield from swap(files, fix, change)
        case ReplaceNumber() as change:
            yield from replacement_of_number(files, fix, change)
        case Reformulate() as change:
            yield from reformulation(files, fix, change)
        case MoveBehind() as change:
            yield from move_behind(files, fix, change)
        case ClampFirst() as change:
            yield from clamp_first(files, fix, change)
        case AssignResult():
            yield from assign_result(files, fix)
        case Remove():
            yield from removal(files, fix)
