"""The inventory: one place in the source where a pixel map is applied or relied on."""

from __future__ import annotations

from typing import Literal

from normlint.immutable import dataclass
from normlint.places import Place

SiteKind = Literal[
    "to_unit", "scale", "normalize", "denormalize", "clamp", "cast", "processor", "checkpoint", "sink", "metric",
    "config", "constant",
]  # fmt: skip
Role = Literal["train", "eval", "inference", "export", "library", "test", "unknown"]
ResolvedFrom = Literal[
    "literal", "constant", "import", "attribute", "argument", "argparse", "config", "catalogue", "unresolved"
]
Numbers = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """What ``normlint sites`` lists.

    ``mean`` and ``std`` are in the units and channel order they are written in; ``scale`` and ``offset`` are the affine
    map that the site applies to its own input (one number, or one a channel); ranges are [low, high] over all channels,
    infinite ends as None inside the pair. None: not known, or not affine.
    """

    place: Place
    kind: SiteKind
    api: str
    mean: Numbers | None = None
    std: Numbers | None = None
    scale: Numbers | None = None
    offset: Numbers | None = None
    input_range: tuple[float | None, float | None] | None = None
    output_range: tuple[float | None, float | None] | None = None
    role: Role = "unknown"
    resolved_from: ResolvedFrom = "unresolved"
