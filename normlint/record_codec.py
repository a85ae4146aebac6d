"""Findings, sites and other plain records to JSON data and back, each value checked against its annotation.

Only what the annotations name can come out: dataclasses are written as their class name and fields, and a name is looked
up among the classes that the annotation allows, nowhere else.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from normlint.immutable import fields, is_dataclass

_Decoder = Callable[[Any], Any]


class RecordError(ValueError):
    """Data that ``to_data`` did not write for this type."""


def to_data(value: object) -> Any:
    """The record as lists, dicts, texts and numbers. Raises ``TypeError`` for anything that is no record."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, *[to_data(getattr(value, field.name)) for field in fields(value)]]
    if isinstance(value, (tuple, list)):
        return [to_data(item) for item in value]
    if isinstance(value, (frozenset, set)):
        return [to_data(item) for item in sorted(value, key=repr)]
    if isinstance(value, dict):
        return {str(key): to_data(item) for key, item in value.items()}
    raise TypeError(f"no record: {type(value).__name__}")


def from_data(wanted: Any, data: object) -> Any:
    """The value of type ``wanted`` that ``to_data`` wrote. Raises ``RecordError``."""
    return _decoder(wanted)(data)


@cache
def _decoder(wanted: Any) -> _Decoder:
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin in (Union, types.UnionType):
        return _of_union(arguments)
    if origin is Literal:
        return _of_choice(frozenset(arguments))
    if origin is tuple:
        return _of_tuple(arguments)
    if origin is dict:
        return _of_dict(arguments[1])
    if wanted is type(None):
        return _of_choice(frozenset((None,)))
    if wanted is float:
        return _of_scalar(float, int)
    if wanted in (bool, int, str):
        return _of_scalar(wanted)
    if isinstance(wanted, type) and is_dataclass(wanted):
        return _of_dataclass(wanted)
    if isinstance(wanted, type) and hasattr(wanted, "_fields"):
        return _of_named_tuple(wanted)
    raise TypeError(f"no record: {wanted}")


def _of_scalar(*kinds: type) -> _Decoder:
    def decode(data: Any) -> Any:
        if type(data) not in kinds:
            raise RecordError(f"{kinds[0].__name__} expected")
        return data

    return decode


def _of_choice(choices: frozenset[Any]) -> _Decoder:
    def decode(data: Any) -> Any:
        if isinstance(data, (list, dict)) or data not in choices:
            raise RecordError("none of the choices")
        return data

    return decode


def _list(data: Any, size: int | None = None) -> list[Any]:
    if type(data) is not list or (size is not None and len(data) != size):
        raise RecordError("a list is missing")
    return data


def _of_tuple(arguments: tuple[Any, ...]) -> _Decoder:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        each = _decoder(arguments[0])
        return lambda data: tuple([each(item) for item in _list(data)])
    decoders = [_decoder(argument) for argument in arguments]
    return lambda data: tuple([
        decode(item) for decode, item in zip(decoders, _list(data, len(decoders)), strict=True)
    ])


def _of_dict(of: Any) -> _Decoder:
    each = _decoder(of)

    def decode(data: Any) -> Any:
        if type(data) is not dict:
            raise RecordError("a dict is missing")
        return {key: each(value) for key, value in data.items()}

    return decode


def _of_dataclass(wanted: Any) -> _Decoder:
    hints = get_type_hints(wanted)
    decoders = [(field.name, _decoder(hints[field.name])) for field in fields(wanted)]

    def decode(data: Any) -> Any:
        name, *values = _list(data, len(decoders) + 1)
        if name != wanted.__name__:
            raise RecordError(f"{wanted.__name__} expected")
        return wanted(**{field: decode(value) for (field, decode), value in zip(decoders, values, strict=True)})

    return decode


def _of_named_tuple(wanted: Any) -> _Decoder:
    hints = get_type_hints(wanted)
    decoders = [_decoder(hints[name]) for name in wanted._fields]
    return lambda data: wanted(*[
        decode(value) for decode, value in zip(decoders, _list(data, len(decoders)), strict=True)
    ])


def _of_union(arguments: tuple[Any, ...]) -> _Decoder:
    """None and plain values by their type, dataclasses by the name they are written under."""
    named: dict[str, _Decoder] = {}
    others: list[_Decoder] = []
    for argument in arguments:
        decode_one = _decoder(argument)
        if is_dataclass(argument):
            named[getattr(argument, "__name__", "")] = decode_one
        else:
            others.append(decode_one)

    def decode(data: Any) -> Any:
        if type(data) is list and data and type(data[0]) is str and data[0] in named:
            return named[data[0]](data)
        for other in others:
            try:
                return other(data)
            except RecordError:
                continue
        raise RecordError("none of the types")

    return decode
