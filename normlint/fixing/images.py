"""Which part of a call is the image that it works on."""

from __future__ import annotations

import libcst as cst

from normlint.fixing.files import File

CAST_METHODS = frozenset({"astype", "byte", "to", "type", "short", "int", "long"})
CLAMP_METHODS = frozenset({"clamp", "clip"})
# The parameter of a cast or sink that takes the image, where it is named.
_IMAGE_NAMES = frozenset({"x", "a", "obj", "object", "pic", "image", "img", "arr", "tensor", "data", "input"})


def image_of(file: File, call: cst.Call, methods: frozenset[str]) -> cst.BaseExpression | None:
    """What one of these methods is called on, else the argument for the image: ``self.normalize(x)`` works on ``x``."""
    function = call.func
    if isinstance(function, cst.Attribute) and function.attr.value in methods and not file.names.is_library(function):
        return function.value
    for index, argument in enumerate(call.args):
        if argument.star:
            return None
        if (argument.keyword is None and index == 0) or (
            argument.keyword is not None and argument.keyword.value in _IMAGE_NAMES
        ):
            return argument.value
    return None
