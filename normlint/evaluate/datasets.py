"""Data sets and loaders: what iterating over training or test data gives.

``for images, labels in DataLoader(dataset)`` binds what the data set's ``__getitem__`` returns, collated.
"""

from __future__ import annotations

import re

from normlint.evaluate.keras_data import FILES, MAP, SLICES, ZIP, element
from normlint.evaluate.machine import Machine, class_member
from normlint.evaluate.pipelines import handed_over
from normlint.immutable import replace
from normlint.places import Place
from normlint.values import (
    Alternatives,
    Composition,
    Constant,
    Dataset,
    DictCell,
    External,
    FunctionValue,
    Image,
    InstanceCell,
    ListCell,
    Loader,
    Partial,
    Ref,
    Transform,
    TupleValue,
    Unknown,
    Value,
)

Named = tuple[tuple[str, Value], ...]

# torch==2.13.0 torch/utils/data/dataloader.py: DataLoader(dataset, batch_size=1, shuffle=None, ..., collate_fn=None)
_LOADERS = frozenset({
    "torch.utils.data.DataLoader", "torch.utils.data.dataloader.DataLoader", "monai.data.DataLoader", "paddle.io.DataLoader",
    "torch_geometric.loader.DataLoader", "prefetch_generator.BackgroundGenerator", "timm.data.create_loader",
})  # fmt: skip
# Parts of a data set: their items are the items of the first argument.
_PARTS = frozenset({"torch.utils.data.Subset", "torch.utils.data.dataset.Subset"})
_SPLITS = frozenset({"torch.utils.data.random_split", "torch.utils.data.dataset.random_split"})
_JOINED = frozenset({"torch.utils.data.ConcatDataset", "torch.utils.data.dataset.ConcatDataset"})
# torchvision==0.28.0 torchvision/datasets/mnist.py, usps.py: Image.fromarray(..., mode="L")
_GRAY = frozenset({"MNIST", "FashionMNIST", "KMNIST", "EMNIST", "QMNIST", "USPS", "Omniglot", "SEMEION"})
_MOST_PARTS = 6
_TRANSFORMS = (Composition, Transform, FunctionValue, InstanceCell, Alternatives)


def is_dataset_call(dotted: str, named: Named) -> bool:
    """Whether a library call makes or wraps a data set or loader."""
    return dotted in _LOADERS or dotted in _PARTS or dotted in _SPLITS or dotted in _JOINED or _is_library(dotted, named)


def _is_library(dotted: str, named: Named) -> bool:
    if dotted.startswith("torchvision.datasets."):
        return True
    last = dotted.rsplit(".", 1)[-1]
    return last[:1].isupper() and any(name == "transform" for name, _ in named)


def make(run: Machine, dotted: str, positional: tuple[Value, ...], named: Named, place: Place) -> Value:
    """The data set or loader that a library call constructs."""
    arguments = dict(named)
    first = positional[0] if positional else arguments.get("dataset", arguments.get("datasets"))
    if dotted in _LOADERS:
        return run.unknown("output", "DataLoader", place) if first is None else loader(run, first, arguments, place)
    if dotted in _PARTS and first is not None:
        return first
    if dotted in _SPLITS and first is not None:
        return run.allocate(ListCell((first,), open=True))
    if dotted in _JOINED and first is not None:
        return first
    transform = _transform_among(run, positional, arguments)
    handed_over(run, dotted, transform, place)
    return Dataset(dotted, transform, place)


def _transform_among(run: Machine, positional: tuple[Value, ...], arguments: dict[str, Value]) -> Value | None:
    """``ImageFolder(root, transform)``, ``MNIST(root, True, transform)``, ``transform=``; unknown for joint ``transforms=``."""
    if "transforms" in arguments:
        return run.unknown(name="transforms")
    given = [value for value in positional if isinstance(run.contents(value), _TRANSFORMS)]
    return arguments.get("transform", given[0] if given else None)


def loader(run: Machine, dataset: Value, arguments: dict[str, Value], place: Place) -> Value:
    from normlint.evaluate.feeding import record_delivery

    collate = arguments.get("collate_fn")
    made = Loader(dataset, None if collate == Constant(None) else collate, place)
    shuffles = arguments.get("shuffle")
    train = isinstance(shuffles, Constant) and shuffles.value is True
    record_delivery(run, dataset, item_of(run, made), train, place)
    return made


def iterates(run: Machine, value: Value) -> bool:
    """Whether a value is a loader or data set whose items can be worked out."""
    if isinstance(value, (Loader, Dataset)):
        return True
    content = run.contents(value)
    return isinstance(content, InstanceCell) and class_member(content.cls, "__getitem__")[0] is not None


def item_of(run: Machine, value: Value) -> Value:
    """Any item of a data set, or any batch of a loader; unknown where it cannot be worked out."""
    match value:
        case Loader(collate=External() as made) if made in {SLICES, FILES}:
            return element(run, value.dataset) if made == SLICES else run.unknown(name="path")
        case Loader(collate=External() as made) if made == ZIP:
            content = run.contents(value.dataset)
            parts = content.items if isinstance(content, (TupleValue, ListCell)) else ()
            return TupleValue(tuple(item_of(run, part) for part in parts)) if parts else run.unknown(name="item")
        case Loader():
            return run.each(item_of(run, value.dataset), lambda item: _collated(run, value, item))
        case Dataset(transform=transform, place=place):
            gray = value.dotted.rsplit(".", 1)[-1] in _GRAY
            return TupleValue((_transformed(run, transform, gray, place), run.unknown(name="label")))
        case Alternatives():
            return run.each(value, lambda option: item_of(run, option))
    content = run.contents(value)
    match content:
        case InstanceCell():
            return _of_instance(run, value, content)
        case ListCell(items=items) | TupleValue(items=items) if items and len(items) <= _MOST_PARTS:
            return _any(run, [item_of(run, item) for item in items])
    return run.unknown(name="item")


def _any(run: Machine, options: list[Value]) -> Value:
    from normlint.evaluate.guards import alternatives

    guarded = [(frozenset({("0:part", "==", str(number))}), option) for number, option in enumerate(options)]
    return alternatives(guarded) or run.unknown(name="item")


def _transformed(run: Machine, transform: Value | None, gray: bool, place: Place) -> Value:
    from normlint.evaluate.library import apply_transform
    from normlint.evaluate.pipelines import picture

    image: Value = replace(picture(run, place), order="GRAY", channels=1) if gray else picture(run, place)
    if transform is None or transform == Constant(None):
        return image
    content = run.contents(transform)
    if not isinstance(content, _TRANSFORMS):
        return run.unknown("output", "transform", place)
    return apply_transform(run, transform, image, place)


def _of_instance(run: Machine, value: Value, cell: InstanceCell) -> Value:
    """What ``__getitem__`` of an object of the project returns for an index nobody knows."""
    from normlint.evaluate.attributes import bind_method
    from normlint.evaluate.calls import call

    member, owner = class_member(cell.cls, "__getitem__")
    if not isinstance(member, FunctionValue) or not isinstance(value, Ref):
        return run.unknown(name="item")
    key = ("item", value.address, run.stack[0] if run.stack else None)
    known = run.remembered.get(key)
    if known is not None:
        return known  # type: ignore[return-value]
    run.remembered[key] = run.unknown(name="item")  # an item that asks for itself
    outer = run.stack
    run.stack = outer[:1]
    try:
        result = call(run, bind_method(member, value, owner), (run.unknown(name="index"),), (), member.place)
    finally:
        run.stack = outer
    result = _settled(run, result, 3)
    run.remembered[key] = result
    return result


_FLAG = re.compile(r"^\d+:self\.\w+$")


def _settled(run: Machine, item: Value, depth: int) -> Value:
    """An item without the images whose values depend on a flag of the data set that nobody knows."""
    content = run.contents(item)
    match content:
        case Alternatives(options=options):
            flagged = any(
                relation in {"true", "false"} and _FLAG.match(subject) for guard, _ in options for subject, relation, _ in guard
            )
            maps = {option.map for _, option in options if isinstance(option, Image)}
            if flagged and len(maps) > 1:
                return run.unknown(name="item")
            return run.each(item, lambda option: _settled(run, option, depth))
        case TupleValue(items=items) if depth:
            return TupleValue(tuple(_settled(run, part, depth - 1) for part in items))
        case DictCell(items=pairs) if depth:
            return run.allocate(replace(content, items=tuple((key, _settled(run, part, depth - 1)) for key, part in pairs)))
    return item


def _collated(run: Machine, loader: Loader, item: Value) -> Value:
    from normlint.evaluate.calls import call

    if isinstance(loader.collate, Partial) and loader.collate.function == MAP:
        content = run.contents(item)
        parts = content.items if isinstance(content, (TupleValue, ListCell)) else (item,)
        return call(run, loader.collate.positional[0], parts, (), loader.place)
    if loader.collate is not None:
        content = run.contents(loader.collate)
        if isinstance(content, Unknown):
            return run.unknown(name="batch")
        collate = loader.collate
        if isinstance(collate, FunctionValue):  # followed like a lambda, whatever it mentions: ``tuple(zip(*batch))``
            collate = replace(collate, name_span=None)
        return call(run, collate, (run.allocate(ListCell((item,))),), (), loader.place)
    return batched(run, item, 3)


def batched(run: Machine, item: Value, depth: int) -> Value:
    """An item with a batch axis in front of each array; containers keep their form."""
    content = run.contents(item)
    match content:
        case Image(container="pil"):
            return run.unknown(name="batch")  # the default collate function takes no PIL pictures
        case Image(layout=layout):
            moved = {"CHW": "NCHW"}.get(layout or "")
            return replace(content, layout=moved, container="torch" if content.container == "numpy" else content.container)
        case TupleValue(items=items) if depth:
            return TupleValue(tuple(batched(run, part, depth - 1) for part in items))
        case ListCell(items=items) if depth:
            return run.allocate(replace(content, items=tuple(batched(run, part, depth - 1) for part in items)))
        case DictCell(items=pairs) if depth:
            held = tuple((key, batched(run, part, depth - 1)) for key, part in pairs)
            return run.allocate(replace(content, items=held))
        case Alternatives():
            return run.each(item, lambda option: batched(run, option, depth))
    return item
