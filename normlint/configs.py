"""YAML and JSON files: the keys that say how images are normalized, as sites."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from normlint.evaluate.config_transforms import TYPES, transform_note
from normlint.evaluate.labels import label_of
from normlint.evaluate.observations import Observation
from normlint.immutable import replace
from normlint.pixelmap import Affine, Numbers
from normlint.places import Place
from normlint.text_sieve import may_configure

_DEEPEST = 60
_FLAGS = frozenset(
    {"img_range", "range_norm", "use_input_norm", "rescaled", "rescale", "do_normalize", "do_rescale", "rescale_factor",
     "normalize_images", "input_range", "pixel_range"}
)  # fmt: skip
# What a flag switches on: basicsr==1.4.2 losses/basic_loss.py:142 (PerceptualLoss: (x + 1) * 0.5 before the network);
# ermongroup/ddim@51cb290 datasets/__init__.py (data.rescaled: 2 * X - 1).
_SWITCHED = {"range_norm": Affine((0.5,), (0.5,)), "rescaled": Affine((2.0,), (-1.0,))}
_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*')


class ConfigError(ValueError):
    """A config file that speaks of normalization and cannot be parsed; the message says why."""


def observe_config(path: str, data: bytes) -> list[Observation]:
    """The observations of a config file. Raises ``ConfigError`` where it mentions stats and is no YAML or JSON."""
    if not may_configure(data):
        return []
    return [o for document in documents_of(path, data) for o in _walk(path, document, "", 0, set())]


def documents_of(path: str, data: bytes) -> list[Any]:
    """The node trees of a YAML or JSON file. Raises ``ConfigError`` for what is none."""
    import yaml

    text = data.decode("utf-8", "replace").replace("\t", "  ")
    if path.endswith(".json"):
        text = _COMMENT.sub(lambda m: m[0] if m[0].startswith('"') else " " * len(m[0]), text)
    if _nesting(text) > _DEEPEST:
        raise ConfigError("nested too deeply")
    try:
        documents = list(yaml.compose_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        if _template(text):
            return []
        raise ConfigError(f"no valid {'JSON' if path.endswith('.json') else 'YAML'}: {_first_line(error)}") from error
    return [document for document in documents if document is not None]


def _first_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or type(error).__name__
    return f"{problem} (line {mark.line + 1})" if mark is not None else str(problem)


def _template(text: str) -> bool:
    """Templates (Helm, Jinja) are YAML only after they were filled in."""
    return "{{" in text or "{%" in text


def _nesting(text: str) -> int:
    depth = deepest = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _walk(
    path: str, node: object, key_path: str, depth: int, seen: set[int], kind: str = ""
) -> Iterator[Observation]:
    """``kind`` is the class that the mapping around a node names, with what says how its numbers are meant."""
    import yaml

    if depth > _DEEPEST or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        named = _described(node, kind)
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            full = f"{key_path}.{name}" if key_path else name
            observation = _observe(path, name, full, key, value)
            if observation is not None:
                yield replace(observation, note=named)
            # PaddleOCR and PaddleDetection name the class by a key of its own: ``- NormalizeImage: {mean: ...}``.
            yield from _walk(path, value, full, depth + 1, seen, name if name[:1].isupper() and len(node.value) == 1 else "")
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _walk(path, item, key_path, depth + 1, seen)


def _described(node: Any, kind: str) -> str:
    """The note of a described transform; empty for a mapping that names no class."""
    entries = {str(key.value): value.value for key, value in node.value if isinstance(value.value, str)}
    kind = kind or next((entries[key] for key in TYPES if key in entries), "")
    return transform_note(kind, entries) if kind else ""


def _observe(path: str, name: str, full: str, key: object, value: object) -> Observation | None:
    mark, end = getattr(key, "start_mark", None), getattr(value, "end_mark", None)
    if mark is None or end is None:
        return None
    lowered = name.lower()
    label = label_of(name) or ("std" if lowered == "variance" else "")
    place = Place(path, mark.line + 1, mark.column + 1, end.line + 1, end.column + 1)
    numbers = _numbers(value)
    if lowered in _FLAGS:
        affine = Affine(numbers, (0.0,)) if numbers is not None and len(numbers) == 1 else None
        if str(getattr(value, "value", "")).lower() in {"true", "yes", "on"}:
            affine = _SWITCHED.get(lowered)
        return Observation("config", full, place, affine, source="config")
    if label not in {"mean", "std"} or numbers is None or len(name) < 3 or len(numbers) > 4:
        return None
    return Observation(
        "config", full, place, mean=numbers if label == "mean" else None, std=numbers if label == "std" else None,
        source="config",
    )  # fmt: skip


def _numbers(node: object) -> Numbers | None:
    import yaml

    items = node.value if isinstance(node, yaml.SequenceNode) else [node]
    found: list[float] = []
    for item in items:
        if not isinstance(item, yaml.ScalarNode):
            return None
        try:
            found.append(float(item.value))
        except ValueError:
            return None
    return tuple(found) if found and all(abs(number) < 1e9 for number in found) else None
