"""The rules described, from their own documentation."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from normlint.rules import Rule


def rules_text(rules: Sequence[Rule]) -> str:
    """A table: code, name, severity, on or off by default, the first line of the documentation."""
    rows = [("CODE", "NAME", "SEVERITY", "DEFAULT", "REPORTS"), *map(_row, rules)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def rules_json(rules: Sequence[Rule]) -> str:
    """``{"version": 1, "rules": [{"code", "name", "severity", "default", "summary", "documentation"}]}``"""
    described = [
        {
            "code": rule.code,
            "name": rule.name,
            "severity": rule.severity,
            "default": rule.default,
            "summary": first_line(rule.documentation),
            "documentation": inspect.cleandoc(rule.documentation),
        }
        for rule in rules
    ]
    return json.dumps({"version": 1, "rules": described}, indent=2)


def first_line(documentation: str) -> str:
    """The first line that says something, without its final full stop."""
    text = inspect.cleandoc(documentation).strip()
    return text.splitlines()[0].rstrip(".") if text else ""


def section(documentation: str, heading: str) -> str:
    """The text below a heading of a rule's documentation, up to the next one; empty where there is none."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", inspect.cleandoc(documentation), re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def without_markup(markdown: str) -> str:
    """Markdown of the documentation as plain text: headings, code fences and backticks gone."""
    lines = [line.removeprefix("## ") for line in markdown.splitlines() if not line.startswith("```")]
    return "\n".join(lines).replace("`", "")


def _row(rule: Rule) -> tuple[str, ...]:
    default = "on" if rule.default else "off"
    return (rule.code, rule.name, rule.severity, default, first_line(rule.documentation))
