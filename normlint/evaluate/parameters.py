"""Reading the arguments of library calls: numbers, dtypes, flags, the stats of a normalization."""

from __future__ import annotations

from normlint.catalogue import Entry
from normlint.evaluate.arithmetic import as_vector, number_of
from normlint.evaluate.machine import Machine
from normlint.immutable import dataclass
from normlint.pixelmap import Affine, Numbers, combine, denormalization, normalization
from normlint.places import Place
from normlint.values import Alternatives, Constant, External, ListCell, TupleValue, Value, Vector

_DTYPES = {
    "uint8": "uint8", "u1": "uint8", "ubyte": "uint8", "byte": "uint8", "uint16": "uint16", "int8": "int8",
    "int16": "int16", "int32": "int32", "int": "int64", "int64": "int64", "long": "int64", "float16": "float16",
    "half": "float16", "bfloat16": "bfloat16", "float32": "float32", "float": "float32", "single": "float32",
    "f4": "float32", "float64": "float64", "double": "float64", "f8": "float64", "bool": "bool",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Normalization:
    """What a normalize or denormalize call does: its map, and the stats as written."""

    affine: Affine | None
    mean: Numbers | None
    std: Numbers | None
    mean_place: Place | None
    std_place: Place | None
    peak: float | None
    source: str


def vector_of(run: Machine, value: Value | None) -> Vector | None:
    """A value as numbers, one or one a channel."""
    if value is None:
        return None
    content = run.contents(value)
    if isinstance(content, Alternatives):
        return None
    if isinstance(content, Vector):
        return content
    if isinstance(content, (ListCell, TupleValue)):
        return as_vector(content)
    number = number_of(content)
    if number is None or not isinstance(content, Constant):
        return None
    return Vector((number,), content.label, content.place, content.source)


def scalar_of(run: Machine, value: Value | None) -> float | None:
    vector = vector_of(run, value)
    return vector.numbers[0] if vector is not None and len(vector.numbers) == 1 else None


def flag_of(run: Machine, value: Value | None) -> bool | None:
    """A boolean argument; False where it is missing, None where it is not known."""
    if value is None:
        return False
    content = run.contents(value)
    return bool(content.value) if isinstance(content, Constant) else None


def pair_of(run: Machine, value: Value | None) -> tuple[float, float] | None:
    """A (low, high) argument."""
    vector = vector_of(run, value)
    return (vector.numbers[0], vector.numbers[1]) if vector is not None and len(vector.numbers) == 2 else None


def dtype_of(run: Machine, value: Value | None) -> str | None:
    """The dtype that an argument names; None for a device and for anything unknown."""
    if value is None:
        return None
    content = run.contents(value)
    if isinstance(content, Constant) and isinstance(content.value, str):
        name = content.value.removeprefix("dtype:").removeprefix("torch.").removeprefix("np.").lstrip("<>=|")
        return _DTYPES.get(name)
    if isinstance(content, External):
        if content.dotted == "builtins.float":
            return "float64"
        known = run.catalogue.constant(content.dotted)
        if isinstance(known, str) and known.startswith("dtype:"):
            return _DTYPES.get(known.removeprefix("dtype:"))
        return _DTYPES.get(content.dotted.rsplit(".", 1)[-1]) if content.dotted.startswith("builtins.") else None
    return None


def normalization_of(run: Machine, entry: Entry, arguments: dict[str, Value]) -> Normalization:
    """The map of a normalize, denormalize, rescale or blob operation with these arguments."""
    operation = entry.operation
    kind = operation["op"]
    if kind in {"rescale", "blob"}:
        return _scaled(run, entry, arguments)
    mean, std = (_stats(run, operation, name, arguments) for name in ("mean", "std"))
    peak = operation.get("peak", 1.0)
    if isinstance(peak, str):
        peak_number = scalar_of(run, arguments.get(peak))
    else:
        peak_number = float(peak) if isinstance(peak, (int, float)) else None
    affine = None
    if mean is not None and std is not None and peak_number is not None:
        if kind == "denormalize":
            affine = denormalization(mean.numbers, std.numbers)
        else:
            affine = normalization(mean.numbers, std.numbers, peak_number)
    sources = [vector.source for vector in (mean, std) if vector is not None]
    source = next((s for s in sources if s != "literal"), "literal") if len(sources) == 2 else "unresolved"
    return Normalization(
        affine, mean.numbers if mean else None, std.numbers if std else None, mean.place if mean else None,
        std.place if std else None, peak_number, source,
    )  # fmt: skip


def _stats(run: Machine, operation: dict[str, object], name: str, arguments: dict[str, Value]) -> Vector | None:
    fixed = operation.get(f"{name}_value")
    if isinstance(fixed, (list, tuple)):
        return Vector(tuple(float(number) for number in fixed), name, source="catalogue")
    if isinstance(fixed, (int, float)):
        return Vector((float(fixed),), name, source="catalogue")
    parameter = operation.get(name)
    given = arguments.get(parameter) if isinstance(parameter, str) else None
    content = run.contents(given) if given is not None else None
    if isinstance(content, ListCell) and len(content.items) == 1 and not content.open:
        only = content.items[0]  # one list for the only input of a network: ``[[127.5, 127.5, 127.5]]``
        return vector_of(run, only if isinstance(run.contents(only), (ListCell, TupleValue)) else given)
    return vector_of(run, given)


def _scaled(run: Machine, entry: Entry, arguments: dict[str, Value]) -> Normalization:
    """keras Rescaling (``x * scale + offset``) and OpenCV blobs (``(x - mean) * scale``)."""
    operation = entry.operation
    scale = _argument(run, operation, "scale", arguments, 1.0)
    second = "offset" if operation["op"] == "rescale" else "mean"
    offset = _argument(run, operation, second, arguments, 0.0)
    if scale is None or offset is None:
        return Normalization(None, None, None, None, None, None, "unresolved")
    gain, numbers = scale.numbers, offset.numbers
    bias = numbers
    if operation["op"] == "blob":
        product = combine(lambda a, b: -a * b, numbers[:3], gain)
        bias = product if product is not None else (0.0,)
        inverse = combine(lambda a, b: a / b, (1.0,), gain)
        source = scale.source if scale.source != "literal" else offset.source
        return Normalization(Affine(gain, bias), numbers[:3], inverse, offset.place, scale.place, None, source)
    return Normalization(Affine(gain, bias), None, None, None, None, None, scale.source)


def _argument(
    run: Machine, operation: dict[str, object], name: str, arguments: dict[str, Value], default: float
) -> Vector | None:
    parameter = operation.get(name)
    if not isinstance(parameter, str) or parameter not in arguments:
        return Vector((default,))
    return vector_of(run, arguments[parameter])
