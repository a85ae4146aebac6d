"""Conditions under which a channel order says nothing: a caller chose it, or the picture is grey."""

from __future__ import annotations

import re

from normlint.values import Guard

_ON_PURPOSE = re.compile(r"rgb|bgr|swap|colou?r|channel|convert|flip|backend|(?<!r_)mode(?!l)|\border|_order", re.IGNORECASE)
_SHAPE = re.compile(r"n_?dims?\b|shape|\bdim\b|gr[ae]y", re.IGNORECASE)


def is_chosen(guard: Guard) -> bool:
    """Whether a value holds only for another kind of picture (grey), or where a caller chose the order."""
    return any(
        _ON_PURPOSE.search(subject) or (_SHAPE.search(subject) and _is_grey(subject, relation, text))
        for subject, relation, text in guard
    )


def names_order(name: str) -> bool:
    """Whether the name of a function says that it is about channel orders."""
    return bool(_ON_PURPOSE.search(name))


def _is_grey(subject: str, relation: str, text: str) -> bool:
    """Whether a condition on the shape leaves no colour picture."""
    if relation in {"==", "!="}:
        return (text in {"3", "4"}) == (relation == "!=")
    return bool(re.search(r"[=>] ?[34]\b", subject) if relation == "false" else re.search(r"[=<] ?[12]\b", subject))
