"""Maintainer's script: ``python -m normlint.catalogue.compile [--check]`` builds compiled.json from data/*.yaml."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import yaml

from normlint.catalogue.entries import CALLS, OPERATIONS, OUT_OF_RANGE, REQUIRED, CatalogueError
from normlint.catalogue.loader import COMPILED
from normlint.sites import SiteKind

DATA = Path(__file__).with_name("data")
_FILE_KEYS = frozenset({"prefixes", "entries", "constants", "stats", "datasets", "not_typos"})
_KEYS = frozenset(
    {"in", "names", "call", "parameters", "operation", "kind", "image", "images", "defaults", "renamed", "evidence"}
)
# Details of an operation whose text names a parameter of the call.
_PARAMETERS = frozenset({"mean", "std", "variance", "inplace", "invert", "unless", "when", "scale", "offset", "swap", "other",
                         "code", "function", "interpolation", "data_range", "transforms", "normalize", "value_range",
                         "scale_each", "peak", "axis", "inputs"})  # fmt: skip
# Details that name a parameter in some operations and hold a value in others.
_PARAMETERS_OF = {
    "clamp": frozenset({"low", "high"}),
    "cast": frozenset({"dtype", "copy"}),
    "scale_dtype": frozenset({"dtype", "saturate"}),
    "constant": frozenset({"dtype"}),
    "widget": frozenset({"type", "mode"}),
}
_STATS = ("name", "mean", "std", "unit", "order", "status", "evidence")


def compiled(folder: Path = DATA) -> dict[str, Any]:
    """The catalogue of a folder as one document. Raises ``CatalogueError`` naming the file and the entry."""
    document = of_files({path: yaml.safe_load(path.read_text(encoding="utf-8")) or {} for path in sorted(folder.glob("*.yaml"))})
    for known in document["stats"]:
        stray = sorted(set(known.get("datasets", ())) - set(document["datasets"]))
        if stray:
            raise CatalogueError(f"stats: {known['name']}: {stray[0]!r} is no known data set")
    return document


def of_files(files: dict[Path, dict[str, Any]]) -> dict[str, Any]:
    """The contents of catalogue files as one document. Raises ``CatalogueError`` naming the file and the entry."""
    document: dict[str, Any] = {"groups": [], "constants": {}, "prefixes": {}, "stats": [], "datasets": {}, "not_typos": []}
    functions: set[str] = set()
    methods: set[str] = set()
    for path, data in files.items():
        unknown = sorted(set(data) - _FILE_KEYS)
        if unknown:
            raise CatalogueError(f"{path.name}: unknown key {unknown[0]!r}; known are {', '.join(sorted(_FILE_KEYS))}")
        for table in ("prefixes", "constants"):
            for name, value in data.get(table, {}).items():
                if name in document[table]:
                    raise CatalogueError(f"{path.name}: {table}: {name} stands twice")
                document[table][name] = value
        for known in data.get("stats", ()):
            _check_stats(path, known)
            document["stats"].append(known)
        for name, known in data.get("datasets", {}).items():
            if name in document["datasets"] or set(known) != {"classes", "words"}:
                raise CatalogueError(f"{path.name}: datasets: {name} stands twice, or has other keys than classes and words")
            document["datasets"][name] = known
        document["not_typos"].extend(data.get("not_typos", ()))
        for group in data.get("entries", ()):
            _check(path, group)
            known = methods if group["call"] == "method" else functions
            names = list(spellings(group))
            for dotted in names:
                if dotted in known:
                    raise CatalogueError(f"{path.name}: {dotted} stands twice")
                known.add(dotted)
            document["groups"].append({"names": names} | {k: v for k, v in group.items() if k not in {"in", "names"}})
    return document


def spellings(group: dict[str, Any]) -> Iterator[str]:
    """The dotted names of a group, or bare method names."""
    for name in group["names"]:
        for module in group.get("in", [""]):
            yield f"{module}.{name}" if module else name


def _check(path: Path, group: dict[str, Any]) -> None:
    name = f"{path.name}: {(group.get('names') or ['an entry without names'])[0]}"
    unknown = sorted(set(group) - _KEYS)
    if unknown:
        raise CatalogueError(f"{name}: unknown key {unknown[0]!r}; known are {', '.join(sorted(_KEYS))}")
    for key in ("names", "call", "operation", "evidence"):
        if not group.get(key):
            raise CatalogueError(f"{name}: {key} is missing")
    if group["call"] not in CALLS:
        raise CatalogueError(f"{name}: call must be one of {', '.join(sorted(CALLS))}")
    if (group["call"] == "method") == bool(group.get("in")):
        raise CatalogueError(f"{name}: functions and transforms need 'in', methods have none")
    if group.get("kind") is not None and group["kind"] not in get_args(SiteKind):
        raise CatalogueError(f"{name}: kind must be one of {', '.join(get_args(SiteKind))}")
    _check_operation(name, group["operation"])
    _check_parameters(name, group)


def _check_operation(name: str, operation: dict[str, Any]) -> None:
    kind = operation.get("op")
    if kind not in OPERATIONS:
        raise CatalogueError(f"{name}: op must be one of {', '.join(sorted(OPERATIONS))}")
    unknown = sorted(set(operation) - OPERATIONS[kind] - {"op"})
    if unknown:
        raise CatalogueError(f"{name}: {kind} has no {unknown[0]!r}; it takes {', '.join(sorted(OPERATIONS[kind])) or 'nothing'}")
    for choice in REQUIRED.get(kind, ()):
        if not set(choice) & set(operation):
            raise CatalogueError(f"{name}: {kind} needs {' or '.join(choice)}")
    if kind == "arithmetic" and operation["operator"] not in {"+", "-", "*", "/", "**"}:
        raise CatalogueError(f"{name}: {operation['operator']!r} is no operator of arithmetic")
    if kind == "round" and operation["mode"] not in {"nearest", "floor", "ceil", "trunc"}:
        raise CatalogueError(f"{name}: {operation['mode']!r} is no mode of round")
    if kind == "sink" and operation["out_of_range"] not in OUT_OF_RANGE:
        raise CatalogueError(f"{name}: out_of_range must be one of {', '.join(sorted(OUT_OF_RANGE))}")


def _check_parameters(name: str, group: dict[str, Any]) -> None:
    operation = group["operation"]
    parameters = [parameter.lstrip("*") for parameter in group.get("parameters", ()) if parameter != "*"]
    if len(set(parameters)) != len(parameters):
        raise CatalogueError(f"{name}: a parameter stands twice")
    named = _PARAMETERS | _PARAMETERS_OF.get(operation["op"], frozenset())
    wanted = [operation[key] for key in sorted(named & set(operation))]
    wanted += [group[key] for key in ("image", "images") if key in group]
    wanted += [*group.get("defaults", ()), *group.get("renamed", {}).values()]
    for parameter in wanted:
        if isinstance(parameter, str) and parameter.lstrip("*") not in parameters:
            raise CatalogueError(f"{name}: {parameter!r} is no parameter of it")
    for alias in group.get("renamed", ()):
        if alias in parameters:
            raise CatalogueError(f"{name}: {alias!r} is renamed and a parameter of it")


def _check_stats(path: Path, known: dict[str, Any]) -> None:
    name = f"{path.name}: {known.get('name', 'stats without a name')}"
    for key in _STATS:
        if key not in known:
            raise CatalogueError(f"{name}: {key} is missing")
    if not known["mean"] or len(known["mean"]) != len(known["std"]) or min(known["std"]) <= 0:
        raise CatalogueError(f"{name}: mean and std must be as many numbers, with positive std")


def text(document: dict[str, Any]) -> str:
    """The compiled file: keys sorted and one entry a line, so that the same data gives the same bytes, and two changes merge."""
    tables = (f"{_line(name)}:{_table(table)}" for name, table in sorted(document.items()))
    return "{\n" + ",\n".join(tables) + "\n}\n"


def _table(table: dict[str, Any] | list[Any]) -> str:
    if isinstance(table, dict):
        return "{\n" + ",\n".join(f"{_line(name)}:{_line(value)}" for name, value in sorted(table.items())) + "\n}"
    return "[\n" + ",\n".join(map(_line, table)) + "\n]"


def _line(value: Any) -> str:
    return json.dumps(value, indent=None, separators=(",", ":"), sort_keys=True, allow_nan=False)


def main(arguments: list[str]) -> int:
    """Write compiled.json, or with ``--check`` return 1 if it is not current."""
    fresh = text(compiled())
    if "--check" in arguments:
        return 0 if COMPILED.read_text(encoding="utf-8") == fresh else 1
    COMPILED.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
