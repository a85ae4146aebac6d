"""What a long, deeply recursive run asks of CPython itself; it changes how fast a run is, never what it finds."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import TypeVar

_Made = TypeVar("_Made", bound=Callable[..., object])

# Slots of a first frame that makes CPython take 1 MiB for the frames above it instead of 16 KiB.
_SLOTS = 70_000
# Allocations between two looks for cycles. Nearly nothing here is cyclic, and each look walks over all that is young; what a
# start makes stays, and looking through it took a sixth of the start.
ALLOCATIONS = 100_000


def with_room(function: _Made) -> _Made:
    """The function with so large a frame that all the calls it makes share one piece of memory.

    CPython keeps frames in small pieces and returns each as soon as it is empty; recursion to and fro across the edge
    of one takes and returns memory a million times in a run.
    """
    if isinstance(function, FunctionType):
        function.__code__ = function.__code__.replace(co_stacksize=_SLOTS)
    return function


@contextmanager
def rare_collection() -> Iterator[None]:
    """Look for cyclic garbage rarely within the ``with``, as a run makes little of it."""
    before = gc.get_threshold()
    gc.set_threshold(ALLOCATIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def no_collection() -> Iterator[None]:
    """Look for no cyclic garbage within the ``with``, which makes none that counts."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


__all__ = ["ALLOCATIONS", "no_collection", "rare_collection", "with_room"]
