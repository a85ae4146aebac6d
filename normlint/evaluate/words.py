"""The words and numbers that the text of a file has to have for a place of interest to be in it."""

from __future__ import annotations

from functools import cache

from normlint.catalogue import Catalogue, catalogue

# Numbers of the scales of pixels, wherever they stand.
NUMBERS = frozenset({255, 127.5, 65535, 1023, 254, 1 / 255, 1 / 127.5, 0.00392, 0.0078125})
# Those of ImageNet, of 0..1 and of -1..1 data, where each channel has a statement of its own.
SINGLE_STATS = frozenset({0.485, 0.456, 0.406, 0.229, 0.224, 0.225, 0.458, 0.448, 0.088, 0.188})
# Everyday numbers as well: sizes and counts, unless they stand in arithmetic.
IN_ARITHMETIC = frozenset({127, 128, 256})
# ``x * 2 - 1``, ``x * 0.5 + 0.5``, ``(x + 1) / 2``: one number alone says nothing, both together do.
GAINS = frozenset({2, 0.5})
SHIFTS = frozenset({1, 0.5})
_LOADERS = frozenset(
    {"pretrained", "from_pretrained", "encoder_weights", "create_model", "hub", "readNet", "readNetFromCaffe",
     "readNetFromTensorflow", "readNetFromTorch", "readNetFromONNX", "readNetFromDarknet", "setInput"}
)  # fmt: skip
EVERYWHERE = _LOADERS | frozenset(
    {"setattr", "uint8", "normalize", "denormalize", "transform", "transforms", "preprocess", "img_range"}
)
# What a function mentions that hands images to a model.
FEEDING = frozenset({"backward", "no_grad", "inference_mode", "predict", "fit", "fit_generator", "train_on_batch", "DataLoader",
                      "InferenceSession", "load_state_dict", "__getitem__"})  # fmt: skip
# Every model is made of them; what makes one of transforms names these too.
_CONTAINERS = frozenset({"Sequential", "ModuleList"})
# What many classes call their methods, and programs their functions, is no sign of any one of them.
UNSPECIFIC = frozenset({"__init__", "forward", "__call__", "__getitem__", "main", "run", "call"})
MULTIPLYING = frozenset({"*", "/", "mul", "mul_", "multiply", "div", "div_", "divide", "true_divide"})
ADDING = frozenset({"+", "-", "add", "add_", "sub", "sub_", "subtract"})


def site_words() -> frozenset[str]:
    """Last names of the APIs that make sites or images, and words that functions of the same purpose are called by."""
    return _site_words(catalogue())


@cache
def _site_words(known: Catalogue) -> frozenset[str]:
    return (known.trigger_words() - _CONTAINERS) | EVERYWHERE


def is_level(value: object) -> bool:
    """A float that reads like a level of 0..255: half the range, or a channel's mean (``123.675``)."""
    if not isinstance(value, float):
        return False
    size = abs(value)
    return size in IN_ARITHMETIC or (80 < size < 150 and size != int(size))
