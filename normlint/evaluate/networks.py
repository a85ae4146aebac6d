"""Models and processors loaded from published checkpoints: what they are given, and the processors' own stats."""

from __future__ import annotations

import re

from normlint.catalogue import Entry
from normlint.evaluate.emission import flush
from normlint.evaluate.machine import Machine
from normlint.evaluate.observations import CheckpointLoad, Observation
from normlint.evaluate.parameters import vector_of
from normlint.immutable import replace
from normlint.places import Place
from normlint.values import (
    Alternatives,
    Constant,
    DictCell,
    External,
    Image,
    InstanceCell,
    ListCell,
    Network,
    TupleValue,
    Value,
    Vector,
    as_image,
)
from normlint.values import Unknown as UnknownValue

Arguments = dict[str, Value]
Named = tuple[tuple[str, Value], ...]

_FIELD = re.compile(r"\{(\w+)\}")
_HUB_PREFIXES = ("hf-hub:", "hf_hub:", "local-dir:")
_SAME_MODEL = frozenset(
    {"to", "cuda", "cpu", "eval", "train", "float", "half", "bfloat16", "requires_grad_", "share_memory", "freeze", "compile"}
)
_FORWARD = frozenset(
    {"forward", "__call__", "forward_features", "encode_image", "get_image_features", "setInput", "predict", "extract_features",
     "get_intermediate_layers", "features", "generate", "preprocess"}
)  # fmt: skip
_IMAGES = ("pixel_values", "images", "image", "x", "input", "inputs", "blob", "pixel_values_videos")
_WEIGHTS_MEMBER = re.compile(r"\w+_Weights\.\w+")
_SETTINGS = "preprocessor_config.json"
_STATS_NAMES = {"image_mean": "mean", "image_std": "std"}


def load(run: Machine, entry: Entry, arguments: Arguments, value: Value, place: Place) -> Value:
    """A call that loads a checkpoint: the model, its processor, or a tuple of them; unknown where nobody knows which."""
    from normlint.catalogue.checkpoints import checkpoints

    called = _object(run, entry, arguments)
    if called is not None:
        return called
    results = str(entry.operation.get("result", "model")).split()
    name = next((n for n in _names(run, entry, arguments) if checkpoints().find(n) is not None), None)
    if name is None and results == ["processor"]:
        own = _of_the_project(run, entry, arguments, place)
        if own is not None:
            return own
    if name is None or not _is_loaded(run, entry, arguments):
        last = entry.name.rsplit(".", 1)[-1]
        makers = (entry.name if result == "model" else "" for result in results)
        unknown = tuple(run.unknown("output", last, place, maker=maker) for maker in makers)
        return unknown[0] if len(unknown) == 1 else TupleValue(unknown)
    known = checkpoints().find(name)
    assert known is not None
    if run.muted == 0:
        kind = "processor" if results == ["processor"] else "checkpoint"
        run.observe(Observation(kind, entry.name, place, mean=known.mean, std=known.std, source="catalogue", note=name))  # type: ignore[arg-type]
    values = tuple(_loaded(run, name, result, entry.name, place) for result in results)
    if "model" in results:
        note(run, name, entry.name, place, place)
    return values[0] if len(values) == 1 else TupleValue(values)


def _of_the_project(run: Machine, entry: Entry, arguments: Arguments, place: Place) -> Network | None:
    """A processor whose ``preprocessor_config.json`` (transformers==4.57 image_processing_base.py) lies in the project."""
    from normlint.config_trees import plain

    folder = next((text for value in arguments.values() if (text := _text(run, value, file=False))), "")
    trees = run.config_trees
    path = trees.path_of(run.module.path, f"{folder}/{_SETTINGS}") if folder and trees is not None else None
    tree = trees.load(path) if path is not None and trees is not None else None
    if tree is None:
        return None
    said = {key: plain(value) for key, value in tree.items}
    numbers = [tuple(n) if isinstance(n := said.get(key), list) else () for key in _STATS_NAMES]
    if not all(numbers) or not all(isinstance(number, (int, float)) for part in numbers for number in part):
        return None
    scale = said.get("rescale_factor", 1 / 255)
    if said.get("do_normalize") is False or said.get("do_rescale") is False or not isinstance(scale, float):
        return None
    if abs(scale * 255 - 1) > 1e-3:
        return None
    mean, std = (
        Vector(tuple(float(number) for number in part), label, key.place, "config")
        for part, (name, label) in zip(numbers, _STATS_NAMES.items(), strict=True)
        if (key := tree.get(name)) is not None
    )
    if run.muted == 0:
        run.observe(Observation("processor", entry.name, place, mean=mean.numbers, std=std.numbers, source="config", note=folder))
    return Network(f"{folder}/", place, True, entry.name, (mean, std))


def _object(run: Machine, entry: Entry, arguments: Arguments) -> External | None:
    """What a repository of the hub hands out, where that takes pictures as they are: an object that the catalogue knows."""
    known = entry.operation.get("objects")
    repository = _text(run, arguments.get(entry.parameters[0]), file=False) if isinstance(known, dict) else ""
    dotted = known.get(repository.split(":")[0]) if isinstance(known, dict) else None
    return External(dotted) if isinstance(dotted, str) and "autoshape" not in arguments else None


def _loaded(run: Machine, name: str, result: str, maker: str, place: Place) -> Value:
    """The model, its processor, or the dict of its settings."""
    network = Network(name, place, result == "processor", maker)
    if result != "config":
        return network
    found = tuple((label, vector) for label, vector in zip(("mean", "std"), stats_of(network), strict=True) if vector)
    return run.allocate(DictCell(found, open=True))


def weights_transform(dotted: str, place: Place) -> Network | None:
    """``ResNet50_Weights.DEFAULT.transforms()``"""
    from normlint.catalogue.checkpoints import checkpoints

    member = _WEIGHTS_MEMBER.search(dotted)
    if member is None or not dotted.endswith(f"{member[0]}.transforms") or checkpoints().find(member[0]) is None:
        return None
    return Network(member[0], place, processor=True)


def _is_loaded(run: Machine, entry: Entry, arguments: Arguments) -> bool:
    """Whether the weights are loaded: a flag or name that is known to be given."""
    flags = entry.operation.get("loaded")
    if not isinstance(flags, (list, tuple)):
        return True
    for flag in flags:
        given = arguments.get(str(flag))
        content = run.contents(given) if given is not None else None
        if isinstance(content, External) or (isinstance(content, Constant) and content.value):
            return True
    return False


def _names(run: Machine, entry: Entry, arguments: Arguments) -> list[str]:
    """What the templates of an entry become with these arguments."""
    templates = entry.operation.get("id")
    found: list[str] = []
    for template in templates if isinstance(templates, (list, tuple)) else ():
        parts = {"name": entry.name.rsplit(".", 1)[-1]}
        for field in _FIELD.findall(str(template)):
            if field not in parts:
                parts[field] = _text(run, arguments.get(field), file=str(template).startswith("file/"))
        if all(parts[field] for field in _FIELD.findall(str(template))):
            found.append(_FIELD.sub(lambda match, known=parts: known[match[1]], str(template)))  # type: ignore[misc]
    return found


def _text(run: Machine, value: Value | None, *, file: bool) -> str:
    content = run.contents(value) if value is not None else None
    if isinstance(content, Alternatives):
        texts = {_text(run, option, file=file) for _, option in content.options}
        return texts.pop() if len(texts) == 1 else ""
    if isinstance(content, Network):
        return content.checkpoint
    if isinstance(content, External):
        member = _WEIGHTS_MEMBER.search(content.dotted)
        return member[0].rsplit(".", 1)[-1] if member else ""
    if isinstance(content, UnknownValue) and file:
        return content.origin.name
    if not isinstance(content, Constant):
        return ""
    if content.value is True:
        return "DEFAULT"
    if not isinstance(content.value, str):
        return ""
    text = content.value.rsplit("_Weights.", 1)[-1]
    for prefix in _HUB_PREFIXES:
        text = text.removeprefix(prefix)
    if file:
        return text.replace("\\", "/").rsplit("/", 1)[-1]
    return text.removesuffix(":main").removesuffix(":master")


def note(
    run: Machine, checkpoint: str, api: str, place: Place, loaded: Place, image: Image | None = None,
    written: tuple[tuple[float, ...], tuple[float, ...]] | None = None,
) -> None:  # fmt: skip
    """Write down that a checkpoint was loaded, and what it is given."""
    if run.muted:
        return
    scope = f"{run.module.path}:{run.function_name}"
    run.log.loads.append(
        CheckpointLoad(checkpoint, api, place, loaded, scope, run.guard, image, written, tuple(run.stack))
    )


def give(run: Machine, network: Network, positional: tuple[Value, ...], named: Named, place: Place) -> Value:
    """A call of a loaded model or processor with an image."""
    arguments = dict(named)
    value = next((arguments[name] for name in _IMAGES if name in arguments), positional[0] if positional else None)
    for other in (*positional, *arguments.values()):
        flush(run, other)
    if value is None:
        return run.unknown("output", network.checkpoint, place)
    content = run.contents(flush(run, value))
    if isinstance(content, (ListCell, TupleValue)) and content.items:
        content = run.contents(content.items[0])
    if isinstance(content, DictCell):
        inner = content.get("pixel_values")
        content = run.contents(inner) if inner is not None else content
    options = content.options if isinstance(content, Alternatives) else ((frozenset(), content),)
    for guard, option in options:
        image = run.contents(option) if not isinstance(option, (Image, DictCell)) else option  # type: ignore[arg-type]
        if isinstance(image, UnknownValue):
            image = as_image(image)
        if isinstance(image, Image):
            if network.processor:
                return _processed(run, network, replace(image, pending=None), place)
            with run.under(run.guard | guard):
                note(run, network.checkpoint, "", place, network.place, replace(image, pending=None))
    return run.unknown("output", network.checkpoint, place)


def _processed(run: Machine, network: Network, image: Image, place: Place) -> Value:
    """What a processor makes of an image: a dict for transformers, a tensor otherwise."""
    from normlint.evaluate.operations import operate

    mean, std = stats_of(network)
    entry = run.catalogue.lookup("torchvision.transforms.Normalize")
    unit = run.catalogue.lookup("torchvision.transforms.ToTensor")
    if mean is None or std is None or entry is None or unit is None or not image.anchored:
        return run.unknown("output", network.checkpoint, place)
    run.muted += 1
    try:
        scaled = operate(run, unit, {}, image, place)
        normalized = operate(run, entry, {"mean": mean, "std": std}, scaled, place)
    finally:
        run.muted -= 1
    return run.allocate(DictCell((("pixel_values", normalized),), open=True)) if "/" in network.checkpoint else normalized


def stats_of(network: Network) -> tuple[Vector | None, Vector | None]:
    """The mean and std of a checkpoint on the unit scale, as values of a source file."""
    from normlint.catalogue.checkpoints import checkpoints

    if network.stats is not None:
        return network.stats
    known = checkpoints().find(network.checkpoint)
    stats = known.stats if known is not None and not known.inside else None
    if stats is None:
        return None, None
    return Vector(stats.mean, "mean", network.place, "catalogue"), Vector(stats.std, "std", network.place, "catalogue")


def attribute(run: Machine, network: Network, name: str) -> Value | None:
    """``processor.image_mean``; None for what is not known."""
    label = _STATS_NAMES.get(name)
    if label is not None and network.processor:
        return stats_of(network)[0 if label == "mean" else 1]
    return network if name in {"model", "backbone", "module", "image_processor", "vision_model"} else None


def method(run: Machine, network: Network, name: str, positional: tuple[Value, ...], named: Named, place: Place) -> Value:
    if name in _SAME_MODEL:
        return network
    if name in _FORWARD:
        return give(run, network, positional, named, place)
    for value in (*positional, *(value for _, value in named)):
        flush(run, value)
    if name in {"load_state_dict", "load_weights", "from_pretrained", "restore"}:
        run.log.own_weights.add(network.place)
    return run.unknown("output", name, place, maker=network.maker if name == "state_dict" else "")


def replaced_weights(run: Machine, cell: InstanceCell) -> None:
    """``self.load_state_dict(...)``: the checkpoints that the object's parts were loaded from no longer count."""
    for _, value in cell.attributes:
        if isinstance(value, Network):
            run.log.own_weights.add(value.place)


def beside_a_name(run: Machine, cell: DictCell, keys: dict[str, Place]) -> None:
    """``{"url": ..., "mean": ..., "std": ...}``: stats written beside the file or enum of the weights."""
    from normlint.catalogue.checkpoints import checkpoints

    mean, std = (vector_of(run, cell.get(name)) for name in ("mean", "std"))
    if mean is None or std is None:
        return
    for key in ("url", "weights", "file", "checkpoint", "hf_hub_id"):
        address = cell.get(key)
        content = run.contents(address) if address is not None else None
        name = ""
        if isinstance(content, External):
            member = _WEIGHTS_MEMBER.search(content.dotted)
            name = member[0] if member else ""
        elif isinstance(content, Constant) and isinstance(content.value, str):
            name = content.value if key == "hf_hub_id" else "file/" + content.value.rsplit("/", 1)[-1]
        known = checkpoints().find(name) if name else None
        if known is not None:
            # The key may have come along with a mapping that is spread here.
            note(run, known.name, key, keys["mean"], keys.get(key, keys["mean"]), written=(mean.numbers, std.numbers))
