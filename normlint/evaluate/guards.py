"""Conditions under which values hold, and whether two of them can hold together."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from functools import lru_cache

from normlint import ir
from normlint.evaluate.text import text
from normlint.values import ALWAYS, Alternatives, Guard, GuardLiteral, Image, Unknown, Value

MOST_ALTERNATIVES = 8
# Pairs of guards whose compatibility is remembered: each name that is read asks for the same few again.
_MOST_PAIRS = 1 << 13
_OPPOSITE = {"==": "!=", "!=": "==", "true": "false", "false": "true"}


def literals_of(test: ir.Expression, scope: str) -> tuple[Guard, Guard]:
    """The guard that holds where the test is true, and the one where it is false."""
    match test:
        case ir.Unary(operator="not", operand=operand):
            yes, no = literals_of(operand, scope)
            return no, yes
        case ir.Boolean(operator="and", operands=operands):
            yes = frozenset().union(*(literals_of(operand, scope)[0] for operand in operands))
            whole = f"{scope}:{text(test)}"
            return yes | {(whole, "true", "")}, frozenset({(whole, "false", "")})
        case ir.Boolean(operator="or", operands=operands):
            no = frozenset().union(*(literals_of(operand, scope)[1] for operand in operands))
            whole = f"{scope}:{text(test)}"
            return frozenset({(whole, "true", "")}), no | {(whole, "false", "")}
        case ir.Compare(left=left, operators=("==" | "is" | "!=" | "is not" as relation,), rights=(ir.Constant(value=v),)):
            subject, value = f"{scope}:{text(left)}", repr(v)
            equal: Guard = frozenset({(subject, "==", value)})
            other: Guard = frozenset({(subject, "!=", value)})
            return (equal, other) if relation in {"==", "is"} else (other, equal)
    subject = f"{scope}:{text(test)}"
    return frozenset({(subject, "true", "")}), frozenset({(subject, "false", "")})


def _contradict(a: GuardLiteral, b: GuardLiteral) -> bool:
    """Whether two literals on one subject exclude each other."""
    if a[1] == "==" and b[1] == "==":
        return a[2] != b[2]
    return a[2] == b[2] and _OPPOSITE[a[1]] == b[1]


def compatible(one: Guard, other: Guard) -> bool:
    """Whether both guards can hold at once, as far as their literals tell."""
    return not one or not other or _compatible(one, other)


@lru_cache(maxsize=_MOST_PAIRS)
def _compatible(one: Guard, other: Guard) -> bool:
    for a in one:
        for b in other:
            if a[0] == b[0] and _contradict(a, b):
                return False
    ours = _numbers_of(one)
    theirs = _numbers_of(other) if ours else ()
    return all(_can_both(a, b) and _can_both(b, a) for a in ours for b in theirs if a[0] == b[0])


@lru_cache(maxsize=_MOST_PAIRS)
def _numbers_of(guard: Guard) -> tuple[tuple[str, str, float], ...]:
    """The literals that compare a name with a number."""
    return tuple([known for literal in guard if (known := _compared(literal)) is not None])


_COMPARED = re.compile(r"(\d+:[\w.]+) (==|!=|<=|>=|<|>) (-?\d{1,9}(?:\.\d{1,9})?)")
_NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


@lru_cache(maxsize=4096)
def _compared(literal: GuardLiteral) -> tuple[str, str, float] | None:
    """A name that is compared with a number, as name, operator and number."""
    subject, relation, value = literal
    found = _COMPARED.fullmatch(subject if relation in {"true", "false"} else f"{subject} {relation} {value}")
    if found is None:
        return None
    sign = _NEGATED[found[2]] if relation == "false" else found[2]
    return found[1], sign, float(found[3])


def _can_both(a: tuple[str, str, float], b: tuple[str, str, float]) -> bool:
    """False where one says what the number is, and the other that it is none of these (``n == -1`` and ``n >= 0``)."""
    return a[1] != "==" or _HOLDS[b[1]](a[2], b[2])


_ASKS_DATA = re.compile(
    r"norm|dtype|uint8|float(?:16|32|64)|isinstance|\b(?:a?max|a?min)\("
    r"|\b(?:\w*_)?(?:img|image|input|data|array|src|im|in|out)_?type\b"
)


@lru_cache(maxsize=100_000)
def asks_the_data(guard: Guard) -> bool:
    """Whether a condition looks at the values or the dtype of an image, or at a flag that says whether it is normalized:
    what it decides is not known statically."""
    return any(_asks(subject, value) for subject, _, value in guard)


@lru_cache(maxsize=4096)
def _asks(subject: str, value: str) -> bool:
    return _ASKS_DATA.search(f"{subject} {value}".lower()) is not None


def describe(guard: Guard) -> str:
    """For messages: ``dataset == 'cifar10' and not train``."""
    parts = []
    for subject, relation, value in sorted(guard):
        name = subject.split(":", 1)[1]
        parts.append({"true": name, "false": f"not {name}"}.get(relation) or f"{name} {relation} {value}")
    return " and ".join(parts)


def alternatives(options: list[tuple[Guard, Value]]) -> Value | None:
    """One value of several guarded ones: flattened, equal ones joined; None where there are none or too many."""
    flat: list[tuple[Guard, Value]] = []
    for guard, value in options:
        if isinstance(value, Alternatives):
            flat.extend((guard | inner, option) for inner, option in value.options if compatible(guard, inner))
        else:
            flat.append((guard, value))
    joined: list[tuple[Guard, Value]] = []
    for guard, value in flat:
        for index, (known_guard, known) in enumerate(joined):
            if known is value or known == value:
                joined[index] = (known_guard & guard, known)
                break
        else:
            joined.append((guard, value))
    if len(joined) > MOST_ALTERNATIVES:
        joined = _alike(joined)
    if not joined or len(joined) > MOST_ALTERNATIVES:
        return None
    if len(joined) == 1:
        return joined[0][1]
    return Alternatives(tuple(joined))


def _alike(options: list[tuple[Guard, Value]]) -> list[tuple[Guard, Value]]:
    """Images with the same values but another history joined, under what their conditions have in common."""
    groups: dict[object, tuple[Guard, Value]] = {}
    for guard, value in options:
        look: object = value
        if isinstance(value, Image):
            look = (value.map, value.anchored, value.interval, value.dtype, value.order, value.pending is None)
        elif isinstance(value, Unknown):
            look = "unknown"
        known = groups.get(look)
        groups[look] = (guard, value) if known is None else (known[0] & guard, known[1])
    return list(groups.values())


__all__ = ["ALWAYS", "alternatives", "asks_the_data", "compatible", "describe", "literals_of"]
