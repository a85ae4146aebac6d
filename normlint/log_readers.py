"""Functions that read the entries of a log, one for each of its classes.

Each is compiled from the annotations of its class: an expression that checks a value and takes it, in a single frame for all
fields. Nothing of what is read becomes part of the text.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Sequence
from typing import Any, Literal, NoReturn, Union, get_args, get_origin, get_type_hints

from normlint.immutable import dataclass, field, fields, is_dataclass

Reader = Callable[[Any, list[Any]], Any]


class LogError(ValueError):
    """Bytes that ``log_codec.encode`` of this version did not write."""


def _refuse() -> NoReturn:
    raise LogError("a value of another kind")


def items(data: Any, size: int | None = None) -> list[Any]:
    """The list that the data must be, of ``size`` values where that is known. Raises ``LogError``."""
    if type(data) is not list or (size is not None and len(data) != size):
        raise LogError("a list is missing")
    return data


def reader(made: type[Any], hints: Sequence[Any], shared: Sequence[type[Any]], *, together: bool = False) -> Reader:
    """What makes a ``made`` of a list of as many values as there are hints, where values of ``shared`` classes are
    positions in the list of earlier ones; ``together``: of all values as one argument."""
    text = _Text(tuple(shared), {"_refuse": _refuse, "_items": items, "intern": sys.intern, "made": made})
    names = [f"v{index}" for index in range(len(hints))]
    values = ", ".join(text.of(hint, name) for hint, name in zip(hints, names, strict=True))
    lines = [
        "def read(data, pool):",
        f"    {', '.join(names)}, = _items(data, {len(hints)})" if names else "    _items(data, 0)",
        f"    return made({f'({values},)' if together else values})",
    ]
    scope = dict(text.scope)
    exec(compile("\n".join(lines), f"<reader of {made.__name__}>", "exec"), scope)
    read: Reader = scope["read"]
    return read


@dataclass
class _Text:
    """Writes expressions; ``scope`` are the names that they use."""

    shared: tuple[type[Any], ...]
    scope: dict[str, Any]
    _depth: int = field(default=0)

    def of(self, hint: Any, name: str) -> str:
        """The expression that takes the value called ``name`` as one of type ``hint``."""
        origin, arguments = get_origin(hint), get_args(hint)
        if hint in self.shared:
            return self._reference(hint, name)
        if origin in (Union, types.UnionType):
            (inner,) = [argument for argument in arguments if argument is not type(None)]
            return f"(None if {name} is None else {self.of(inner, name)})"
        if origin is Literal:
            kinds = " or ".join(f"type({name}) is {self._named(kind)}" for kind in {type(choice) for choice in arguments})
            return f"({name} if ({kinds}) and {name} in {self._named(frozenset(arguments))} else _refuse())"
        if origin is tuple and arguments[-1] is not Ellipsis:
            return self._several(arguments, name, "({},)")
        if origin in (tuple, list, frozenset, set):
            return self._many(origin, arguments[0], name)
        if isinstance(hint, type) and is_dataclass(hint):
            hints = get_type_hints(hint)
            inner = [hints[field.name] for field in fields(hint) if field.init]
            return self._several(inner, name, f"{self._named(hint)}({{}})")
        taken = f"intern({name})" if hint is str else name  # logs name the same paths and functions over and over
        return f"({taken} if {self._is(hint, name)} else _refuse())"

    def _is(self, hint: Any, name: str) -> str:
        kinds = (float, int) if hint is float else (hint,)
        return "(" + " or ".join(f"type({name}) is {self._named(kind)}" for kind in kinds) + ")"

    def _reference(self, hint: type[Any], name: str) -> str:
        found = self._fresh()
        return (
            f"(({found} if type({found} := pool[{name}]) is {self._named(hint)} else _refuse())"
            f" if type({name}) is int and {name} >= 0 else _refuse())"
        )

    def _several(self, hints: Sequence[Any], name: str, form: str) -> str:
        """Values of different types: a list of just as many."""
        found = self._fresh()
        values = ", ".join(self.of(hint, f"{found}[{index}]") for index, hint in enumerate(hints))
        return f"({form.format(values)} if ({found} := _items({name}, {len(hints)})) is not None else None)"

    def _many(self, origin: Any, each: Any, name: str) -> str:
        if each in (float, int, str, bool):
            kinds: frozenset[type[Any]] = frozenset((float, int)) if each is float else frozenset((each,))
            checked = f"{self._named(kinds)}.issuperset(map(type, _items({name})))"
            return f"({self._named(origin)}({name}) if {checked} else _refuse())"
        item = self._fresh()
        # A comprehension, and no walrus in what it iterates over: names that it assigns are those of the function.
        return f"{self._named(origin)}([{self.of(each, item)} for {item} in _items({name})])"

    def _fresh(self) -> str:
        self._depth += 1
        return f"x{self._depth}"

    def _named(self, thing: Any) -> str:
        """The name under which an expression finds a class or a set."""
        for known, other in self.scope.items():
            if other is thing or (isinstance(thing, frozenset) and other == thing):
                return known
        name = f"n{len(self.scope)}"
        self.scope[name] = thing
        return name
