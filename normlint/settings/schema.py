"""The JSON schema of normlint.toml and [tool.normlint], for editors: ``python -m normlint.settings.schema`` writes it."""

from __future__ import annotations

import json
from pathlib import Path

from normlint.settings.keys import KEYS

FILE = Path(__file__).with_name("normlint.schema.json")


def schema() -> dict[str, object]:
    """JSON Schema, draft 7, which is what editors of TOML understand."""
    properties: dict[str, object] = {}
    for key in sorted(KEYS, key=lambda key: key.name):
        described = {"description": key.text} | key.kind.schema()
        properties[key.name] = described if key.default is None else described | {"default": key.default}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "normlint",
        "description": "The settings of normlint: normlint.toml, or [tool.normlint] in pyproject.toml.",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def text() -> str:
    """The schema as the committed file holds it."""
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
