"""Byte-level tests that throw away the configs and texts which say nothing of normalization, before anything is parsed."""

from __future__ import annotations

import re

from normlint.discover import is_text

LARGEST = 1_000_000
LARGEST_IR = 8_000_000
_SETTINGS = (
    b"mean", b"std", b"variance", b"img_range", b"range_norm", b"input_norm", b"rescale", b"normalize", b"net-scale-factor",
)  # fmt: skip
_STATS = (b"mean", b"std", b"scale")
_FLAG = re.compile(rb"--?[a-z_-]{0,24}(?:mean|std|scale)[\w-]{0,20}[ =]")


def is_ir(path: str) -> bool:
    """Whether a file that belongs to a run is an OpenVINO model; discovery leaves other XML files out."""
    return path.lower().endswith(".xml")


def may_tell(path: str, data: bytes) -> bool:
    """Whether a file that is no code is worth parsing."""
    if is_ir(path):
        return may_be_ir(data)
    return may_document(data) if is_text(path) else may_configure(data)


def may_configure(data: bytes) -> bool:
    """Whether a YAML or JSON file is worth parsing: small enough, and with a word of normalization in it."""
    return len(data) <= LARGEST and _has_one(data.lower(), _SETTINGS)


def may_document(data: bytes) -> bool:
    """Whether a README or script is worth looking through for the flags of commands."""
    if len(data) > LARGEST:
        return False
    lowered = data.lower()
    return _has_one(lowered, _STATS) and _FLAG.search(lowered) is not None


def may_be_ir(data: bytes) -> bool:
    """Whether an XML file is worth looking through: small enough, and with a mean or a scale of the input in it."""
    return len(data) <= LARGEST_IR and (b"<mean_values" in data or b"<scale_values" in data)


def _has_one(lowered: bytes, words: tuple[bytes, ...]) -> bool:
    return any(word in lowered for word in words)
