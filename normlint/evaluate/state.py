"""Bindings and cells of the abstract machine, with cheap forks for branches."""

from __future__ import annotations

from typing import Union

from normlint.values import Cell, Imported, Value

Content = Union[Value, Cell, Imported]
Key = Union[int, tuple[int, str]]  # a cell's address, or a name in a numbered scope


class State:
    """A layer of changes over a parent layer; a fork is an empty layer, a merge joins two of them into the parent."""

    __slots__ = ("changes", "parent")

    def __init__(self, parent: State | None = None) -> None:
        self.parent = parent
        self.changes: dict[Key, Content] = {}

    def get(self, key: Key) -> Content | None:
        layer: State | None = self
        while layer is not None:
            found = layer.changes.get(key)
            if found is not None:
                return found
            layer = layer.parent
        return None

    def set(self, key: Key, content: Content) -> None:
        self.changes[key] = content

    def fork(self) -> State:
        return State(self)

    def absorb(self, child: State) -> None:
        """Take over the changes of a fork that is the only one to go on."""
        self.changes.update(child.changes)
