"""Where the axes of an image are: what transposing, adding and dropping axes does to the layout, and which axis is flipped.

A layout is a string of axis letters, outermost first: "HWC", "CHW", "NCHW", "NHWC"; None where it is not known.
"""

from __future__ import annotations

from normlint.evaluate.machine import Machine
from normlint.evaluate.parameters import vector_of
from normlint.values import Constant, ListCell, TupleValue, Value

# What a full permutation says by itself: nobody moves the axes of an image otherwise.
_IMPLIED = {(2, 0, 1): "CHW", (1, 2, 0): "HWC", (0, 3, 1, 2): "NCHW", (0, 2, 3, 1): "NHWC"}
_KNOWN = frozenset({"HWC", "CHW", "NCHW", "NHWC"})
_SWAPS = frozenset({"transpose", "swapaxes", "swapdims"})
_MOVES = frozenset({"moveaxis", "movedim", "rollaxis"})


def integers_of(run: Machine, value: Value | None) -> tuple[int, ...] | None:
    """Whole numbers, given one by one or as one list: ``permute(2, 0, 1)`` and ``permute((2, 0, 1))``."""
    if value is None:
        return None
    content = run.contents(value)
    if isinstance(content, (TupleValue, ListCell)) and len(content.items) == 1:
        return integers_of(run, content.items[0])
    vector = vector_of(run, value)
    if vector is None or any(number != int(number) for number in vector.numbers):
        return None
    return tuple(int(number) for number in vector.numbers)


def after_operation(run: Machine, name: str, layout: str | None, arguments: dict[str, Value]) -> str | None:
    """The layout after an operation that moves, adds or drops axes; None where that is not known."""
    if name in {"rearrange", "einsum"}:
        pattern = run.contents(arguments["pattern"]) if "pattern" in arguments else None
        return _rearranged(pattern.value) if isinstance(pattern, Constant) and isinstance(pattern.value, str) else None
    numbers = _numbers(run, arguments)
    if name in {"unsqueeze", "expand_dims"}:
        return f"N{layout}" if layout in {"HWC", "CHW"} and numbers == (0,) else None
    if name == "squeeze":
        return layout[1:] if layout in {"NCHW", "NHWC"} and numbers in {None, (0,)} else None
    if numbers is None:
        return layout[::-1] if name == "T" and layout is not None else None
    if name in _MOVES and layout is not None and len(numbers) == 2:
        letters = list(layout)
        if all(-len(letters) <= number < len(letters) for number in numbers):
            letters.insert(numbers[1] % len(layout), letters.pop(numbers[0]))
            return _known("".join(letters))
    if name in _SWAPS and len(numbers) == 2 and layout is not None:
        letters = list(layout)
        if all(-len(letters) <= number < len(letters) for number in numbers):
            first, second = numbers
            letters[first], letters[second] = letters[second], letters[first]
            return _known("".join(letters))
    if name in {"transpose", "permute", "permute_dims", "permute_dimensions"} and len(numbers) in {3, 4}:
        return permuted(layout, numbers)
    return None


def permuted(layout: str | None, axes: tuple[int, ...]) -> str | None:
    """The layout after a full permutation of the axes."""
    count = len(axes)
    axes = tuple(axis % count for axis in axes)
    if layout is not None and len(layout) == count and sorted(axes) == list(range(count)):
        return _known("".join(layout[axis] for axis in axes))
    return _IMPLIED.get(axes) if layout is None else None


def _known(layout: str) -> str | None:
    """A layout whose channel axis can be found: height and width may have changed places."""
    plain = layout.replace("WH", "HW") if "HW" not in layout else layout
    return plain if plain in _KNOWN else None


def _numbers(run: Machine, arguments: dict[str, Value]) -> tuple[int, ...] | None:
    for name in ("axes", "dims", "arguments", "perm", "pattern", "axis", "dim"):
        numbers = integers_of(run, arguments.get(name))
        if numbers is not None:
            return numbers
    return None


def _rearranged(pattern: str) -> str | None:
    """Of an einops pattern (``"b c h w -> b h w c"``) the layout of its right side."""
    right = pattern.rpartition("->")[2].split()
    letters = "".join({"b": "N", "n": "N", "c": "C", "h": "H", "w": "W"}.get(word, "?") for word in right)
    return _known(letters)


def flips_channels(layout: str | None, axes: tuple[int, ...]) -> bool | None:
    """Whether reversing these axes turns the channel order round; None where nobody knows which axis holds them."""
    if layout is None:
        return None
    channel = layout.index("C")
    return any(axis % len(layout) == channel for axis in axes if -len(layout) <= axis < len(layout))
