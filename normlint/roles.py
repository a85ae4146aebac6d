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


@lru_cache(maxsize=100_000)
def role_of(path: str, function: str = "") -> Role:
    """The role that a function's name, else the file's name, else a folder's name says; library where none does."""
    names = [*reversed(function.split(".")), *reversed(path.rsplit(".", 1)[0].split("/"))]
    for name in names:
        words = set(re.split(r"[^a-z]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()))
        for pattern, role in _WORDS:
            if words & set(pattern.split("|")):
                return role
    return "library"
