"""Whose data goes through a site: the role, from the names of its file and function."""

from __future__ import annotations

import re
from functools import lru_cache

from normlint.sites import Role

_WORDS: tuple[tuple[str, Role], ...] = (
    ("test|tests|testing|conftest", "test"),
    ("train|training|trainer|finetune|pretrain|fit", "train"),
    ("eval|evaluate|evaluation|val|valid|validate|validation|benchmark|metric|metrics|score", "eval"),
    ("infer|inference|predict|prediction|predictor|demo|sample|sampling|generate|serve|app|deploy|detect", "inference"),
    ("export|convert|onnx|coreml|tflite|tensorrt|openvino|rknn|trt", "export"),
)


_ROLES: dict[str, tuple[int, Role]] = {
    word: (rank, role) for rank, (words, role) in reversed([*enumerate(_WORDS)]) for word in words.split("|")
}
_HUMP = re.compile(r"([a-z])([A-Z])")
_BETWEEN_WORDS = re.compile(r"[^a-z]+")


@lru_cache(maxsize=100_000)
def role_of(path: str, function: str = "") -> Role:
    """The role that a function's name, else the file's name, else a folder's name says; library where none does."""
    for name in (*reversed(function.split(".")), *reversed(path.rsplit(".", 1)[0].split("/"))):
        role = _said_by(name)
        if role is not None:
            return role
    return "library"


@lru_cache(maxsize=100_000)
def _said_by(name: str) -> Role | None:
    words = _BETWEEN_WORDS.split(_HUMP.sub(r"\1_\2", name).lower())
    return min((_ROLES[word] for word in words if word in _ROLES), default=(0, None))[1]
