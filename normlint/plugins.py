"""A house's own rules: installed packages with the entry point group ``normlint.rules``.

Only packages that the settings name are asked, so that a run does not search every installed package, and that code runs
because somebody chose it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from normlint.facts import Facts
from normlint.findings import Finding
from normlint.rules import RULES, Rule

if TYPE_CHECKING:
    from importlib.metadata import Distribution

GROUP = "normlint.rules"
_CODE = re.compile(r"(?!NL\d)[A-Z]{2,10}\d{3,5}")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


class PluginError(Exception):
    """A package whose rules cannot be used, or a rule of one that failed; the message says which and why."""


def all_rules(packages: Iterable[str], root: Path) -> tuple[Rule, ...]:
    """Our own rules, then those of the packages, by code. Raises ``PluginError``."""
    own = tuple(packages)
    if not own:
        return RULES
    found = [rule for package in own for rule in _rules_of(package, root)]
    taken = {word for rule in RULES for word in (rule.code, rule.name)}
    for rule in found:
        if rule.code in taken or rule.name in taken:
            raise PluginError(f"two rules are called {rule.code} {rule.name}")
        taken |= {rule.code, rule.name}
    return (*RULES, *sorted(found, key=lambda rule: rule.code))


def _rules_of(package: str, root: Path) -> Iterator[Rule]:
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        installed = distribution(package)
    except (PackageNotFoundError, ValueError) as error:
        raise PluginError(f"plugin {package} is not installed") from error
    if _lies_in(installed, root):
        raise PluginError(f"plugin {package} lies in the project that is checked, and code of that is never run: install it")
    entries = installed.entry_points.select(group=GROUP)
    if not entries:
        raise PluginError(f"plugin {package} has no entry point in the group {GROUP}")
    for entry in entries:
        try:
            loaded = entry.load()
        except Exception as error:
            raise PluginError(f"plugin {package}: {entry.value} cannot be loaded: {type(error).__name__}: {error}") from error
        for rule in loaded if isinstance(loaded, list | tuple) else (loaded,):
            if not isinstance(rule, Rule):
                raise PluginError(f"plugin {package}: {entry.value} is no rule and no list of rules")
            if not _CODE.fullmatch(rule.code) or not _NAME.fullmatch(rule.name):
                raise PluginError(f"plugin {package}: {rule.code} {rule.name}: a code is ABC123, not NL..., a name two-words")
            yield Rule(rule.code, rule.name, rule.severity, rule.default, _Guarded(package, rule), by_file=False)


def _lies_in(installed: Distribution, root: Path) -> bool:
    """Whether it was found in the tree under audit, as under ``python -m``, and not in an environment."""
    place = Path(str(installed.locate_file(""))).resolve()
    return place.is_relative_to(root) and not place.is_relative_to(Path(sys.prefix).resolve())


class _Guarded:
    """A rule's check, whose errors name the plugin."""

    def __init__(self, package: str, rule: Rule) -> None:
        self.__doc__ = rule.check.__doc__
        self.package = package
        self.rule = rule

    def __call__(self, facts: Facts) -> Iterator[Finding]:
        try:
            yield from self.rule.check(facts)
        except Exception as error:
            said = f"plugin {self.package}: {self.rule.code} failed: {type(error).__name__}: {error}"
            raise PluginError(said) from error
