"""Evaluating what modules define, in other processes where that is worth it.

The processes are forks of this one, with the top level of every module already evaluated, and take shares of the modules
as they get done with one. They hand over logs as bytes. What a process that dies has not handed over is evaluated here.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, BinaryIO

from normlint.ahead import processes
from normlint.earlier import Problem, problem_from, problem_to
from normlint.evaluate.entries import evaluate_module
from normlint.evaluate.log import Log
from normlint.evaluate.machine import Machine
from normlint.forks import Inbox, send, start
from normlint.immutable import dataclass, field
from normlint.log_codec import encode
from normlint.workspace import Workspace

_SHARES = 16  # of a process: enough that none of them waits long for the others at the end
_TICKET = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Body:
    """What evaluating the functions of a module left: its log, or that encoded; the modules that it asked for, and those of
    which it only imported names."""

    log: Log | None = None
    data: bytes = b""
    asked: tuple[str, ...] = ()
    any_name: frozenset[str] = frozenset()
    idle: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Top:
    """A module whose top level was evaluated in another process because a function there imports it."""

    path: str
    data: bytes
    asked: tuple[str, ...]
    changed: tuple[str, ...]
    problems: tuple[Problem, ...]
    any_name: frozenset[str]
    idle: tuple[str, ...]


@dataclass(slots=True)
class Bodies:
    """``bodies`` and ``tops`` are filled by ``evaluate``."""

    workspace: Workspace
    machine: Machine
    bodies: dict[str, Body] = field(default_factory=dict)
    tops: dict[str, Top] = field(default_factory=dict)

    def evaluate(self, paths: Sequence[str], jobs: int, progress: Callable[[int], None]) -> None:
        """Evaluate the functions of these modules; ``progress`` is called with the number of those that are done."""
        size = sum(known.size for path in paths if (known := self.workspace.look(path)) is not None)
        count = processes(jobs, size)
        if count:
            self.workspace.close()
            self._elsewhere(paths, count, progress)
        for done, path in enumerate(paths):
            if path not in self.bodies:
                progress(done)
                unit = evaluate_module(self.machine, path)
                self.workspace.forget_bodies()
                if unit is not None:
                    self.bodies[path] = Body(
                        unit.log, asked=tuple(unit.asked), any_name=frozenset(unit.any_name), idle=tuple(sorted(unit.idle))
                    )

    def _elsewhere(self, paths: Sequence[str], count: int, progress: Callable[[int], None]) -> None:
        share = max(1, len(paths) // (count * _SHARES))
        shares = [paths[at : at + share] for at in range(0, len(paths), share)]
        tickets, issue = os.pipe()
        os.write(issue, b"".join(map(_TICKET.pack, range(len(shares)))))
        os.close(issue)
        inbox = Inbox()
        for _ in range(count):
            serve = partial(_serve, self.workspace, self.machine, shares, tickets)
            inbox.add(start(serve, inbox.descriptors))
        os.close(tickets)
        for frame in inbox.frames():
            self._take(frame.document, frame.blobs)
            progress(len(self.bodies))

    def _take(self, document: Any, blobs: list[bytes]) -> None:
        """One body and the modules that it was the first in its process to import."""
        path, asked, any_name, idle, tops = document
        self.bodies[path] = Body(None, blobs[0], tuple(asked), frozenset(any_name), tuple(idle))
        for (name, direct, changed, problems, any_name, idle, digest), log, module in zip(
            tops, blobs[1::2], blobs[2::2], strict=True
        ):
            found = tuple(map(problem_from, problems))
            self.tops[name] = Top(name, log, tuple(direct), tuple(changed), found, frozenset(any_name), tuple(idle))
            if module:
                self.workspace.keep_packed(digest, module)


def _serve(
    workspace: Workspace, machine: Machine, shares: Sequence[Sequence[str]], tickets: int, pipe: BinaryIO
) -> None:
    told = set(machine.tops.units)
    while len(ticket := os.read(tickets, _TICKET.size)) == _TICKET.size:
        for path in shares[_TICKET.unpack(ticket)[0]]:
            unit = evaluate_module(machine, path)
            workspace.forget_bodies()
            if unit is None:
                continue
            tops, blobs = [], [encode(unit.log)]
            for name in [name for name in machine.tops.units if name not in told]:
                told.add(name)
                top = machine.tops.units[name]
                digest = workspace.digest(name)
                problems = [problem_to(problem) for problem in workspace.module_problems.get(name, ())]
                changed = [*machine.tops.changed[name]]
                tops.append([name, top.asked, changed, problems, [*top.any_name], sorted(top.idle), digest])
                blobs += [encode(top.log), workspace.packed_now(digest)]
            send(pipe, [path, unit.asked, [*unit.any_name], sorted(unit.idle), tops], blobs)


__all__ = ["Bodies", "Body", "Top"]
