"""Logs of the evaluator to bytes and back, for the cache and for other processes: data only, checked on the way in.

What many observations share (places, images and the steps behind them) is written once, in an order in which every entry
refers to earlier ones only; neither direction recurses along the steps of an image, which can be thousands.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from normlint.evaluate.log import Log
from normlint.evaluate.observations import SinkContract
from normlint.immutable import fields, is_dataclass
from normlint.log_readers import LogError, Reader, items, reader
from normlint.pixelmap import Affine, Interval
from normlint.places import Place
from normlint.values import Image, Origin, Pending, Step

FORMAT = 1
_SHARED: tuple[type[Any], ...] = (Place, Affine, Interval, Origin, Step, Image, Pending, SinkContract)
_PLACE = _SHARED.index(Place)
_TAGS = {made: tag for tag, made in enumerate(_SHARED)}

_Write = Callable[[Any, "_Pool"], Any]


def encode(log: Log) -> bytes:
    """The log as bytes that ``decode`` reads back to an equal one."""
    pool = _Pool()
    lists = [write(getattr(log, name), pool) for name, write in _schema()]
    return json.dumps([FORMAT, pool.entries, lists], separators=(",", ":")).encode("ascii")


def decode(data: bytes, places: dict[tuple[Any, ...], Place] | None = None) -> Log:
    """The log that ``encode`` wrote. Raises ``LogError`` for anything else.

    Logs that are read with the same ``places`` share those that are equal.
    """
    places = {} if places is None else places
    try:
        version, entries, lists = items(json.loads(data), 3)
        if version != FORMAT:
            raise LogError("written by another version")
        readers, read_lists = _readers()
        pool: list[Any] = []
        for tag, *fields_of in entries:
            if type(tag) is not int or tag < 0:
                raise LogError("an unknown entry")
            if tag == _PLACE:
                key = tuple(fields_of)
                made = places.get(key)
                if made is None:
                    made = places[key] = readers[tag](fields_of, pool)
                pool.append(made)
            else:
                pool.append(readers[tag](fields_of, pool))
        return Log(**dict(zip(_names(), read_lists(lists, pool), strict=True)))
    except LogError:
        raise
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise LogError(f"damaged: {error}") from error


@cache
def _names() -> tuple[str, ...]:
    return tuple(made.name for made in fields(Log))


@cache
def _readers() -> tuple[list[Reader], Reader]:
    """What reads the fields of each kind of entry, by its tag, and what reads those of the log itself."""
    hints = get_type_hints(Log)
    return (
        [reader(made, [hint for _, hint in _named_hints(made)], _SHARED) for made in _SHARED],
        reader(tuple, [hints[name] for name in _names()], _SHARED, together=True),
    )


class _Pool:
    """The entries written so far, by the identity of what they stand for."""

    def __init__(self) -> None:
        self.entries: list[list[Any]] = []
        self._places: dict[Place, int] = {}
        self._known: dict[int, tuple[int, Any]] = {}  # the object as well: its identity must not be given to another

    def index(self, value: Any) -> int:
        made: Any = type(value)
        known = self._known.get(id(value))
        if known is not None:
            return known[0]
        if made is Place:
            at = self._places.get(value)
            if at is not None:
                return at
            self._places[value] = len(self.entries)
        if isinstance(value, Step):
            self._behind(value)
        entry = [_TAGS[made], *[write(getattr(value, name), self) for name, write in _shared_writers(made)]]
        self.entries.append(entry)
        self._known[id(value)] = len(self.entries) - 1, value
        return len(self.entries) - 1

    def _behind(self, step: Step) -> None:
        chain: list[Step] = []
        before = step.previous
        while before is not None and id(before) not in self._known:
            chain.append(before)
            before = before.previous
        while chain:
            earlier = chain.pop()
            if id(earlier) not in self._known:
                self.index(earlier)


@cache
def _schema() -> tuple[tuple[str, _Write], ...]:
    hints = get_type_hints(Log)
    return tuple((name, _writer(hints[name])) for name in _names())


def _named_hints(made: type[Any]) -> list[tuple[str, Any]]:
    hints = get_type_hints(made)
    names = [field.name for field in fields(made) if field.init] if is_dataclass(made) else list(made._fields)
    return [(name, hints[name]) for name in names]


@cache
def _shared_writers(made: type[Any]) -> tuple[tuple[str, _Write], ...]:
    return tuple((name, _writer(hint)) for name, hint in _named_hints(made))


@cache
def _writer(hint: Any) -> _Write:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _TAGS:
        return lambda value, pool: pool.index(value)
    if origin in (Union, types.UnionType):
        return _optional_writer(_writer(_only(arguments)))
    if origin in (tuple, list, frozenset, set) and not (origin is tuple and arguments[-1] is not Ellipsis):
        each = _writer(arguments[0])
        if origin in (frozenset, set):
            return lambda value, pool: [each(item, pool) for item in sorted(value)]
        return (lambda value, pool: list(value)) if each is _as_it_is else lambda value, pool: [each(v, pool) for v in value]
    if origin is tuple:
        all_of = [_writer(argument) for argument in arguments]
        return lambda value, pool: [write(item, pool) for write, item in zip(all_of, value, strict=True)]
    if isinstance(hint, type) and is_dataclass(hint):
        named = _shared_writers(hint)
        return lambda value, pool: [write(getattr(value, name), pool) for name, write in named]
    return _as_it_is


def _as_it_is(value: Any, pool: _Pool) -> Any:
    return value


def _optional_writer(write: _Write) -> _Write:
    return write if write is _as_it_is else lambda value, pool: None if value is None else write(value, pool)


def _only(arguments: tuple[Any, ...]) -> Any:
    """The type of an optional value."""
    (wanted,) = [argument for argument in arguments if argument is not type(None)]
    return wanted


__all__ = ["LogError", "decode", "encode"]
