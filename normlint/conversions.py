"""Models that are converted with a normalization in front of them, against what they are trained on.

``mo --input_model net.onnx --mean_values [...] --scale_values [...]`` in a README or shell script, ``rknn.config(...)`` in code.
OpenVINO models and nvinfer configs say it beside the model (``side_files.py``).
The numbers of a converter stand in the channel order of the model, and apply to what the user feeds: bytes as a rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from normlint.arrivals import Arrival
from normlint.command_lines import Command
from normlint.entrypoints import EntryPoint
from normlint.evaluate.observations import Conversion, Feed, Observation, WeightsFile
from normlint.mismatches import Mismatch, training_arrivals
from normlint.pairing import Pair, evidence_of
from normlint.pixelmap import Numbers, Stats, close, combine, stats_of
from normlint.values import Image, Origin
from normlint.weight_files import only_trained, same_file

# rknn-toolkit2==2.3.2 rknn/api/rknn.py (config applies to the bytes); openvino==2024.6 openvino/tools/mo/convert.py;
# coremltools==9.0 coremltools/converters/mil/input_types.py (one scale, a bias for each channel).
_OF_FILES = frozenset({"rknn.api.RKNN().config", "openvino.tools.mo.convert_model"})
_OF_MODELS = frozenset({"coremltools.ImageType", "coremltools.converters.mil.input_types.ImageType"})
_APART = 4e-3


def is_converter(observation: Observation) -> bool:
    """Whether it is the call of a converter."""
    return observation.api in _OF_FILES or observation.api in _OF_MODELS


def in_code(
    observations: Iterable[Observation], weights: Iterable[WeightsFile], entries: tuple[EntryPoint, ...]
) -> Iterator[Conversion]:
    """Calls of converters in programs that read one file of weights, or that have one model of the project."""
    loaded: dict[str, set[str]] = defaultdict(set)
    for file in weights:
        if not file.saved:
            loaded[file.entry].add(file.text)
    built = {entry.path: [model for model in entry.models if ".py:" in model] for entry in entries}
    for observation in observations:
        entry = observation.stack[0].path if observation.stack else observation.place.path
        mean, std = observation.mean, observation.std
        if observation.api in _OF_FILES and len(loaded[entry]) == 1 and mean is not None and std is not None:
            yield Conversion(next(iter(loaded[entry])), mean, std, observation.place, entry)
        elif observation.api in _OF_MODELS and len(built.get(entry, ())) == 1 and observation.affine is not None:
            stats = stats_of(observation.affine)
            if stats is not None:
                yield Conversion("", stats.mean, stats.std, observation.place, entry, built[entry][0])


def conversion_mismatches(
    entries: tuple[EntryPoint, ...], conversions: Iterable[Conversion], commands: tuple[Command, ...],
    chosen: Callable[[str, str], bool | None],
) -> Iterator[Mismatch]:  # fmt: skip
    """Conversions of a file that a program saves, with other numbers than its model is trained with.

    Only those that shift count: one that does no more than scale may leave the rest to whoever feeds it.
    """
    once: dict[tuple[object, ...], Conversion] = {}
    for conversion in conversions:
        once.setdefault((conversion.entry, conversion.text, conversion.model, conversion.mean, conversion.std), conversion)
    for conversion in once.values():
        if any(conversion.mean) and all(number > 0 for number in conversion.std):
            yield from _against_training(entries, conversion, commands, chosen)


def _against_training(
    entries: tuple[EntryPoint, ...], conversion: Conversion, commands: tuple[Command, ...],
    chosen: Callable[[str, str], bool | None],
) -> Iterator[Mismatch]:  # fmt: skip
    found: dict[str, tuple[list[Pair], str]] = {}
    for saving, model, told in _holding(entries, conversion):
        for training in entries if ":" in model else ():
            if training.role != "train" or model not in training.models or chosen(training.path, conversion.entry) is False:
                continue
            between = evidence_of(training, saving, model, commands) if training is not saving else ()
            if between or training is saving:
                pairs, _ = found.setdefault(model, ([], ", ".join((*told, *between))))
                pairs.append(Pair(training, saving, model, (*told, *between)))
    if len(found) != 1:
        return  # which of several models the file holds, nobody knows
    ((model, (pairs, reason)),) = found.items()
    expected = training_arrivals(pairs)
    of_bytes, of_units = (_arrival(conversion, model, unit) for unit in (255.0, 1.0))
    if expected is None or of_bytes is None or of_units is None:
        return
    if any(_agrees(arrival, known) for arrival in (of_bytes, of_units) for known in expected):
        return
    likely = of_bytes if max(map(abs, conversion.mean)) > 1.5 else of_units
    yield Mismatch(likely, expected[0], conversion.place, "the converter", "training", reason, "medium")


def _holding(
    entries: tuple[EntryPoint, ...], conversion: Conversion
) -> Iterator[tuple[EntryPoint, str, tuple[str, ...]]]:
    """The programs that have the converted model, or save it to the file that is converted, and what says so."""
    loaded = WeightsFile(conversion.text, False, "", True, conversion.place)
    for entry in entries:
        if conversion.model and entry.path == conversion.entry:
            yield entry, conversion.model, (f"{entry.path} converts {conversion.model.rpartition(':')[2]}",)
        for saved in entry.weights if conversion.text and entry.role != "test" else ():
            path = same_file(saved, loaded) if saved.saved else None
            if path is not None:
                told = (f"{entry.path} saves {path}", f"{conversion.entry} converts it")
                yield entry, saved.model or only_trained(entry), told


def _arrival(conversion: Conversion, model: str, unit: float) -> Arrival | None:
    """How the images of a user whose pictures reach up to ``unit`` arrive at the model."""
    mean, std = (tuple(number / unit for number in numbers) for numbers in (conversion.mean, conversion.std))
    found = Stats(mean, std).affine
    if found is None:
        return None
    origin = Origin("picture", 0, "converted model", conversion.place)
    feed = Feed(model, Image(origin, found, anchored=True), conversion.place)
    return Arrival(feed, found, True, stats_of(found))


def _agrees(arrival: Arrival, known: Arrival) -> bool:
    """Whether both may be the same numbers, rounded to three digits and in either order of the channels."""
    if arrival.agrees(known):
        return True
    mine, theirs = arrival.stats, known.stats
    return mine is not None and theirs is not None and any(_close(mine, other) for other in (theirs, _turned(theirs)))


def _turned(stats: Stats) -> Stats:
    return Stats(stats.mean[::-1], stats.std[::-1])


def _close(one: Stats, other: Stats) -> bool:
    if len(one.std) > 1:
        return close(one.mean, other.mean, 0.0, _APART) and close(one.std, other.std, 0.0, _APART)
    if not min(other.std) * 0.95 <= one.std[0] <= max(other.std) * 1.05:
        return False  # one number has to do for all channels: ``--scale 57.1``
    return close(one.mean, other.mean, 0.0, _APART) or close(_shift(one), _shift(other), 0.0, 10 * _APART)


def _shift(stats: Stats) -> Numbers:
    return combine(lambda mean, std: mean / std, stats.mean, stats.std) or ()
