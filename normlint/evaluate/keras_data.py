"""Data of keras and tf.data: generators and pipelines of batches, from a folder of pictures to a model.

keras==3.15.1: keras/src/legacy/preprocessing/image.py (ImageDataGenerator, DirectoryIterator) and
keras/src/utils/image_dataset_utils.py (image_dataset_from_directory: float32 RGB, 0..255); tensorflow==2.20 tf.data.Dataset.
"""

from __future__ import annotations

from normlint.evaluate.machine import Machine
from normlint.immutable import replace
from normlint.places import Place
from normlint.values import (
    Composition,
    Constant,
    Dataset,
    DictCell,
    External,
    Image,
    Loader,
    Partial,
    Transform,
    TupleValue,
    Value,
)

Named = tuple[tuple[str, Value], ...]

_GENERATOR = "ImageDataGenerator"
_FOLDERS = frozenset({"flow_from_directory", "flow_from_dataframe"})
_DATASETS = frozenset({"image_dataset_from_directory"})
# Arguments that make the values depend on the data.
_MEASURED = ("featurewise_center", "samplewise_center", "featurewise_std_normalization", "samplewise_std_normalization",
             "zca_whitening")  # fmt: skip
_PICTURE = External("keras.utils.img_to_array")
# keras==3.15.1 keras/src/datasets: uint8 arrays; True for those without colours.
_COLLECTIONS = {"cifar10": False, "cifar100": False, "mnist": True, "fashion_mnist": True}
_SAME = frozenset(
    {"cache", "shuffle", "prefetch", "batch", "unbatch", "repeat", "take", "skip", "with_options", "ignore_errors", "shard"}
)
MAP = External("tensorflow.data.Dataset.map")
SLICES = External("tensorflow.data.Dataset.from_tensor_slices")
FILES = External("tensorflow.data.Dataset.list_files")
ZIP = External("tensorflow.data.Dataset.zip")
_SOURCES = {made.dotted.rpartition(".")[2]: made for made in (SLICES, FILES, ZIP)}


def generated(generator: Transform, name: str, named: Named, place: Place) -> Value | None:
    """``ImageDataGenerator(...).flow_from_directory(...)``; None for other methods, transforms and colours."""
    arguments = dict(named)
    if name not in _FOLDERS or not generator.entry.endswith(_GENERATOR) or not _in_colour(arguments):
        return None
    if any(_is_given(generator.argument(measured)) for measured in _MEASURED):
        return None
    function = generator.argument("preprocessing_function")
    first = (_PICTURE,) if function is None or function == Constant(None) else (_PICTURE, function)
    return Dataset(f"{generator.entry}.{name}", Composition((*first, generator), generator.place), place)


def folder(dotted: str, named: Named, place: Place) -> Value | None:
    """``image_dataset_from_directory(...)``; None for other functions and colours."""
    if dotted.rsplit(".", 1)[-1] not in _DATASETS or not _in_colour(dict(named)):
        return None
    return Dataset(dotted, Composition((_PICTURE,), place), place)


def loaded(run: Machine, dotted: str, place: Place) -> Value | None:
    """``cifar10.load_data()``: ``(x_train, y_train), (x_test, y_test)`` of bytes; None for other functions."""
    from normlint.evaluate.pipelines import picture

    package, _, function = dotted.rpartition(".")
    folder, _, name = package.rpartition(".")
    if function != "load_data" or name not in _COLLECTIONS or not folder.endswith("keras.datasets"):
        return None
    halves = []
    for _ in range(2):
        image = replace(picture(run, place), container="numpy", dtype="uint8")
        image = replace(image, order="GRAY", channels=1, layout=None) if _COLLECTIONS[name] else image
        halves.append(TupleValue((run.allocate(image), run.unknown(name="labels"))))
    return TupleValue(tuple(halves))


def slices(dotted: str, positional: tuple[Value, ...], place: Place) -> Value | None:
    """``tf.data.Dataset.from_tensor_slices((paths, labels))``, ``list_files(pattern)``, ``zip``; None for other functions."""
    owner, _, name = dotted.rpartition(".")
    made = _SOURCES.get(name) if owner.endswith(".data.Dataset") and positional else None
    return Loader(positional[0], made, place) if made is not None else None


def element(run: Machine, value: Value) -> Value:
    """One slice of what ``from_tensor_slices`` was given: of each array of a tuple or dict, one."""
    content = run.contents(value)
    match content:
        case TupleValue(items=items):
            return TupleValue(tuple(element(run, item) for item in items))
        case DictCell(items=pairs):
            return run.allocate(replace(content, items=tuple((key, element(run, item)) for key, item in pairs)))
        case Image():
            return content
    return run.unknown(name="element")


def method(dataset: Dataset | Loader, name: str, positional: tuple[Value, ...], named: Named, place: Place) -> Value | None:
    """A method of tf.data.Dataset; None for all others."""
    if name in _SAME:
        return dataset
    function = positional[0] if positional else dict(named).get("map_func")
    return Loader(dataset, Partial(MAP, (function,), ()), place) if name == "map" and function is not None else None


def _in_colour(arguments: dict[str, Value]) -> bool:
    mode = arguments.get("color_mode")
    return mode is None or (isinstance(mode, Constant) and mode.value == "rgb")


def _is_given(value: Value | None) -> bool:
    return value is not None and not (isinstance(value, Constant) and not value.value)
