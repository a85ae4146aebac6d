"""Files of weights: which model is saved to one, and which program loads it."""

from __future__ import annotations

from normlint.evaluate.feeding import identity, is_model, model_of
from normlint.evaluate.machine import Machine
from normlint.evaluate.observations import WeightsFile
from normlint.evaluate.paths import resolved, text_of
from normlint.immutable import replace
from normlint.places import Place
from normlint.values import (
    Bound,
    ClassValue,
    DictCell,
    External,
    InstanceCell,
    ListCell,
    Network,
    TupleValue,
    Unknown,
    Value,
)

Named = tuple[tuple[str, Value], ...]

SUFFIXES = (
    ".pth", ".pt", ".tar", ".ckpt", ".h5", ".hdf5", ".keras", ".pkl", ".onnx", ".tflite", ".pb", ".safetensors", ".bin",
    ".pdparams", ".params", ".npz", ".engine", ".trt", ".plan", ".weights", ".jit", ".torchscript", ".model", ".xml", ".mlmodel",
)  # fmt: skip
# Last names of what writes a model, and of what reads one, in torch, keras, lightning, onnx, paddle, chainer, openvino.
_SAVES = frozenset(
    {"save", "save_weights", "save_model", "save_checkpoint", "save_npz", "export", "save_lite_model", "ModelCheckpoint",
     "save_parameters", "save_file"}
)  # fmt: skip
_LOADS = frozenset(
    {"load", "load_weights", "load_checkpoint", "load_from_checkpoint", "load_npz", "load_parameters", "restore",
     "load_file", "load_onnx", "load_pytorch", "load_tflite", "load_tensorflow", "convert_model"}
)  # fmt: skip
# What gives back a model that can be called.
_MODELS = frozenset(
    {"load_model", "InferenceSession", "Interpreter", "read_model", "compile_model", "readNet", "readNetFromONNX",
     "readNetFromTensorflow", "readNetFromTorch"}
)  # fmt: skip
_WHOLE = frozenset({"torch.load", "torch.jit.load", "tensorflow.saved_model.load", "paddle.jit.load"})


def record(run: Machine, function: Value, positional: tuple[Value, ...], named: Named, result: Value, place: Place) -> Value:
    """Log a file of weights that a call saves or loads. A model that was loaded as a whole is known by its file."""
    name = function.name if isinstance(function, Bound) else function.dotted if isinstance(function, External) else ""
    last = name.rsplit(".", 1)[-1]
    saves = last in _SAVES
    if not saves and last not in _LOADS and last not in _MODELS:
        return result
    text = file_of(run, (*positional, *(value for _, value in named)))
    if not text or run.muted:
        return result
    owner = model_of(run, function) if isinstance(function, Bound) else ""
    model, whole = owner or _model_among(run, positional), False
    if isinstance(function, Bound) and isinstance(function.receiver, ClassValue) and is_model(function.receiver):
        model = identity(function.receiver)
        result = _made_by(result, model)
    elif not saves and not owner and (last in _MODELS or name in _WHOLE):
        model, whole = whole_file(run, text, place), True
        result = _made_by(result, model)
    run.log.weights.append(WeightsFile(text, saves, model, whole, place, tuple(run.stack)))
    return result


def whole_file(run: Machine, text: str, place: Place) -> str:
    """What identifies a model that is known by its file only."""
    entry = run.stack[0].path if run.stack else place.path
    path = resolved(text, entry.rpartition("/")[0]) or text
    return f"{path}:{path.rsplit('/', 1)[-1]}"


def file_of(run: Machine, values: tuple[Value, ...]) -> str:
    """The path among the arguments that names a file of weights; empty where there is none."""
    for value in values:
        text = text_of(run, value)
        if text and text.lower().endswith(SUFFIXES):
            return text
    return ""


def _made_by(result: Value, model: str) -> Value:
    if isinstance(result, Unknown) and ":" not in result.origin.maker:
        return replace(result, origin=replace(result.origin, maker=model))
    if isinstance(result, Network) and not result.processor:
        return replace(result, maker=model)
    return result


def _model_among(run: Machine, values: tuple[Value, ...], depth: int = 2) -> str:
    """The first model among some values, or what was made of one (``model.state_dict()``), also in a dict or list.

    The path among the values is no model, whatever made it.
    """
    for value in values:
        content = run.contents(value)
        match content:
            case InstanceCell() | Network():
                found = model_of(run, value)
            case Unknown(origin=origin, text=""):
                found = origin.maker
            case DictCell(items=items) if depth:
                found = _model_among(run, tuple(item for _, item in items), depth - 1)
            case TupleValue(items=items) | ListCell(items=items) if depth:
                found = _model_among(run, items, depth - 1)
            case _:
                found = ""
        if found:
            return found
    return ""
