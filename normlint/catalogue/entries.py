"""One entry of the catalogue: what a library API does to an image."""

from __future__ import annotations

from dataclasses import dataclass, field

from normlint.sites import SiteKind

OPERATIONS = frozenset(
    ["identity", "cast", "to_unit", "scale_dtype", "normalize", "denormalize", "rescale", "blob", "arithmetic", "clamp", "round", "bounded", "source", "load", "sink", "grid", "combine", "constant", "swap", "resample", "minmax", "photometric", "compose", "lambda", "metric", "opaque"]
)
CALLS = frozenset({"function", "transform", "method"})


@dataclass(frozen=True, slots=True)
class Entry:
    """``name`` is canonical; ``call`` says how it is used: a function whose parameter ``image`` (or list ``images``) holds
    the picture, a transform whose construction gives a callable, or a method of an array, picture or axes.

    ``operation`` holds ``op`` (one of ``OPERATIONS``) and its details, parameters being named by their names. ``kind`` is the
    kind of site to list, None for an API that is no site. ``evidence`` is package==version path:line or documentation.
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


@dataclass(frozen=True, slots=True)
class KnownStats:
    """A well-known pair in unit scale and RGB order, with the name it goes by."""

    name: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    status: str
    evidence: str


class CatalogueError(ValueError):
    """A catalogue file does not say what it must; the message names the file and the entry."""
