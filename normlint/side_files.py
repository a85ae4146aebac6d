"""Files beside a deployed model that say how its input is normalized: OpenVINO IR, and nvinfer configs in YAML.

OpenVINO IR ends with what the model was converted with: ``<mean_values value="[123.675,116.28,103.53]"/>`` in ``cli_parameters``
or ``conversion_parameters`` (openvino==2024.6 tools/mo), or in ``model_info`` (DL Streamer, "Model Info Section"). NVIDIA's
"Gst-nvinfer": y = net-scale-factor * (x - offsets) for pixels of 0..255; paths are relative to the config.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from normlint.evaluate.observations import Conversion, Observation
from normlint.pixelmap import Numbers
from normlint.places import Place
from normlint.text_sieve import LARGEST_IR, may_be_ir

_MOST = 20
_NUMBER = r"-?\d{1,6}\.?\d{0,20}"
_NUMBERS = re.compile(
    r"\s*(?:\w{1,60}(?=[\[(]))?[\[(]{0,2}\s*"
    rf"(?P<numbers>{_NUMBER}(?:[,;\s]\s*{_NUMBER}){{0,3}})[;\s]*[\])]{{0,2}}\s*"
)
_ELEMENT = re.compile(rb'<(mean_values|scale_values|input_model)\s{1,8}value="([^"<\n]{1,300})"')
_KEY = re.compile(r"^[ \t]{1,16}(net-scale-factor|offsets|onnx-file)[ \t]*:[ \t]*['\"]?([^#\n'\"]{1,300})", re.MULTILINE)


def observe_ir(path: str, data: bytes) -> list[Observation]:
    """The mean and scale of an IR as sites, in the order of the file."""
    found = []
    for name, numbers, place in _stats(path, data):
        mean, std = (numbers, None) if name == "mean_values" else (None, numbers)
        found.append(Observation("config", name, place, mean=mean, std=std, source="config"))
    return found


def ir_conversions(path: str, data: bytes) -> Iterator[Conversion]:
    """What an IR was converted with, from a model in its own folder; nothing where it says two things."""
    stats = _stats(path, data)
    means = {numbers: place for name, numbers, place in reversed(stats) if name == "mean_values"}
    stds = {numbers for name, numbers, _ in stats if name == "scale_values"}
    models = {text for name, text, _ in _elements(path, data) if name == "input_model"}
    if len(means) == len(stds) == 1 and len(models) < 2:
        ((mean, place),) = means.items()
        # The converter hides the folder of the model: ``DIR/net.onnx``.
        model = re.split(r"[/\\]", models.pop())[-1] if models else path.rpartition("/")[2].rpartition(".")[0] + ".onnx"
        yield Conversion(model, mean, stds.pop(), place, path)


def nvinfer_conversions(path: str, data: bytes) -> Iterator[Conversion]:
    """What an nvinfer config in YAML does to the pixels for the one model that it names."""
    if b"net-scale-factor" not in data or len(data) > LARGEST_IR:
        return
    text = data.decode("utf-8", "replace")
    given: dict[str, list[re.Match[str]]] = {}
    for match in _KEY.finditer(text):
        given.setdefault(match[1], []).append(match)
    if any(len(given.get(key, ())) != 1 for key in ("net-scale-factor", "offsets", "onnx-file")):
        return
    scale, offsets, model = (given[key][0] for key in ("net-scale-factor", "offsets", "onnx-file"))
    factor, mean = _numbers(scale[2]), _numbers(offsets[2])
    if factor is not None and mean is not None and len(factor) == 1 and factor[0] > 1e-9:
        line, column = text.count("\n", 0, offsets.start(1)) + 1, offsets.start(1) - text.rfind("\n", 0, offsets.start(1))
        place = Place(path, line, column, line, column + len(offsets[0].strip()))
        yield Conversion(model[2].strip(), mean, (1 / factor[0],), place, path)


def _stats(path: str, data: bytes) -> list[tuple[str, Numbers, Place]]:
    found = []
    for name, text, place in _elements(path, data):
        numbers = _numbers(text) if name != "input_model" else None
        if numbers is not None:
            found.append((name, numbers, place))
    return found


def _elements(path: str, data: bytes) -> Iterator[tuple[str, str, Place]]:
    """No parser: a scan for three elements expands no entities, and takes time linear in the file."""
    if not may_be_ir(data):
        return
    for count, match in enumerate(_ELEMENT.finditer(data)):
        if count == _MOST:
            return
        start = data.rfind(b"\n", 0, match.start()) + 1
        line = data.count(b"\n", 0, start) + 1
        column = len(data[start : match.start()].decode("utf-8", "replace")) + 1
        text = match[0].decode("utf-8", "replace")
        yield match[1].decode(), match[2].decode("utf-8", "replace"), Place(path, line, column, line, column + len(text))


def _numbers(text: str) -> Numbers | None:
    match = _NUMBERS.fullmatch(text)
    return tuple(float(number) for number in re.findall(_NUMBER, match["numbers"])) if match else None
