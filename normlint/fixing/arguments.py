"""Which arguments of a call are the mean and the std."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from normlint.evaluate.machine import label_of
from normlint.fixing.syntax import dotted


def stats_arguments(call: cst.Call) -> tuple[cst.BaseExpression, cst.BaseExpression] | None:
    """Mean and std of ``Normalize(mean, std)`` and ``normalize(image, mean, std)``, named or by position."""
    name = dotted(call.func).rsplit(".", 1)[-1]
    if name[:1].isupper():
        return _pick(call, ("mean", "std"))
    if name == "normalize":
        return _pick(call, ("image", "mean", "std"))
    return _pick(call, ())


def helper_arguments(call: cst.Call, function: cst.FunctionDef) -> tuple[cst.BaseExpression, cst.BaseExpression] | None:
    """Mean and std that a call hands to a function of the project with parameters called so."""
    names = [parameter.name.value for parameter in (*function.params.posonly_params, *function.params.params)]
    if names[:1] == ["self"]:
        names = names[1:]
    return _pick(call, names)


def _pick(call: cst.Call, parameters: Sequence[str]) -> tuple[cst.BaseExpression, cst.BaseExpression] | None:
    found: dict[str, cst.BaseExpression] = {}
    for index, argument in enumerate(call.args):
        if argument.star:
            return None
        name = argument.keyword.value if argument.keyword is not None else parameters[index : index + 1]
        label = label_of(name if isinstance(name, str) else "".join(name))
        if label in {"mean", "std"}:
            if label in found:
                return None
            found[label] = argument.value
    return (found["mean"], found["std"]) if len(found) == 2 else None
