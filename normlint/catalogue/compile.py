"""Maintainer's script: ``python -m normlint.catalogue.compile [--check]`` builds compiled.json from data/*.yaml."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

from normlint.catalogue.entries import CALLS, OPERATIONS, CatalogueError
from normlint.catalogue.loader import COMPILED

DATA = Path(__file__).with_name("data")
_KEYS = frozenset(
    {"in", "names", "call", "parameters", "operation", "kind", "image", "images", "defaults", "evidence"}
)
# Details of an operation whose value names a parameter of the call.
_PARAMETER_DETAILS = frozenset({"mean", "std", "inplace", "scale", "offset", "swap", "other", "low", "high", "code",
                                "function", "interpolation", "data_range", "transforms"})  # fmt: skip


def compiled(folder: Path = DATA) -> dict[str, Any]:
    """The catalogue of a folder as one document. Raises ``CatalogueError`` naming the file and the entry."""
    document: dict[str, Any] = {"groups": [], "functions": {}, "methods": {}, "constants": {}, "prefixes": {},
                                "stats": []}  # fmt: skip
    for path in sorted(folder.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        document["prefixes"].update(data.get("prefixes", {}))
        document["stats"].extend(data.get("stats", ()))
        document["constants"].update(data.get("constants", {}))
        for group in data.get("entries", ()):
            _check(path, group)
            number = len(document["groups"])
            document["groups"].append({k: v for k, v in group.items() if k not in {"in", "names"}})
            for name in group["names"]:
                for module in group.get("in", [""]):
                    _add(document, path, group, f"{module}.{name}" if module else name, number)
    return document


def _add(document: dict[str, Any], path: Path, group: dict[str, Any], dotted: str, number: int) -> None:
    table = document["methods" if group["call"] == "method" else "functions"]
    if dotted in table:
        raise CatalogueError(f"{path.name}: {dotted} stands twice")
    table[dotted] = number


def _check(path: Path, group: dict[str, Any]) -> None:
    name = f"{path.name}: {(group.get('names') or ['an entry without names'])[0]}"
    unknown = set(group) - _KEYS
    if unknown:
        raise CatalogueError(f"{name}: unknown key {sorted(unknown)[0]!r}; known are {', '.join(sorted(_KEYS))}")
    for key in ("names", "call", "operation", "evidence"):
        if not group.get(key):
            raise CatalogueError(f"{name}: {key} is missing")
    if group["call"] not in CALLS:
        raise CatalogueError(f"{name}: call must be one of {', '.join(sorted(CALLS))}")
    operation = group["operation"]
    if operation.get("op") not in OPERATIONS:
        raise CatalogueError(f"{name}: op must be one of {', '.join(sorted(OPERATIONS))}")
    parameters = {parameter.lstrip("*") for parameter in group.get("parameters", ())}
    wanted = [operation[key] for key in _PARAMETER_DETAILS & set(operation)]
    wanted += [group[key] for key in ("image", "images") if key in group]
    for parameter in wanted:
        if isinstance(parameter, str) and parameter.lstrip("*") not in parameters:
            raise CatalogueError(f"{name}: {parameter!r} is no parameter of it")


def text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=None, separators=(",", ":"), sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    fresh = text(compiled())
    if "--check" in arguments:
        return 0 if COMPILED.read_text(encoding="utf-8") == fresh else 1
    COMPILED.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
