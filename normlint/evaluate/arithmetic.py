"""Operators on numbers and images: exact folding of constants, affine steps on images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from normlint import ir
from normlint.evaluate.machine import RECIPROCAL, Machine
from normlint.evaluate.mixing import mix, with_dynamic
from normlint.evaluate.observations import Wraparound
from normlint.immutable import replace
from normlint.pixelmap import BYTES, Affine, Numbers, combine
from normlint.places import Place
from normlint.values import (
    Constant,
    Image,
    ListCell,
    Pending,
    Step,
    TupleValue,
    Unknown,
    Value,
    Vector,
    as_image,
)

OPERATIONS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
_FOLDS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "**": lambda a, b: a**b,
    "<<": lambda a, b: a << b,
    ">>": lambda a, b: a >> b,
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
}
_LARGEST = 1e18
_LONGEST = 4096
_FLOATS = frozenset({"float16", "bfloat16", "float32", "float64"})


def number_of(value: object) -> float | None:
    """A Python number as a float; None for booleans, strings and the like."""
    if isinstance(value, Constant) and isinstance(value.value, (int, float)) and not isinstance(value.value, bool):
        return float(value.value) if abs(value.value) < _LARGEST else None
    return None


def numbers_of(value: object) -> Numbers | None:
    """The numbers of a constant or numeric array."""
    if isinstance(value, Vector):
        return value.numbers
    number = number_of(value)
    return None if number is None else (number,)


def binary(run: Machine, operator: str, left: Value, right: Value, place: Place) -> Value:
    """``left operator right`` for every pair of alternatives that can hold together."""

    def with_left(one: Value) -> Value:
        return run.each(right, lambda other: _binary(run, operator, one, other, place))

    return run.each(left, with_left)


def _binary(run: Machine, operator: str, left: Value, right: Value, place: Place) -> Value:
    a, b = run.contents(left), run.contents(right)
    if operator == "/" and isinstance(b, Constant) and isinstance(b.value, str):  # Path(folder) / "train.yaml"
        from normlint.evaluate.configuration import path_joined

        return path_joined(run, (left, right), (), place)
    if isinstance(a, (Constant, Vector)) and isinstance(b, (Constant, Vector)):
        return fold(operator, a, b) or run.unknown()
    if isinstance(a, (ListCell, TupleValue)) or isinstance(b, (ListCell, TupleValue)):
        folded = _sequences(run, operator, a, b)
        if folded is not None:
            return folded
        a, b = as_vector(a) or a, as_vector(b) or b
    if isinstance(a, Image) and isinstance(b, (Constant, Vector)):
        return affine_step(run, a, operator, b, place)
    if isinstance(b, Image) and isinstance(a, (Constant, Vector)):
        return affine_step(run, b, operator, a, place, mirrored=True)
    if isinstance(a, Unknown) and isinstance(b, (Constant, Vector)) and not a.label:
        return affine_step(run, as_image(a), operator, b, place)
    if isinstance(b, Unknown) and isinstance(a, (Constant, Vector)) and not b.label and not _inverts(operator, a):
        return affine_step(run, as_image(b), operator, a, place, mirrored=True)
    if isinstance(a, Image) and isinstance(b, Image):
        return mix(run, operator, a, b, place)
    if isinstance(a, (Image, Unknown)) and isinstance(b, (Image, Unknown)):
        return with_dynamic(run, operator, a, b, place)
    label = next((v.label for v in (a, b) if isinstance(v, Unknown) and v.label), "")
    if isinstance(b, Unknown) and _inverts(operator, a):
        label = RECIPROCAL
    return run.unknown(label=label)


def _inverts(operator: str, value: object) -> bool:
    return operator == "/" and number_of(value) == 1


def fold(operator: str, a: Constant | Vector, b: Constant | Vector) -> Value | None:
    """Constant folding; the label of a mean survives its change of unit (``mean * 255``)."""
    label = a.label or b.label
    if operator == "/" and _is_ratio(a, b):
        label = "mean/std"
    if isinstance(a, Constant) and isinstance(b, Constant):
        if operator not in _FOLDS or not _small(a.value, operator, b.value):
            return None
        try:
            value = _FOLDS[operator](a.value, b.value)
        except (TypeError, ValueError, ZeroDivisionError, OverflowError):
            return None
        return Constant(value, label, a.place or b.place, _weaker(a.source, b.source))
    left, right = numbers_of(a), numbers_of(b)
    if left is None or right is None or operator not in {"+", "-", "*", "/", "**", "//"}:
        return None
    if operator == "**" and max(map(abs, right)) > 8:
        return None
    result = combine(_FOLDS[operator], left, right)
    return None if result is None else Vector(result, label, a.place or b.place, _weaker(a.source, b.source))


def _is_ratio(a: Constant | Vector, b: Constant | Vector) -> bool:
    """``mean / std``: by name, or as two literal triples in one unit."""
    if (a.label, b.label) == ("mean", "std"):
        return True
    if not isinstance(a, Vector) or not isinstance(b, Vector) or len(a.numbers) != 3 or len(b.numbers) != 3:
        return False
    return min(*a.numbers, *b.numbers) > 0 and all(x > y for x, y in zip(a.numbers, b.numbers, strict=True))


def _weaker(a: str, b: str) -> str:
    return b if a == "literal" else a


def _small(a: object, operator: str, b: object) -> bool:
    """Whether folding is cheap: no huge powers, shifts or repeated strings."""
    if operator in {"**", "<<"}:
        return isinstance(a, (int, float)) and isinstance(b, (int, float)) and abs(a) <= 1e6 and 0 <= abs(b) <= 64
    if operator == "*" and (isinstance(a, (str, bytes)) or isinstance(b, (str, bytes))):
        return False
    if operator == "%" and isinstance(a, (str, bytes)):
        return False
    return not any(isinstance(value, (str, bytes)) and len(value) > _LONGEST for value in (a, b))


def as_vector(content: object) -> Vector | None:
    """A list or tuple of numbers as an array: what numpy makes of it beside an array."""
    if not isinstance(content, (ListCell, TupleValue)) or (isinstance(content, ListCell) and content.open):
        return None
    numbers = [number_of(item) for item in content.items]
    if not numbers or any(number is None for number in numbers):
        return None
    first = content.items[0]
    place = first.place if isinstance(first, Constant) else None
    source = first.source if isinstance(first, Constant) else "literal"
    label = content.label if isinstance(content, TupleValue) else ""
    return Vector(tuple(n for n in numbers if n is not None), label, place, source)


def _sequences(run: Machine, operator: str, a: object, b: object) -> Value | None:
    """Concatenation and repetition of lists and tuples."""
    if isinstance(a, (ListCell, TupleValue)) and isinstance(b, (ListCell, TupleValue)):
        if len(a.items) + len(b.items) > _LONGEST:
            return run.unknown()
    if operator == "+" and isinstance(a, ListCell) and isinstance(b, ListCell):
        return run.allocate(ListCell(a.items + b.items, a.open or b.open))
    if operator == "+" and isinstance(a, TupleValue) and isinstance(b, TupleValue):
        return TupleValue(a.items + b.items)
    if operator == "+" and isinstance(a, ListCell) and isinstance(b, Unknown):
        return run.allocate(ListCell(a.items, True))
    if operator == "*":
        sequence, count = (a, b) if isinstance(a, (ListCell, TupleValue)) else (b, a)
        times = number_of(count)
        if isinstance(sequence, (ListCell, TupleValue)) and times is not None and 0 <= times <= 64:
            if len(sequence.items) * times > _LONGEST:
                return run.unknown()
            items = sequence.items * int(times)
            return run.allocate(ListCell(items)) if isinstance(sequence, ListCell) else TupleValue(items)
    return None


def unary(run: Machine, operator: str, operand: Value, node: ir.Node) -> Value:
    def apply(value: Value) -> Value:
        content = run.contents(value)
        if operator == "+":
            return value
        if operator == "-" and isinstance(content, Constant):
            return fold("-", Constant(0), content) or run.unknown()
        if operator == "-" and isinstance(content, Vector):
            return replace(content, numbers=tuple(-number for number in content.numbers))
        if operator == "-" and isinstance(content, Image):
            return affine_step(run, content, "*", Constant(-1.0), run.place(node))
        return run.unknown(label=content.label if isinstance(content, Unknown) else "")

    return run.each(operand, apply)


def affine_step(
    run: Machine, image: Image, operator: str, operand: Constant | Vector, place: Place, mirrored: bool = False
) -> Value:
    """``image operator operand`` (or the mirrored form); what is no affine map loses the map, not the image."""
    numbers = numbers_of(operand)
    affine = None if numbers is None else operator_map(operator, numbers, mirrored)
    if numbers is None:
        return run.unknown()
    pending = image.pending or Pending(replace(image, pending=None), Affine((1.0,), (0.0,)), place)
    if affine is None:
        return replace(
            image, map=None, interval=None, step=Step("other", place, image.step, operand=numbers, label=operand.label),
            pending=replace(pending, affine=None, place=place),
        )  # fmt: skip
    name = ("mirrored-" if mirrored and operator in "-/" else "") + OPERATIONS[operator]
    whole = image.map.then(affine) if image.map is not None else None
    interval = image.interval.image(affine) if image.interval is not None else None
    dtype = result_dtype(image, operator, operand)
    if dtype == "uint8" and image.dtype == "uint8":
        low, high = (0.0, 0.0) if interval is None else (interval.lowest, interval.highest)
        if not 0 <= min(numbers) <= max(numbers) <= 255 and image.container != "torch":
            dtype, low, high = None, 0.0, 0.0  # no uint8: NumPy 1 widens the result, NumPy 2 raises
        if low < 0 or high > 255:
            run.log.wraparounds.append(Wraparound(place, low, high, image, guard=run.guard))
            interval, whole = BYTES, None
    step = Step(
        name, place, image.step, affine, numbers, operand.place, operand.label, dtype=dtype
    )
    before = pending.affine.then(affine) if pending.affine is not None else None
    return replace(
        image, map=whole, interval=interval, dtype=dtype, step=step,
        pending=replace(pending, affine=before, place=place),
    )  # fmt: skip


def operator_map(operator: str, numbers: Numbers, mirrored: bool = False) -> Affine | None:
    """The affine map of one operator with a constant; None for what is not affine."""
    zeros, ones = (0.0,), (1.0,)
    match operator:
        case "+":
            return Affine(ones, numbers)
        case "-":
            return Affine((-1.0,), numbers) if mirrored else Affine(ones, tuple(-n for n in numbers))
        case "*":
            return Affine(numbers, zeros)
        case "/" if not mirrored:
            gain = combine(lambda a, b: a / b, ones, numbers)
            return None if gain is None else Affine(gain, zeros)
    return None


def result_dtype(image: Image, operator: str, operand: Constant | Vector) -> str | None:
    """The dtype after arithmetic with a constant: uint8 stays uint8 with integers, and becomes a float with floats."""
    if image.dtype is None or image.dtype in _FLOATS:
        return image.dtype
    integral = isinstance(operand, Constant) and isinstance(operand.value, int)
    if integral and operator != "/":
        return image.dtype
    if isinstance(operand, Vector) and operand.dtype in _FLOATS and image.container != "torch":
        return operand.dtype
    return "float32" if image.container in {"torch", "tensorflow", "jax"} else "float64"


