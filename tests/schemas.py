"""Validation against JSON schemas, for the tests of outputs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parent / "data"


def violations(document: Any, schema: dict[str, Any]) -> list[str]:
    """What a document does against a schema, one line a violation; checks the schema itself first.

    An environment made before the development dependency was added skips; CI never does.
    """
    if os.environ.get("CI"):
        import jsonschema
    else:
        jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    errors = validator(schema, format_checker=validator.FORMAT_CHECKER).iter_errors(document)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in errors]


def sarif_violations(document: Any) -> list[str]:
    schema = json.loads((DATA / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    return violations(document, schema)
