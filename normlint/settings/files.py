"""The file that settings are read from: normlint.toml, or [tool.normlint] in pyproject.toml."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from normlint.discover import ReadError, SourceFile, read
from normlint.immutable import dataclass
from normlint.settings.model import SettingsError

OWN = "normlint.toml"
SHARED = "pyproject.toml"
MAX_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """The file at ``path`` and its keys as TOML holds them."""

    path: Path
    values: dict[str, object]


def find_settings(folder: Path) -> SettingsFile | None:
    """The nearest settings at or above ``folder``, no further up than the folder that holds ``.git``.

    A pyproject.toml without [tool.normlint] is passed over. Raises ``SettingsError``.
    """
    for above in (folder, *folder.parents):
        own = read_settings(above / OWN) if (above / OWN).is_file() else None
        shared = read_settings(above / SHARED) if (above / SHARED).is_file() else None
        if own is not None and shared is not None:
            raise SettingsError(f"{OWN} and {SHARED} in {above} both hold settings: keep one of them")
        if own is not None or shared is not None:
            return own or shared
        if (above / ".git").exists():
            return None
    return None


def read_settings(path: Path) -> SettingsFile | None:
    """The settings in one file; None for a pyproject.toml that has none. Raises ``SettingsError``."""
    try:
        data = read(SourceFile(path.name, path.resolve(), "config"), MAX_BYTES)
    except (ReadError, OSError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}") from error
    # Most projects have a pyproject.toml and no settings in it: parsing it would cost more than all the rest.
    if path.name == SHARED and b"normlint" not in data:
        return None
    document = _parsed(path, data)
    if path.name != SHARED:
        return SettingsFile(path, document)
    tools = document.get("tool")
    values = tools.get("normlint") if isinstance(tools, dict) else None
    if values is None:
        return None
    if not isinstance(values, dict):
        raise SettingsError(f"{path}: tool.normlint must be a table")
    return SettingsFile(path, values)


def _parsed(path: Path, data: bytes) -> dict[str, object]:
    # tomli is the package that became tomllib.
    toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        document: dict[str, object] = toml.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8") from error
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise SettingsError(f"{path}: no valid TOML: {reason}") from error
    return document
