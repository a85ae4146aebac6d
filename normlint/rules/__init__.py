"""The rules: one file each, found by listing the package once."""

from __future__ import annotations

import importlib
import pkgutil

from normlint.rules.registry import Rule, Selection

_PLUMBING = frozenset({"registry"})


def _collect() -> tuple[Rule, ...]:
    rules = []
    for info in pkgutil.iter_modules(__path__):
        if info.name not in _PLUMBING and not info.name.startswith("_"):
            rules.append(importlib.import_module(f"{__name__}.{info.name}").RULE)
    return tuple(sorted(rules, key=lambda rule: rule.code))


RULES: tuple[Rule, ...] = _collect()


def find(code_or_name: str) -> Rule | None:
    """The rule of a code or a name, in any case."""
    wanted = code_or_name.strip().lower()
    return next((rule for rule in RULES if wanted in {rule.code.lower(), rule.name}), None)


__all__ = ["RULES", "Rule", "Selection", "find"]
