"""What processes tell arrives whole and in their order, whatever becomes of them."""

from __future__ import annotations

import os
import signal
from functools import partial
from typing import BinaryIO

import pytest

from normlint.forks import Frame, Inbox, send, start

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")


def tell(name: str, sizes: list[int], pipe: BinaryIO) -> None:
    for size in sizes:
        send(pipe, [name, size], [name.encode() * size, b""])


def told(name: str, size: int) -> Frame:
    return Frame([name, size], [name.encode() * size, b""])


def test_frames_arrive_in_the_order_of_their_process() -> None:
    sizes = [0, 1, 3_000_000, 7]
    inbox = Inbox()
    for name in "ab":
        inbox.add(start(partial(tell, name, sizes), inbox.descriptors))
    frames = list(inbox.frames())
    for name in "ab":
        assert [frame for frame in frames if frame.document[0] == name] == [told(name, size) for size in sizes]
    assert not inbox.descriptors


def test_nothing_told_is_no_trouble() -> None:
    assert list(Inbox([start(lambda pipe: None)]).frames()) == []
    assert list(Inbox().frames()) == []


@pytest.mark.parametrize("whole", [0, 2])
def test_what_a_process_that_dies_did_not_finish_is_dropped(whole: int) -> None:
    def die(pipe: BinaryIO) -> None:
        tell("a", [5] * whole, pipe)
        pipe.write(b"\0" * 11)
        pipe.flush()
        os.kill(os.getpid(), signal.SIGKILL)

    assert list(Inbox([start(die)]).frames()) == [told("a", 5)] * whole


def test_an_error_in_a_process_ends_it_alone() -> None:
    def fail(pipe: BinaryIO) -> None:
        raise ValueError("on purpose")

    inbox = Inbox([start(fail)])
    inbox.add(start(partial(tell, "b", [1]), inbox.descriptors))
    assert list(inbox.frames()) == [told("b", 1)]


def test_one_process_can_be_listened_to_alone() -> None:
    inbox = Inbox()
    forks = {}
    for name in "ab":
        forks[name] = start(partial(tell, name, [1, 2]), inbox.descriptors)
        inbox.add(forks[name])
    heard: list[Frame] = []
    while inbox.listens(forks["b"]):
        heard += inbox.receive(forks["b"])
    assert heard == [told("b", 1), told("b", 2)]
    assert inbox.listens(forks["a"])
    assert list(inbox.frames()) == [told("a", 1), told("a", 2)]


def test_closing_ends_processes_that_wait_to_be_heard() -> None:
    inbox = Inbox()
    forks = [start(partial(tell, name, [2_000_000] * 4), inbox.descriptors) for name in "ab"]
    for fork in forks:
        inbox.add(fork)
    inbox.close()
    for fork in forks:
        with pytest.raises(ProcessLookupError):
            os.kill(fork.process, 0)
