"""What the last run left of its units of work, and what of that still holds.

A unit holds as long as no module that it reaches has another content, and the files of the project are the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from normlint.immutable import dataclass, field
from normlint.places import Place

if TYPE_CHECKING:
    from normlint.contained import Change
    from normlint.workspace import Workspace

KEY = "units"
SINCE = "units since"  # what is otherwise by now than under KEY
IMPORTS = "imports "  # what the form of a module begins with of which no more than that was seen
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


FEW = 40
# What is read of a module that nobody names: normlint.evaluate.inherited_configs.
_UNNAMED = frozenset({"_base_"})
_KEYS = (config_key, top_key, body_key)
_MOST_SINCE = 1_000
# What there is of every module, or unit, under its path or key.
_NAMING = ("digests", "forms", "logs")
_TABLES = (*_NAMING, "direct", "changed", "asked", "idle", "problems")


@dataclass(frozen=True, slots=True)
class Plan:
    """Modules whose top level is evaluated, in order, and those whose functions are.

    ``contained`` are those that changed and that no other module has to be evaluated again for, as long as they still reach
    what they did.
    """

    tops: tuple[str, ...]
    bodies: tuple[str, ...]
    contained: frozenset[str] = frozenset()


@dataclass(slots=True)
class Earlier:
    """``digests`` name the content of every file that a unit reached, and ``forms`` what an evaluation sees of it; ``logs``
    name what each unit observed, by its key. ``order`` is that in which top levels were begun.

    ``direct`` are the modules that each top level asked for or imported, ``changed`` those whose values it changed, and
    ``asked`` the modules that the functions of each module asked for. ``problems`` are those of the modules, ``any_name`` the
    modules of which a unit read names that stand nowhere. ``idle`` are the modules of which each module has imported names
    that nothing read: what they import themselves is all that counts.

    ``since`` are the entries of these tables that are otherwise than in what was packed last, each as it would be packed.
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
    any_name: frozenset[str] = frozenset()
    idle: Edges = field(default_factory=dict)
    since: dict[str, dict[str, Any]] = field(default_factory=dict)

    def stale(self, modules: Iterable[str], workspace: Workspace) -> set[str]:
        """The modules that an evaluation sees otherwise than the last one; ``modules`` are those that may hold sites now."""
        looked = workspace.looked()
        changed = {
            path for path, digest in self.digests.items()
            if ((known := looked.get(path)) is None or known.digest != digest) and workspace.digest(path) != digest
        }  # fmt: skip
        if len(changed) <= FEW:  # more are lowered in several processes
            changed = {path for path in changed if self._form(path, workspace) != self.forms.get(path)}
        changed |= set(modules) ^ self.asked.keys()
        return changed | {path for path, idle in self.idle.items() if not changed.isdisjoint(idle)}

    def _form(self, path: str, workspace: Workspace) -> str:
        known = self.forms.get(path, "")
        return workspace.imports_form(path) if known.startswith(IMPORTS) else workspace.form(path)

    def contained(self, stale: Iterable[str], modules: Iterable[str], workspace: Workspace) -> dict[str, Change]:
        """Those of the changed modules that matter to nobody who does not name what changed, as nobody does.

        ``modules`` are those that may hold sites now.
        """
        kept, every = frozenset(modules), frozenset(stale)
        changes = {
            path: change for path in every
            if path in self.direct and path not in self.any_name and (path in kept) is (path in self.asked)
            and every.isdisjoint(self.idle.get(path, ()))
            and (change := self._change(path, workspace)) is not None and _UNNAMED.isdisjoint(change.names)
        }  # fmt: skip
        while changes:
            others = self._seen_with(changes)
            named = {path for path, change in changes.items() if self._is_named(path, change, others[path], workspace)}
            if not named:
                break
            changes = {path: change for path, change in changes.items() if path not in named}
        return changes

    def _change(self, path: str, workspace: Workspace) -> Change | None:
        from normlint.codec import CodecError
        from normlint.contained import change_of

        before, now = workspace.earlier_module(path, self.digests.get(path, "")), workspace.load(path)
        try:
            return change_of(before, now) if before is not None and now is not None else None
        except CodecError:
            return None

    def _is_named(self, path: str, change: Change, others: Iterable[str], workspace: Workspace) -> bool:
        from normlint.contained import mentions_any

        for other in others:
            encoded = b"" if other == path else workspace.encoded(other)
            if encoded is None or mentions_any(change.names, encoded):
                return True
        return False

    def _seen_with(self, paths: Iterable[str]) -> dict[str, set[str]]:
        """For each of some modules, all that the units have reached which reach it."""
        onward = self._onward()
        back = _inverted(onward)
        found = {}
        for path in paths:
            tops = closure(back, [path])
            bodies = [body for body, asked in self.asked.items() if body in tops or not tops.isdisjoint(asked)]
            found[path] = closure(onward, {*tops, *bodies, *(other for body in bodies for other in self.asked[body])})
        return found

    def _onward(self) -> dict[str, list[str]]:
        """The modules that the top level of each asked for, and those that changed its values."""
        onward = {path: list(direct) for path, direct in self.direct.items()}
        for path, changed in self.changed.items():
            for other in changed:
                onward.setdefault(other, []).append(path)
        return onward

    def plan(self, modules: Iterable[str], stale: Iterable[str], contained: Iterable[str] = ()) -> Plan:
        """What must be evaluated now, where ``modules`` are those that may hold sites, and ``stale`` have changed.

        ``contained`` are those among the changed ones that only their own units see otherwise.
        """
        wanted, alone = list(modules), frozenset(contained)
        onward = self._onward()
        back = _inverted(onward)
        touched = closure(back, frozenset(stale) - alone)
        bodies = [
            path for path in wanted
            if path not in self.asked or path in alone or path in touched or not touched.isdisjoint(self.asked[path])
        ]
        inside = closure(onward, {*alone, *bodies, *(other for path in bodies for other in self.asked.get(path, ()))})
        known = [path for path in self.order if path in inside]
        return Plan((*known, *sorted(set(bodies) - set(known))), tuple(bodies), alone)

    def reached(self, modules: Iterable[str]) -> set[str]:
        """All that some modules, and the functions of these, reach."""
        return closure(self._onward(), {*modules, *(other for path in modules for other in self.asked.get(path, ()))})

    def pack_since(self, earlier: Earlier) -> bytes | None:
        """What is otherwise than in what was packed last, which ``earlier`` is made of; None where that must be packed anew."""
        if (self.environment, self.order, self.any_name) != (earlier.environment, earlier.order, earlier.any_name):
            return None
        since = {}
        for name in _TABLES:
            now, before = getattr(self, name), getattr(earlier, name)
            if now is before:
                since[name] = earlier.since.get(name, {})
                continue
            if now.keys() != before.keys():
                return None
            entries = {key: value for key, value in now.items() if value is not before[key] and value != before[key]}
            if name == "problems":
                entries = {path: [problem_to(problem) for problem in found] for path, found in entries.items()}
            elif name not in _NAMING:
                entries = {path: sorted(others) for path, others in entries.items()}
            since[name] = earlier.since.get(name, {}) | entries
        if sum(map(len, since.values())) > _MOST_SINCE:
            return None
        return json.dumps([self.environment, since], separators=(",", ":")).encode("ascii")

    def pack(self) -> bytes:
        """As bytes that ``unpack`` reads back."""
        named = (self.direct, self.changed, self.asked, self.idle)
        others = {other for edges_of in named for edges in edges_of.values() for other in edges}
        kept = (key.partition(" ")[2] for key in self.logs)
        paths = sorted(others.union(self.digests, self.order, self.problems, self.any_name, kept, *named))
        number = {path: index for index, path in enumerate(paths)}

        def edges(named: Mapping[str, Iterable[str]]) -> list[list[int]]:
            return [[number[path], *sorted(number[other] for other in others)] for path, others in named.items()]

        document = [
            self.environment, paths, [self.digests.get(path) for path in paths], [number[path] for path in self.order],
            edges(self.direct), edges(self.changed), edges(self.asked), edges(self.idle),
            [[number[path], *map(problem_to, found)] for path, found in self.problems.items()],
            [self.forms.get(path) for path in paths],
            [[self.logs.get(key(path)) for path in paths] for key in _KEYS],
            [number[path] for path in sorted(self.any_name)],
        ]  # fmt: skip
        return json.dumps(document, separators=(",", ":")).encode("ascii")


def _inverted(edges: Edges) -> Edges:
    """Who leads to each module, where ``edges`` say where each leads."""
    back: Edges = {}
    for path, others in edges.items():
        for other in others:
            back.setdefault(other, []).append(path)
    return back


def unpack(data: bytes | None, environment: str, since: bytes | None = None) -> Earlier:
    """What ``pack``, and ``pack_since`` after it, wrote in the same environment; nothing for anything else."""
    try:
        document = json.loads(data or b"null")
        written, paths, digests, order, direct, changed, asked, idle, problems, forms, logs, any_name = document
        if written != environment:
            return Earlier(environment)
        texts = [_text(path) for path in paths]

        def edges(rows: Any) -> Edges:
            return {path: others for path, *others in (map(texts.__getitem__, _indices(row)) for row in rows)}

        earlier = Earlier(
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
            frozenset([texts[_index(item)] for item in any_name]),
            edges(idle),
        )  # fmt: skip
        return earlier if since is None else _brought_up_to_date(earlier, json.loads(since))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return Earlier(environment)


def closure(edges: Mapping[str, Iterable[str]], starts: Iterable[str]) -> set[str]:
    """What can be come to from some modules, and these."""
    found = set(starts)
    pending = list(found)
    while pending:
        for other in edges.get(pending.pop(), ()):
            if other not in found:
                found.add(other)
                pending.append(other)
    return found


def _brought_up_to_date(earlier: Earlier, document: Any) -> Earlier:
    """With what ``pack_since`` wrote. Raises ``ValueError``, ``TypeError`` and ``LookupError`` for anything else."""
    environment, since = document
    if environment != earlier.environment or since.keys() != frozenset(_TABLES):
        raise ValueError("written in another environment")
    for name, entries in since.items():
        table = getattr(earlier, name)
        if not entries.keys() <= table.keys():
            raise LookupError("a path is not there")
        if name == "problems":
            table.update((path, [problem_from(item) for item in found]) for path, found in entries.items())
        elif name in _NAMING:
            table.update((key, _text(value)) for key, value in entries.items())
        else:
            table.update((path, [_text(other) for other in others]) for path, others in entries.items())
    earlier.since = since
    return earlier


def _text(item: Any) -> str:
    if type(item) is not str:
        raise ValueError("a text is missing")
    return item


def _index(item: Any) -> int:
    if type(item) is not int or item < 0:
        raise ValueError("an index is missing")
    return item


def _indices(items: Any) -> list[int]:
    if type(items) is not list or not {int}.issuperset(map(type, items)) or min(items) < 0:
        raise ValueError("an index is missing")
    return items


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
