"""Command lines in READMEs and shell scripts: the flags that say how images are normalized.

``mo --mean_values [123.675,116.28,103.53] --scale_values [58.395,57.12,57.375]``, ``train.py --mean 0.5 0.5 0.5``. What stands
there is listed as a site, and a default that such a line replaces is no longer what the program works with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property

from normlint.evaluate.machine import label_of
from normlint.evaluate.observations import Conversion, Observation
from normlint.immutable import dataclass
from normlint.pixelmap import Numbers
from normlint.places import Place
from normlint.text_sieve import may_document

_MOST_FILES = 200
_LONGEST_LINE = 2_000
_NUMBER = r"-?\d{1,6}\.?\d{0,12}"
# ``--mean_values [1,2,3]``, ``--mean-values=data[1,2,3]``, ``--mean 1 2 3``, ``--mean "1,2,3"``, ``--input_std 127.5``.
_FLAG = re.compile(
    r"(?<![\w-])--?(?P<name>[A-Za-z][\w-]{0,30})(?:\s*=\s*|\s+)(?P<open>[\"']?(?:\w{1,20}[\[(]|[\[(])?[\[(]?)\s*"
    rf"(?P<numbers>{_NUMBER}(?:(?:\s*,\s*|\s+){_NUMBER}){{0,3}})(?![\w.%])"
)
# openvino==2024.6 mo --scale_values, tflite_convert --std_dev_values, TensorFlow's label_image --input_std.
_STD = re.compile(r"^(?:scale|input_scale|std_dev|std)_values?$|^scale_values|^input_std$", re.IGNORECASE)
# The file that a converter reads: ``--input_model a.onnx``, ``-m a.onnx``, ``ovc a.onnx``; not what it writes.
_MODEL = re.compile(
    r"(?:(?<![\w-])(?P<flag>--?[A-Za-z][\w-]{0,30})(?:\s*=\s*|\s+))?(?<![\w./-])[\"']?"
    r"(?P<file>[\w./-]{1,200}\.(?:onnx|pb|pth|pt|h5|keras|tflite|pdmodel|caffemodel|mlmodel))\b[\"']?"
)
# The config that a program reads: ``export.py configs/resnet.py``, ``--config resnet.yaml``; the program itself stands first.
_CONFIG = re.compile(r"(?<![\w./-])(?P<file>[\w./-]{1,200}\.(?:py|ya?ml))(?![\w./-])")
_WRITES = re.compile(r"out|^-+o$|save|dst|target|name", re.IGNORECASE)
_NO_STATS = re.compile(r"noise|sigma|init|weight|latent|action|reward|^m$|^s$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag with one to four numbers; ``name`` is spelled as argparse's destination.

    ``command`` is the line that its command begins on.
    """

    name: str
    label: str
    numbers: Numbers
    place: Place
    command: int = 0


def flags(path: str, data: bytes) -> Iterator[Flag]:
    """The flags of a text that are called after a mean or a std."""
    if not may_document(data):
        return
    command, goes_on = 0, False
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        command = command if goes_on else number
        goes_on = line.rstrip().endswith("\\")
        if "-" not in line or len(line) > _LONGEST_LINE:
            continue
        for match in _FLAG.finditer(line):
            name = match["name"].replace("-", "_")
            label = "std" if _STD.search(name) else label_of(name.removesuffix("_values").removesuffix("_value"))
            if label not in {"mean", "std"} or _NO_STATS.search(name):
                continue
            numbers = tuple(float(text) for text in re.findall(_NUMBER, match["numbers"]))
            place = Place(path, number, match.start() + 1, number, match.end() + 1)
            yield Flag(name, label, numbers, place, command)


def observe_flags(path: str, data: bytes) -> list[Observation]:
    """The flags as sites."""
    return [
        Observation(
            "config", f"--{flag.name}", flag.place, mean=flag.numbers if flag.label == "mean" else None,
            std=flag.numbers if flag.label == "std" else None, source="config",
        )
        for flag in flags(path, data)
    ]  # fmt: skip


def conversions(path: str, data: bytes) -> Iterator[Conversion]:
    """The commands of a text that give one model a mean and a std to normalize its input with."""
    given: dict[int, dict[str, list[Flag]]] = {}
    for flag in flags(path, data):
        given.setdefault(flag.command, {}).setdefault(flag.label, []).append(flag)
    lines = data.decode("utf-8", "replace").splitlines() if given else []
    for start, labels in given.items():
        means, stds = labels.get("mean", []), labels.get("std", [])
        whole = _command(lines, start)
        for files in (set(_models(whole)), set(_configs(whole))):
            if len(means) == len(stds) == len(files) == 1:
                mean, std = means[0], stds[0]
                yield Conversion(files.pop(), mean.numbers, std.numbers, mean.place, path)


def _command(lines: list[str], start: int) -> str:
    """The command that begins on a line, with the lines that it goes on on."""
    whole = ""
    for line in lines[start - 1 :]:
        whole += line.rstrip().removesuffix("\\") + " "
        if not line.rstrip().endswith("\\") or len(whole) > _LONGEST_LINE:
            break
    return whole


def _models(command: str) -> Iterator[str]:
    """The files that a command reads a model from."""
    for match in _MODEL.finditer(command):
        if match["flag"] is None or _WRITES.search(match["flag"]) is None:
            yield match["file"]


def _configs(command: str) -> Iterator[str]:
    """The config files that a command hands to a program; nothing where no program of Python stands first."""
    files = [match["file"] for match in _CONFIG.finditer(command)]
    return iter(files[1:] if files and files[0].endswith(".py") else ())


class DocumentedFlags:
    """The texts of a project, read where an option of its programs has a default."""

    def __init__(self, paths: tuple[str, ...], data: Callable[[str], bytes | None]) -> None:
        self._paths = paths[:_MOST_FILES]
        self._data = data

    @cached_property
    def _given(self) -> dict[str, list[Numbers]]:
        found: dict[str, list[Numbers]] = {}
        for path in self._paths:
            for flag in flags(path, self._data(path) or b""):
                found.setdefault(flag.name, []).append(flag.numbers)
        return found

    def replaces(self, name: str, numbers: Numbers) -> bool:
        """Whether a command line gives an option another value than this default."""
        return any(given != numbers for given in self._given.get(name, ()))
