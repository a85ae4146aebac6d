"""Merging forks of a state: what the branches hold differently becomes guarded alternatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import is_
from typing import Any

from normlint.evaluate.guards import alternatives
from normlint.evaluate.state import Content, State
from normlint.immutable import replace
from normlint.values import DictCell, Guard, Imported, InstanceCell, Unknown, Value

MakeUnknown = Callable[[], Unknown]
Read = Callable[[Imported], Value]
Branch = tuple[Guard, State]


def join(into: State, branches: Sequence[Branch], unknown: MakeUnknown, read: Read) -> None:
    """Merge forks of ``into`` that exclude each other; what only some of them made is kept as it is.

    ``read`` gives what an imported name stands for that the branches bind differently.
    """
    changed = [(guard, end.changes) for guard, end in branches]
    for key in dict.fromkeys(key for _, changes in changed for key in changes):
        before = into.get(key)
        held = [(guard, content) for guard, changes in changed if (content := changes.get(key, before)) is not None]
        if held:
            into.set(key, _merged(held, unknown, read))


def _merged(held: list[tuple[Guard, Content]], unknown: MakeUnknown, read: Read) -> Content:
    """The contents of one key: objects and dicts part by part, everything else as alternatives."""
    first = held[0][1]
    if all(content is first or content == first for _, content in held):
        return first
    if any(type(content) is Imported for _, content in held):
        held = [(guard, read(content) if isinstance(content, Imported) else content) for guard, content in held]
        return _merged(held, unknown, read)
    if isinstance(first, InstanceCell):
        instances = [(g, c) for g, c in held if isinstance(c, InstanceCell) and c.cls is first.cls]
        if len(instances) == len(held):
            parts = _parts([(guard, cell.attributes) for guard, cell in instances], unknown)
            return replace(first, attributes=parts, open=any(cell.open for _, cell in instances))
    if isinstance(first, DictCell):
        dicts = [(guard, content) for guard, content in held if isinstance(content, DictCell)]
        if len(dicts) == len(held):
            parts = _parts([(guard, cell.items) for guard, cell in dicts], unknown)
            return replace(first, items=parts, open=any(cell.open for _, cell in dicts))
    return alternatives(held) or unknown()  # type: ignore[arg-type]


def _parts(
    held: list[tuple[Guard, tuple[tuple[Any, Value], ...]]], unknown: MakeUnknown
) -> tuple[tuple[Any, Value], ...]:
    shared = _shared([items for _, items in held])
    branches = [(guard, dict(items[shared:])) for guard, items in held]
    parts = list(held[0][1][:shared])
    for name in dict.fromkeys(name for _, items in branches for name in items):
        values = [(guard, items[name]) for guard, items in branches if name in items]
        first = values[0][1]
        same = all(value is first or value == first for _, value in values)
        parts.append((name, first if same else alternatives(values) or unknown()))
    return tuple(parts)


def _shared(branches: list[tuple[tuple[Any, Value], ...]]) -> int:
    """How many parts from the first on no branch has touched: a registry of thousands grows by one under a condition."""
    first, *others = branches
    return min(
        (
            next((at for at, same in enumerate(map(is_, first, other)) if not same), min(len(first), len(other)))
            for other in others
        ),
        default=0,
    )
