"""One entry of the catalogue: what a library API does to an image."""

from __future__ import annotations

from normlint.immutable import dataclass, field
from normlint.sites import SiteKind

# The closed set of operations, each with the details that it may carry.
OPERATIONS: dict[str, frozenset[str]] = {
    name: frozenset(details.split())
    for name, details in {
        "identity": "dtype layout order container view",
        "cast": "dtype dtype_value saturate copy",
        "to_unit": "layout container always unless when",
        "scale_dtype": "dtype dtype_value scale rounds saturate factor layout",
        "normalize": "mean std mean_value std_value variance peak inplace order swap invert",
        "denormalize": "mean std mean_value std_value peak swap",
        "rescale": "scale offset scale_value offset_value",
        "blob": "mean scale swap",
        "arithmetic": "operator other reversed",
        "clamp": "low high",
        "round": "mode",
        "bounded": "low high",
        "source": "low high dtype",
        "load": "container dtype order layout low high depends position",
        "sink": "low high accepts_uint8 out_of_range rounds order normalize value_range dtype_only result",
        "widget": "type mode unless low high accepts_uint8 out_of_range rounds order",
        "callback": "function inputs",
        "grid": "normalize value_range scale_each",
        "combine": "",
        "constant": "dtype dtype_value view",
        "swap": "code code_value",
        "flip": "axis",
        "split": "",
        "object": "",
        "resample": "interpolation overshoots dtype",
        "minmax": "keeps_bytes",
        "photometric": "clips",
        "compose": "transforms maybe choice",
        "lambda": "function",
        "metric": "low high data_range normalize dtype_only",
        "opaque": "unbounded",
        "checkpoint": "id loaded result objects",
    }.items()
}
# Details without which an operation says nothing; of a tuple, one is enough.
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "cast": (("dtype", "dtype_value"),),
    "scale_dtype": (("dtype", "dtype_value"),),
    "normalize": (("mean", "mean_value"), ("std", "std_value", "variance")),
    "denormalize": (("mean", "mean_value"), ("std", "std_value")),
    "rescale": (("scale", "scale_value"),),
    "blob": (("mean",), ("scale",)),
    "arithmetic": (("operator",), ("other",)),
    "clamp": (("low", "high"),),
    "round": (("mode",),),
    "bounded": (("low",), ("high",)),
    "source": (("low",), ("high",)),
    "load": (("low", "depends"), ("high", "depends"), ("container",)),
    "sink": (("low",), ("high",), ("accepts_uint8",), ("out_of_range",), ("rounds",)),
    "widget": (("type",), ("mode",)),
    "callback": (("function",), ("inputs",)),
    "swap": (("code", "code_value"),),
    "flip": (("axis",),),
    "compose": (("transforms",),),
    "lambda": (("function",),),
    "metric": (("low",), ("high",)),
    "checkpoint": (("id",),),
}
CALLS = frozenset({"function", "transform", "method"})
OUT_OF_RANGE = frozenset({"clip", "wrap", "saturate", "raise", "stretch", "none", "by_version"})


@dataclass(frozen=True, slots=True)
class Entry:
    """``name`` is canonical; ``call`` says how it is used: a function whose parameter ``image`` (or list ``images``) holds
    the picture, a transform whose construction gives a callable, or a method of an array, picture or axes.

    ``operation`` holds ``op`` (one of ``OPERATIONS``) and its details, parameters being named by their names. ``kind`` is the
    kind of site to list, None for an API that is no site. ``evidence`` is package==version path:line or documentation.
    ``renamed`` maps other spellings of a keyword (of older or newer releases) to the parameter it is.
    """

    name: str
    call: str
    parameters: tuple[str, ...]
    operation: dict[str, object]
    evidence: str
    kind: SiteKind | None = None
    image: str | None = None
    images: str | None = None
    defaults: dict[str, object] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownStats:
    """A well-known pair in unit scale and RGB order, with the name it goes by."""

    name: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    status: str
    evidence: str
    datasets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownDataset:
    """A data set with well-known stats: its classes by import path, and the words of names that mean it."""

    name: str
    classes: frozenset[str]
    words: tuple[str, ...]


class CatalogueError(ValueError):
    """A catalogue file does not say what it must; the message names the file and the entry."""
