"""What the names of values say of them: a mean, a std, the largest value. A hint for formulas, never a proof of a number."""

from __future__ import annotations

from functools import cache

# What a mean or std is held as: mean_tensor, std_rgb.
_FORMS = frozenset({"tensor", "array", "arr", "vec", "vector", "np", "rgb", "bgr", "values", "pixel", "pixels", "img", "image"})
_PEAKS = frozenset({"max_val", "max_value", "maxval", "peak", "max_pixel_value", "data_range", "pixel_max"})
# What a program calls the largest value of an image.
RANGES = frozenset({"img_range", "rgb_range", "pixel_range", "max_range", "max_pixel_value", "pixel_max"})
# Every name that says something has one of these in it, or is one of those.
PARTS = frozenset({"mean", "std", "variance"}) | _PEAKS | RANGES
WORDS = frozenset({"mu", "m", "sigma", "s", "sd"})


@cache
def label_of(name: str) -> str:
    """"mean" or "std" where a name says so."""
    lowered = name.lower()
    if "inv" in lowered:
        return ""
    if lowered in {"mean", "means", "mu", "m"} or lowered.endswith(("_mean", "_means", "mean_", "mean")):
        return "mean"
    if lowered in {"std", "stds", "sigma", "s", "sd"} or lowered.endswith(("_std", "_stds", "std_", "std")):
        return "std"
    first, _, rest = lowered.partition("_")
    if first in {"mean", "std"} and rest in _FORMS:
        return first
    return "peak" if lowered in _PEAKS else ""


@cache
def stats_label(name: str) -> str:
    """"mean" or "std" of names with more than one letter; a variance counts for a std."""
    label = label_of(name) or ("std" if "variance" in name.lower() else "")
    return label if label in {"mean", "std"} and len(name) > 1 else ""


def feeds(name: str) -> bool:
    """Whether a name is one of a mean, a std or a range, so that a site may be made of it."""
    return bool(stats_label(name)) or name.lower() in RANGES
