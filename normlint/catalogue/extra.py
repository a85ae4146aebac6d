"""Catalogue files of a user's own: the same YAML as ``data/*.yaml``, checked the same way, added to the shipped catalogue."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from normlint.catalogue.entries import CatalogueError
from normlint.catalogue.loader import COMPILED, Catalogue

LARGEST = 1_000_000
_TABLES = ("constants", "prefixes", "datasets")


def load_extra(paths: Sequence[Path]) -> Catalogue:
    """The shipped catalogue with the entries of more files; an entry of a user's own stands above a shipped one.

    Raises ``CatalogueError`` that names the file, and the entry where there is one.
    """
    from normlint.catalogue.compile import of_files

    shipped: dict[str, Any] = json.loads(COMPILED.read_text(encoding="utf-8"))
    files = {path: _read(path) for path in dict.fromkeys(paths)}
    try:
        own = of_files(files)
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        if isinstance(error, CatalogueError):
            raise
        names = ", ".join(path.name for path in files)
        raise CatalogueError(f"{names}: a value is of another type than it must be ({error})") from error
    for table in _TABLES:
        shipped[table].update(own[table])
    for table in ("groups", "stats", "not_typos"):
        shipped[table].extend(own[table])
    return Catalogue(shipped)


def _read(path: Path) -> dict[str, Any]:
    import yaml

    try:
        if path.stat().st_size > LARGEST:
            raise CatalogueError(f"{path.name}: larger than {LARGEST:,} bytes")
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CatalogueError(f"{path.name}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        said = str(error).split("\n", 1)[0]
        raise CatalogueError(f"{path.name}: is no YAML ({said or type(error).__name__})") from error
    if not isinstance(data, dict):
        raise CatalogueError(f"{path.name}: must be a mapping with 'entries'")
    if not isinstance(data.get("entries", []), list) or not all(isinstance(group, dict) for group in data.get("entries", [])):
        raise CatalogueError(f"{path.name}: 'entries' must be a list of mappings")
    return data
