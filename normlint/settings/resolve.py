"""The settings of a run: defaults, then the file, then the command line, key by key."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from normlint.discover import common_folder, project_root
from normlint.immutable import dataclass
from normlint.settings.files import SettingsFile, find_settings, read_settings
from normlint.settings.keys import COMMAND_LINE, DEFAULT, KEYS, Key, key_of, nearest
from normlint.settings.kinds import Origin
from normlint.settings.model import Settings, SettingsError


@dataclass(frozen=True, slots=True)
class Setting:
    """A key's value as TOML would hold it (None: not set), and where it came from."""

    key: Key
    value: object
    origin: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """``root`` is the project root; ``listed`` has every key once, in the order of the table."""

    root: Path
    settings: Settings
    listed: tuple[Setting, ...]
    file: Path | None = None


def resolve(
    paths: Iterable[Path],
    command_line: Mapping[str, Sequence[str]] | None = None,
    *,
    file: Path | None = None,
    isolated: bool = False,
) -> Resolved:
    """What holds for a run over ``paths``, of which ``command_line`` has the option values by name of the key.

    ``file`` is read instead of the one that would be found; ``isolated`` reads none. The folder of a file that was
    found is the project root. Raises ``SettingsError``, and ``PathError`` for a path that does not exist.
    """
    named = tuple(paths)
    found = None
    if not isolated and file is None:
        found = find_settings(common_folder(named))
    elif file is not None:
        found = read_settings(file) or SettingsFile(file, {})
    root = found.path.parent if found is not None and file is None else project_root(named)
    _refuse_unknown(found, root)
    chosen: dict[str, Any] = {}
    listed = []
    for key in KEYS:
        texts = (command_line or {}).get(key.name)
        value, origin, where = key.default, DEFAULT, Origin(root, False)
        if found is not None and key.name in found.values:
            value, origin, where = found.values[key.name], _shown(found.path, root), Origin(root, file is None)
        if texts:
            origin, where = COMMAND_LINE, Origin(Path(os.path.abspath(".")), False)
            value = _attempt(key, origin, lambda key=key, texts=texts: key.kind.spelled(texts))
        if value is not None:
            chosen[key.field] = _attempt(key, origin, lambda key=key, v=value, w=where: key.kind.typed(v, w))
        listed.append(Setting(key, value, origin))
    return Resolved(root, Settings(**chosen), tuple(listed), found.path if found else None)


def _attempt(key: Key, origin: str, action: Any) -> Any:
    try:
        return action()
    except ValueError as error:
        name = key.option if origin == COMMAND_LINE else f"{origin}: {key.name}"
        raise SettingsError(f"{name} {error}") from error


def _refuse_unknown(found: SettingsFile | None, root: Path) -> None:
    for name in found.values if found is not None else ():
        if key_of(name) is None:
            assert found is not None
            raise SettingsError(f"{_shown(found.path, root)}: unknown key {name}; {nearest(name)}")


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
