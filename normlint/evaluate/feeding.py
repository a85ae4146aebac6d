"""Which images reach which model: calls of models, ``fit`` and ``predict``, sessions, and what loaders deliver."""

from __future__ import annotations

import re

from normlint import ir
from normlint.evaluate.machine import Machine, class_member
from normlint.evaluate.observations import Construction, Feed, steps_of, steps_since
from normlint.evaluate.transforms import SEQUENTIAL
from normlint.immutable import replace
from normlint.pixelmap import IDENTITY
from normlint.places import Place
from normlint.values import (
    Alternatives,
    Bound,
    ClassValue,
    Composition,
    Dataset,
    DictCell,
    External,
    FunctionValue,
    Guard,
    Image,
    InstanceCell,
    ListCell,
    Network,
    Origin,
    Ref,
    TupleValue,
    Unknown,
    Value,
)

Named = tuple[tuple[str, Value], ...]

# Last names of the libraries' base classes of models: torch.nn.Module, keras.Model, pytorch_lightning.LightningModule,
# transformers.PreTrainedModel, diffusers.ModelMixin, flax.linen.Module, mmengine.model.BaseModel.
_BASES = frozenset({"Module", "LightningModule", "Model", "PreTrainedModel", "ModelMixin", "BaseModel", "ScriptModule"})
_NO_MODEL = re.compile(r"loss|criterion|metric|normali[sz]|transform|lpips", re.IGNORECASE)
_RUNS_GRAPHS = re.compile(r"^tensorflow\..*Session$")  # one session runs any number of models
_TRAINS = frozenset({"fit", "fit_generator", "train_on_batch", "partial_fit"})
_FEEDS = _TRAINS | {"predict", "predict_on_batch", "predict_generator", "predict_step", "forward", "__call__", "run", "evaluate",
                    "encode_image", "get_image_features", "extract_features", "generate", "infer", "module",
                    "setInput", "set_tensor", "inference"}  # fmt: skip
# keras.Sequential has them, torch.nn.Sequential has not.
_OF_SEQUENTIAL = frozenset(
    {"fit", "fit_generator", "train_on_batch", "predict", "predict_on_batch", "predict_generator", "evaluate", "save",
     "save_weights", "load_weights"}
)  # fmt: skip
_BACKWARD = frozenset({"backward", "zero_grad", "apply_gradients", "manual_backward"})
_SAMPLES = frozenset({"sample", "p_sample_loop", "ddim_sample", "sample_images", "sampling", "generate"})
_MOST_IMAGES = 12
_LONGEST_METHOD = 25
_LONGEST_BUILDER = 12
_FORWARD = frozenset({"forward", "call", "forward_train", "forward_test"})
# Methods of models that get images and are no passes of the network.
_NO_FEED = re.compile(
    r"loss|metric|preprocess|prepare|set_|visual|plot|show|draw|save|write|log|normal|augment|transform|crop|resize|decode|accuracy",
    re.IGNORECASE,
)


def is_model(cls: ClassValue, depth: int = 6) -> bool:
    """Whether a class of the project is a model: it derives from a library's base class of models, or has a ``forward``."""
    if _NO_MODEL.search(cls.name) or depth == 0:
        return False
    if cls.member("forward") is not None:
        return True
    for base in cls.bases:
        if isinstance(base, External) and base.dotted.rsplit(".", 1)[-1] in _BASES:
            return True
        if isinstance(base, ClassValue) and is_model(base, depth - 1):
            return True
    return False


def identity(cls: ClassValue) -> str:
    return f"{cls.place.path}:{cls.name}"


def model_of(run: Machine, value: Value) -> str:
    """What identifies the model that a value is; empty where it is none, or nobody knows."""
    if isinstance(value, Bound):
        sequential = value.name in _OF_SEQUENTIAL and isinstance(run.contents(value.receiver), Composition)
        return SEQUENTIAL if sequential else model_of(run, value.receiver)
    content = run.contents(value)
    if isinstance(content, InstanceCell):
        return identity(content.cls) if is_model(content.cls) else ""
    if isinstance(content, Network):
        return "" if content.processor else content.maker
    if isinstance(content, Unknown) and not _NO_MODEL.search(content.origin.name):
        return content.origin.maker if not _RUNS_GRAPHS.search(content.origin.maker) else ""
    return ""


def images_in(run: Machine, value: Value, depth: int = 3) -> list[tuple[Guard, Image]]:
    """The images that a value is or holds, each with its guard."""
    content = run.contents(value)
    match content:
        case Image():
            return [(frozenset(), content)]
        case TupleValue(items=items) | ListCell(items=items) if depth:
            return [found for item in items[:8] for found in images_in(run, item, depth - 1)]
        case DictCell(items=pairs) if depth:
            return [found for _, item in pairs[:16] for found in images_in(run, item, depth - 1)]
        case Alternatives(options=options):
            return [(guard | inner, image) for guard, option in options for inner, image in images_in(run, option, depth)]
    return []


def record_call(
    run: Machine, function: Value, positional: tuple[Value, ...], named: Named, result: Value, place: Place
) -> None:
    """Log the images that a call hands to a model."""
    if run.muted or (isinstance(function, Bound) and function.name not in _FEEDS):
        return
    model = model_of(run, function)
    if not model:
        return
    if _inside_model(run) and not _is_wrapped(run, function):
        return
    train = isinstance(function, Bound) and function.name in _TRAINS
    values = (*positional, *(value for _, value in named))
    if train or (isinstance(function, Bound) and function.name.endswith("_generator")):
        values = tuple(first_of(run, value) for value in values[:1])
    _log(run, model, made_at(run, function), values, result, train, place)


def hands_to_parts(function: FunctionValue) -> bool:
    """Whether a model's method is short and no forward pass: ``encode`` and the like hand their image to a part."""
    return function.is_within(_LONGEST_METHOD) and function.name not in _FORWARD and not function.name.startswith("__")


def makes_models(run: Machine, function: FunctionValue) -> bool:
    """Whether a function makes the object that holds models of the project (a trainer's or predictor's ``__init__``), or one
    model of a single class.

    A network's own parts are not meant: what has a ``forward`` is one.
    """
    owner = function.owner
    if owner is not None and (function.name != "__init__" or class_member(owner, "forward")[0] is not None):
        return False
    key = ("makes models", function.place)
    known = run.remembered.get(key)
    if not isinstance(known, bool):
        if owner is not None or _is_plain(function):
            count = sum(_names_a_model(run, function, name) for name in run.mentioned(function))
            known = count == 1 if owner is None else count > 0
        else:
            known = False
        run.remembered[key] = known
    return known


def _is_plain(function: FunctionValue) -> bool:
    """A short function without branches: what it returns does not depend on its arguments' values."""
    body = function.body if function.is_within(_LONGEST_BUILDER) else None
    return isinstance(body, tuple) and not any(isinstance(statement, (ir.If, ir.Match)) for statement in body)


def _names_a_model(run: Machine, function: FunctionValue, name: str) -> bool:
    if not name[:1].isupper():
        return False
    with run.inside(function.scope):
        value, _ = run.lookup(name)
    return isinstance(value, ClassValue) and is_model(value)


def record_method(run: Machine, function: FunctionValue, values: tuple[Value, ...], place: Place) -> None:
    """Log the images that go into a method of a model which does not change them: ``model.encode(image)``."""
    receiver = run.contents(function.receiver) if function.receiver is not None else None
    if run.muted or not isinstance(receiver, InstanceCell) or not is_model(receiver.cls) or not hands_to_parts(function):
        return
    if run.matters(function) or _NO_FEED.search(function.name) or _inside_model(run):
        return
    train = _trains(run) or not _BACKWARD.isdisjoint(run.mentioned(function))
    for value in values:
        for guard, image in images_in(run, value):
            stack = tuple(run.stack)
            run.log.feeds.append(
                Feed(
                    identity(receiver.cls), image, place, "", train, run.guard | guard, stack, run.function_name, receiver.made,
                )
            )


def sampled(run: Machine, function: Value, result: Value, place: Place) -> Value:
    """What a generative model's ``sample`` returns: an image of its own, on the scale of what the model is trained on.

    Nothing changes where the method scales the image itself on its way out, or nobody knows whether it does.
    """
    if not isinstance(function, FunctionValue) or function.receiver is None or function.name not in _SAMPLES:
        return result
    model, content = model_of(run, function.receiver), run.contents(result)
    options = [run.contents(option) for _, option in content.options] if isinstance(content, Alternatives) else [content]
    images = [option for option in options if isinstance(option, Image) and _is_unscaled(option)]
    if not model or len(images) != len(options):
        return result
    origin = Origin("sample", run.numbering.next(), function.name, place, maker=model)
    return replace(images[0], origin=origin, map=IDENTITY, step=None, pending=None)


def _is_unscaled(image: Image) -> bool:
    return image.map is None and not any(step.affine is not None and any(step.affine.gain) for step in steps_of(image))


def _inside_model(run: Machine) -> bool:
    """Whether the call is a part of a model's own forward pass."""
    return any(
        frame.function is not None and frame.function.owner is not None
        and frame.function.name in {"forward", "call", "__call__"} and is_model(frame.function.owner)
        for frame in run.frames
    )  # fmt: skip


def _is_wrapped(run: Machine, model: Value) -> bool:
    """Whether a model was there before the one whose forward pass calls it: that one wraps it, say for an export."""
    receivers = [
        frame.function.receiver for frame in run.frames
        if frame.function is not None and frame.function.owner is not None and is_model(frame.function.owner)
    ]  # fmt: skip
    outer = receivers[0] if receivers else None
    return isinstance(model, Ref) and isinstance(outer, Ref) and model.address < outer.address


def _trains(run: Machine) -> bool:
    """Whether a function on the way here runs a backward pass."""
    functions = [frame.function for frame in run.frames if frame.function is not None]
    return any(f.name == "training_step" or not _BACKWARD.isdisjoint(run.mentioned(f)) for f in functions)


def first_of(run: Machine, value: Value) -> Value:
    """The inputs that ``fit(x, y)`` or ``fit(sequence)`` hands to the model."""
    from normlint.evaluate.datasets import item_of, iterates

    if not iterates(run, value):
        return value
    item = run.contents(item_of(run, value))
    return item.items[0] if isinstance(item, (TupleValue, ListCell)) and item.items else run.unknown()


def made_at(run: Machine, value: Value) -> Place | None:
    """Where the object that a model is was made; None for what is no object of the project."""
    content = run.contents(value.receiver if isinstance(value, Bound) else value)
    return content.made if isinstance(content, InstanceCell) else None


def _log(
    run: Machine, model: str, made: Place | None, values: tuple[Value, ...], result: Value, train: bool, place: Place
) -> None:
    logged = 0
    for value in values:
        for guard, image in images_in(run, value):
            if logged >= _MOST_IMAGES or _maps(run, result, image):
                return
            logged += 1
            run.log.feeds.append(
                Feed(
                    model, image, place, "", train or _trains(run), run.guard | guard, tuple(run.stack), run.function_name, made,
                )
            )  # fmt: skip


def _maps(run: Machine, result: Value, image: Image) -> bool:
    """Whether a call gave back the image itself, through a map: a transform, no model."""
    after = run.contents(result)
    return isinstance(after, Image) and bool(steps_since(after, image) is not None)


def record_delivery(run: Machine, dataset: Value, item: Value, train: bool, place: Place) -> None:
    """Log the images that a loader delivers, with the identity of its data set."""
    if run.muted:
        return
    for guard, image in images_in(run, item)[:_MOST_IMAGES]:
        run.log.feeds.append(
            Feed("", image, place, dataset_name(run, dataset), train, run.guard | guard, tuple(run.stack), run.function_name)
        )


def dataset_name(run: Machine, dataset: Value) -> str:
    content = run.contents(dataset)
    if isinstance(content, InstanceCell):
        return identity(content.cls)
    return dataset.dotted if isinstance(dataset, Dataset) else ""


def record_construction(run: Machine, cls: ClassValue, place: Place) -> None:
    """Log that a model was constructed."""
    if not run.muted and not run.dormant and is_model(cls):
        run.log.constructions.add(Construction(identity(cls), (run.stack[0] if run.stack else place).path))

