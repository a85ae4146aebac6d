"""Which modules the optional compiled build compiles, and that no install does so by itself."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
WHEEL: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
HOOK = WHEEL["hooks"]["mypyc"]
EXCLUDED = frozenset(ROOT / path.removeprefix("/") for path in HOOK["exclude"] if path.startswith("/"))
COMPILED = sorted(
    path for pattern in HOOK["include"] for path in ROOT.glob(pattern.removeprefix("/"))
    if path not in EXCLUDED and path.name not in HOOK["exclude"]
)  # fmt: skip


def defines_records(path: Path) -> bool:
    """Whether a module defines dataclasses or named tuples."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            marks = [*node.decorator_list, *node.bases]
            if any(name in ast.unparse(mark) for mark in marks for name in ("dataclass", "NamedTuple")):
                return True
    return False


def test_nothing_is_compiled_unless_asked_for() -> None:
    assert HOOK["enable-by-default"] is False


def test_the_evaluators_core_is_compiled() -> None:
    names = {path.stem for path in COMPILED}
    assert len(names) > 50 and {"machine", "state", "expressions", "statements", "calls", "arithmetic"} <= names


def test_no_compiled_module_defines_records() -> None:
    """The codecs read the annotations of records, and mypyc does not keep them: such a module is to be excluded."""
    assert [path.name for path in COMPILED if defines_records(path)] == []


def test_what_is_excluded_defines_records() -> None:
    assert [path.name for path in EXCLUDED if not defines_records(path)] == []
