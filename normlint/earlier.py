"""What the last run left of its units of work, and what of that still holds.

A unit holds as long as no module that it reaches has another content, and the files of the project are the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from normlint.places import Place
from normlint.reach import Reach

if TYPE_CHECKING:
    from normlint.workspace import Workspace

KEY = "units"
Problem = tuple[Place, str]
Edges = dict[str, list[str]]


def top_key(path: str) -> str:
    return f"top {path}"


def config_key(path: str) -> str:
    return f"config {path}"


def body_key(path: str) -> str:
    return f"body {path}"


def mentions_key(digest: str) -> str:
    """Under which key the mentions of a file with this content are kept."""
    return f"mentions {digest}"


_FEW = 40
_KEYS = (config_key, top_key, body_key)


@dataclass(frozen=True, slots=True)
class Plan:
    """Modules whose top level is evaluated, in order, and those whose functions are."""

    tops: tuple[str, ...]
    bodies: tuple[str, ...]


@dataclass(slots=True)
class Earlier:
    """``digests`` name the content of every file that a unit reached, and ``forms`` what an evaluation sees of it; ``logs``
    name what each unit observed, by its key. ``order`` is that in which top levels were begun.

    ``direct`` are the modules that each top level asked for or imported, ``changed`` those whose values it changed, and
    ``asked`` the modules that the functions of each module asked for. ``problems`` are those of the modules.
    """

    environment: str = ""
    digests: dict[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    direct: Edges = field(default_factory=dict)
    changed: Edges = field(default_factory=dict)
    asked: Edges = field(default_factory=dict)
    problems: dict[str, list[Problem]] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)

    def stale(self, modules: Iterable[str], workspace: Workspace) -> set[str]:
        """The modules that an evaluation sees otherwise than the last one; ``modules`` are those that may hold sites now."""
        changed = {path for path, known in self.digests.items() if workspace.digest(path) != known}
        if len(changed) <= _FEW:  # more are lowered in several processes
            changed = {path for path in changed if workspace.form(path) != self.forms.get(path)}
        return changed | (set(modules) ^ self.asked.keys())

    def plan(self, modules: Iterable[str], stale: Iterable[str]) -> Plan:
        """What must be evaluated now, where ``modules`` are those that may hold sites, and ``stale`` have changed."""
        wanted = list(modules)
        reach = self.reach()
        touched = reach.bits(stale)
        bodies = [path for path in wanted if path not in self.asked or reach.of({path, *self.asked[path]}) & touched]
        needed = 0
        for path in bodies:
            needed |= reach.of({path, *self.asked.get(path, ())})
        inside = set(reach.paths(needed))
        known = [path for path in self.order if path in inside]
        return Plan((*known, *sorted(set(bodies) - set(known))), tuple(bodies))

    def reach(self) -> Reach:
        found = Reach()
        for path, direct in self.direct.items():
            found.note(path, direct, self.changed.get(path, ()))
        return found

    def pack(self) -> bytes:
        """As bytes that ``unpack`` reads back."""
        named = (self.direct, self.changed, self.asked)
        others = {other for edges_of in named for edges in edges_of.values() for other in edges}
        kept = (key.partition(" ")[2] for key in self.logs)
        paths = sorted(others.union(self.digests, self.order, self.problems, kept, *named))
        number = {path: index for index, path in enumerate(paths)}

        def edges(named: Mapping[str, Iterable[str]]) -> list[list[int]]:
            return [[number[path], *sorted(number[other] for other in others)] for path, others in named.items()]

        document = [
            self.environment, paths, [self.digests.get(path) for path in paths], [number[path] for path in self.order],
            edges(self.direct), edges(self.changed), edges(self.asked),
            [[number[path], *map(problem_to, found)] for path, found in self.problems.items()],
            [self.forms.get(path) for path in paths],
            [[self.logs.get(key(path)) for path in paths] for key in _KEYS],
        ]  # fmt: skip
        return json.dumps(document, separators=(",", ":")).encode("ascii")


def unpack(data: bytes | None, environment: str) -> Earlier:
    """What ``pack`` wrote in the same environment; nothing for anything else."""
    try:
        written, paths, digests, order, direct, changed, asked, problems, forms, logs = json.loads(data or b"null")
        if written != environment:
            return Earlier(environment)
        texts = [_text(path) for path in paths]

        def edges(rows: Any) -> Edges:
            return {texts[_index(row[0])]: [texts[_index(item)] for item in row[1:]] for row in rows}

        return Earlier(
            environment,
            {path: _text(digest) for path, digest in zip(texts, digests, strict=True) if digest is not None},
            [texts[_index(item)] for item in order],
            edges(direct), edges(changed), edges(asked),
            {texts[_index(row[0])]: [problem_from(item) for item in row[1:]] for row in problems},
            {path: _text(form) for path, form in zip(texts, forms, strict=True) if form is not None},
            {
                key(path): _text(log)
                for key, column in zip(_KEYS, logs, strict=True)
                for path, log in zip(texts, column, strict=True)
                if log is not None
            },
        )  # fmt: skip
    except (ValueError, TypeError, LookupError, RecursionError):
        return Earlier(environment)


def _text(item: Any) -> str:
    if type(item) is not str:
        raise ValueError("a text is missing")
    return item


def _index(item: Any) -> int:
    if type(item) is not int or item < 0:
        raise ValueError("an index is missing")
    return item


def problem_to(problem: Problem) -> list[object]:
    """The fields of the place and the text."""
    place, text = problem
    return [*place, text]


def problem_from(row: Any) -> Problem:
    """What ``problem_to`` wrote. Raises ``ValueError`` or ``TypeError``."""
    path, line, column, end_line, end_column, cell, cell_line, text = row
    numbers = [_index(item) for item in (line, column, end_line, end_column)]
    within = [None if item is None else _index(item) for item in (cell, cell_line)]
    return Place(_text(path), *numbers, *within), _text(text)
