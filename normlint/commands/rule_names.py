"""Rules as users name them, checked against the rules that there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from normlint.commands.trouble import Trouble
from normlint.selection import ALL
from normlint.settings.keys import COMMAND_LINE

if TYPE_CHECKING:
    from normlint.rules import Rule
    from normlint.settings.resolve import Resolved


def check_rule_names(resolved: Resolved) -> None:
    """Raises ``Trouble`` for a setting that names what no rule is called. The rules are imported only if one is named."""
    named = list(_named(resolved))
    if not named and not resolved.settings.plugins:
        return
    from normlint.plugins import all_rules

    rules = all_rules(resolved.settings.plugins, resolved.root)
    for key, item in named:
        if not any(item == ALL or item == rule.name or rule.code.startswith(item) for rule in rules):
            origin = next(setting.origin for setting in resolved.listed if setting.key.name == key)
            raise unknown_rule(item, rules, "" if origin == COMMAND_LINE else f"{origin}: {key}: ")


def unknown_rule(text: str, rules: tuple[Rule, ...], where: str = "") -> Trouble:
    """The error for ``text``, with the nearest code or name."""
    import difflib

    words = {word.lower(): word for rule in rules for word in (rule.code, rule.name)}
    near = difflib.get_close_matches(text.lower(), words, n=1, cutoff=0.5)
    hint = f"did you mean {words[near[0]]}?" if near else "`normlint rules` lists them"
    return Trouble(f"{where}unknown rule: {text}; {hint}")


def _named(resolved: Resolved) -> Iterator[tuple[str, str]]:
    settings = resolved.settings
    for key, items in (
        ("select", settings.select),
        ("ignore", settings.ignore),
        ("extend-select", settings.extend_select),
        ("unfixable", settings.unfixable),
        ("per-file-ignores", tuple(rule for entry in settings.per_file_ignores for rule in entry.rules)),
        ("severity", tuple(rule for rule, _ in settings.severity)),
    ):
        for item in items:
            yield key, item
