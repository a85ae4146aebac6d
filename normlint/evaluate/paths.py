"""Paths of files: the text that an expression has where nothing is changed on the command line.

The text is a hint beside an unknown value and never decides a branch. A path below the project's root that is worked out
from ``__file__`` starts with ``ROOT``.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable

from normlint.evaluate.machine import Machine
from normlint.evaluate.option_texts import default_of
from normlint.immutable import replace
from normlint.values import Bound, Constant, DictCell, External, Unknown, Value

ROOT = "<root>/"
LONGEST = 240
_SLOTS = ("{}", "%s", "%d")


def text_of(run: Machine, value: Value | None) -> str | None:
    """The text of a value; None where nobody knows it."""
    if value is None:
        return None
    if isinstance(value, Bound):
        receiver = run.contents(value.receiver)
        if isinstance(receiver, Unknown):
            made = PARTS.get(value.name)
            return made(receiver.text) if made is not None and receiver.text else default_of(run, value.name)
        return default_of(run, value.name) if isinstance(receiver, DictCell) and receiver.open else None
    content = run.contents(value)
    if isinstance(content, Unknown):
        return content.text or None
    if isinstance(content, Constant) and isinstance(content.value, (str, int)) and not isinstance(content.value, bool):
        return str(content.value)
    return None


def concatenated(run: Machine, parts: Iterable[Value]) -> str:
    """The parts of an f-string or a sum as one text; empty where one of them is not known, or it gets long."""
    texts = [text_of(run, part) for part in parts]
    if any(text is None for text in texts):
        return ""
    whole = "".join(text for text in texts if text is not None)
    return whole if len(whole) <= LONGEST else ""


def joined(run: Machine, parts: Iterable[Value]) -> str:
    """``os.path.join`` of the parts, or ``/`` between paths; empty as in ``concatenated``."""
    whole = ""
    for part in parts:
        text = text_of(run, part)
        if text is None or len(whole) + len(text) > LONGEST:
            return ""
        whole = text if text.startswith(ROOT) else posixpath.join(whole, text.replace("\\", "/"))
    return whole


def operated(run: Machine, operator: str, left: Value, right: Value) -> str:
    """``left + right`` of texts, ``left / right`` of paths, ``left % right`` with one slot."""
    match operator:
        case "+":
            return concatenated(run, (left, right))
        case "/":
            return joined(run, (left, right))
        case "%":
            return filled(run, text_of(run, left), (right,))
    return ""


def filled(run: Machine, pattern: str | None, values: tuple[Value, ...]) -> str:
    """``"{}/{}.pth".format(folder, name)``, with plain slots only."""
    if pattern is None or sum(pattern.count(slot) for slot in _SLOTS) != len(values):
        return ""
    for value in values:
        text = text_of(run, value)
        if text is None:
            return ""
        at, slot = min((pattern.find(slot), slot) for slot in _SLOTS if slot in pattern)
        pattern = pattern[:at] + text + pattern[at + len(slot) :]
    return pattern if len(pattern) <= LONGEST else ""


def _same(text: str) -> str:
    return text


def _parent(text: str) -> str:
    parent = posixpath.dirname(text.rstrip("/"))
    return ROOT if ROOT.startswith(parent + "/") and text.startswith(ROOT) else parent


# What functions of os.path and methods of pathlib.Path make of one text.
_OF_ONE: dict[str, Callable[[str], str]] = {
    "os.path.abspath": _same, "os.path.realpath": _same, "os.path.expanduser": _same, "os.path.normpath": _same,
    "os.path.dirname": _parent, "os.path.basename": posixpath.basename, "builtins.str": _same, "os.fspath": _same,
    "pathlib.Path": _same, "pathlib.PurePath": _same,
}  # fmt: skip
_METHODS: dict[str, Callable[[str], str]] = {
    "resolve": _same, "absolute": _same, "as_posix": _same, "expanduser": _same,
}
PARTS: dict[str, Callable[[str], str]] = {"parent": _parent, "name": posixpath.basename}


def with_text(run: Machine, function: Value, positional: tuple[Value, ...], result: Value) -> Value:
    """The result of a call of a library's function or of a method, with its text."""
    if not isinstance(result, Unknown) or result.text:
        return result
    text = ""
    if isinstance(function, External):
        text = _text_of_call(run, function.dotted, positional)
    elif isinstance(function, Bound):
        text = _text_of_method(run, function.receiver, function.name, positional)
    return replace(result, text=text) if text else result


def _text_of_call(run: Machine, dotted: str, positional: tuple[Value, ...]) -> str:
    if dotted == "os.path.join" or (dotted in {"pathlib.Path", "pathlib.PurePath"} and len(positional) > 1):
        return joined(run, positional)
    made = _OF_ONE.get(dotted)
    text = text_of(run, positional[0]) if made is not None and len(positional) == 1 else None
    return made(text) if made is not None and text else ""


def _text_of_method(run: Machine, receiver: Value, name: str, positional: tuple[Value, ...]) -> str:
    if name == "joinpath":
        return joined(run, (receiver, *positional))
    if name == "format":
        return filled(run, text_of(run, receiver), positional)
    made = _METHODS.get(name)
    text = text_of(run, receiver) if made is not None and not positional else None
    return made(text) if made is not None and text else ""


def resolved(text: str, folder: str) -> str | None:
    """A path relative to the root, as seen from ``folder``; None for one outside of the project."""
    whole = posixpath.normpath(text.removeprefix(ROOT) if text.startswith(ROOT) else posixpath.join(folder, text))
    return None if whole.startswith(("..", "/")) else "" if whole == "." else whole
