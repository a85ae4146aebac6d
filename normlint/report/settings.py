"""The settings of a run, in the spelling of TOML, with the origin of each."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from normlint.settings.resolve import Resolved

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def settings_text(resolved: Resolved) -> list[str]:
    """Lines that can stand in a normlint.toml."""
    lines = [f"# project root: {resolved.root}", f"# settings file: {resolved.file or 'none'}"]
    for setting in resolved.listed:
        if setting.value is None:
            lines.append(f"# {setting.key.name} is not set")
        else:
            lines.append(f"{setting.key.name} = {_toml(setting.value)}  # {setting.origin}")
    return lines


def settings_json(resolved: Resolved) -> dict[str, object]:
    """``{"version": 1, "root", "file", "settings": {KEY: {"value", "origin"}}}``"""
    return {
        "version": 1,
        "root": str(resolved.root),
        "file": str(resolved.file) if resolved.file else None,
        "settings": {setting.key.name: {"value": setting.value, "origin": setting.origin} for setting in resolved.listed},
    }


def _toml(value: object) -> str:
    if isinstance(value, dict):
        entries = [f"{name if _BARE.fullmatch(name) else _toml(name)} = {_toml(item)}" for name, item in value.items()]
        return f"{{ {', '.join(entries)} }}" if entries else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)
