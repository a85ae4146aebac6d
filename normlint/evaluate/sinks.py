"""Where images go: files, screens, loggers and metrics, each with its own contract."""

from __future__ import annotations

from normlint.catalogue import Entry
from normlint.evaluate.machine import Machine
from normlint.evaluate.observations import Observation, SinkContract
from normlint.evaluate.parameters import flag_of, pair_of, vector_of
from normlint.immutable import replace
from normlint.pixelmap import UNIT, Affine
from normlint.places import Place
from normlint.values import Constant, Image, ListCell, Step, TupleValue, Value

_TO_BYTES = Affine((255.0,), (0.0,))


def contract_of(entry: Entry) -> SinkContract:
    details = entry.operation

    def number(name: str) -> float | None:
        value = details.get(name)
        return float(value) if isinstance(value, (int, float)) else None

    order = details.get("order")
    return SinkContract(
        number("low"), number("high"), bool(details.get("accepts_uint8", True)), str(details.get("out_of_range", "none")),
        bool(details.get("rounds")), order if isinstance(order, str) else None, details.get("dtype_only") == "uint8",
    )  # fmt: skip


def _contract(run: Machine, entry: Entry, arguments: dict[str, Value]) -> SinkContract:
    """The contract with the channel order that an argument may choose (``image_format="BGR"``)."""
    contract = contract_of(entry)
    if contract.order in arguments:
        chosen = run.contents(arguments[contract.order])
        return replace(contract, order=str(chosen.value) if isinstance(chosen, Constant) else None)
    return contract


def _image(run: Machine, value: Value) -> Image | None:
    from normlint.evaluate.operations import joined, seen

    content = run.contents(value)
    if isinstance(content, (ListCell, TupleValue)):
        images = [seen(run, item) for item in content.items]
        known = [image for image in images if image is not None]
        whole = joined(run, known, len(images), Place("", 0, 0, 0, 0)) if known else None
        return whole if isinstance(whole, Image) else None
    return seen(run, value)


def _option(run: Machine, entry: Entry, arguments: dict[str, Value], name: str) -> Value | None:
    parameter = entry.operation.get(name)
    for candidate in parameter if isinstance(parameter, (list, tuple)) else (parameter,):
        if isinstance(candidate, str) and candidate in arguments:
            return arguments[candidate]
    return arguments.get("range") if name == "value_range" else None


def stretch(run: Machine, entry: Entry, arguments: dict[str, Value]) -> tuple[str, tuple[float, float] | None]:
    """("", None) without ``normalize=True``, ("range", pair) with a value range, ("minmax", None) by the data."""
    flag = flag_of(run, _option(run, entry, arguments, "normalize"))
    if flag is False:
        return "", None
    given = _option(run, entry, arguments, "value_range")
    if flag is None or (given is not None and run.contents(given) != Constant(None) and pair_of(run, given) is None):
        return "unknown", None
    pair = pair_of(run, given)
    return ("minmax", None) if pair is None or pair[0] == pair[1] else ("range", pair)


def sink(run: Machine, entry: Entry, arguments: dict[str, Value], value: Value, place: Place) -> Value:
    image = _image(run, value)
    how, pair = stretch(run, entry, arguments) if entry.operation.get("normalize") else ("", None)
    how = how or ("colour map" if "cmap" in arguments else "")
    affine = Affine((1 / (pair[1] - pair[0]),), (-pair[0] / (pair[1] - pair[0]),)) if pair else written_map(entry)
    limits = _display_limits(run, arguments)
    run.observe(
        Observation(
            entry.kind or "sink", entry.name, place, affine, source="literal", before=image,
            contract=_contract(run, entry, arguments),
            low=pair[0] if pair else limits[0], high=pair[1] if pair else limits[1], note=how,
        )
    )  # fmt: skip
    if entry.operation.get("result") is None:
        return run.unknown("output", entry.name, place)
    if image is None:
        return run.unknown("output", entry.name, place)
    if image.dtype == "uint8" or entry.operation.get("high") in {255}:
        return replace(image, container="pil")
    scaled = image.interval.image(_TO_BYTES).clamp(0, 255) if image.interval else None  # type: ignore[union-attr]
    step = Step("cast", place, Step("multiply", place, image.step, _TO_BYTES, (255.0,)), dtype="uint8")
    return replace(
        image, map=image.map.then(_TO_BYTES) if image.map else None, interval=scaled, dtype="uint8", container="pil",
        step=step, layout="HWC",
    )  # fmt: skip


def written_map(entry: Entry) -> Affine:
    """What a sink itself does to the values on their way out, clipping apart."""
    details = entry.operation
    if details.get("high") == 1 and details.get("rounds") and details.get("out_of_range") == "clip":
        return Affine((255.0,), (0.5,))  # save_image: mul(255).add_(0.5)
    gain, offset = details.get("gain", 1.0), details.get("offset", 0.0)
    assert isinstance(gain, (int, float)) and isinstance(offset, (int, float))
    return Affine((float(gain),), (float(offset),))


def _display_limits(run: Machine, arguments: dict[str, Value]) -> tuple[float | None, float | None]:
    found = [vector_of(run, arguments.get(name)) for name in ("vmin", "vmax")]
    low, high = (vector.numbers[0] if vector is not None else None for vector in found)
    return low, high


def grid(run: Machine, entry: Entry, arguments: dict[str, Value], value: Value, place: Place) -> Value:
    """make_grid: passes the values through, maps a value range to [0, 1], or stretches by the data."""
    image = _image(run, value)
    if image is None:
        return run.unknown("output", entry.name, place)
    how, pair = stretch(run, entry, arguments)
    if how == "":
        run.observe(Observation("sink", entry.name, place, source="literal", before=None, note="grid"))
        return image
    if pair is None:
        run.observe(Observation("sink", entry.name, place, source="literal", before=image, note=how))
        step = Step("minmax", place, image.step, label="grid" if how == "minmax" else "")
        return replace(image, map=None, interval=UNIT if how == "minmax" else None, step=step)
    affine = Affine((1 / (pair[1] - pair[0]),), (-pair[0] / (pair[1] - pair[0]),))
    after = replace(
        image, map=image.map.then(affine) if image.map else None,
        interval=image.interval.image(affine).clamp(0, 1) if image.interval else UNIT,  # type: ignore[union-attr]
        step=Step("denormalize", place, image.step, affine),
    )  # fmt: skip
    run.observe(
        Observation("denormalize", entry.name, place, affine, source="literal", before=image, after=after,
                    low=pair[0], high=pair[1], note="grid")
    )  # fmt: skip
    return after


def stretched_apart(run: Machine, images: list[Image]) -> None:
    """Note grids that are put side by side and were stretched, each by its own minimum and maximum."""
    places = {image.step.place for image in images if image.step is not None and image.step.label == "grid"}
    for place in sorted(places) if len(places) > 1 else ():
        run.observe(Observation("sink", "torchvision.utils.make_grid", place, source="literal", note="side by side"))
