"""The options of the commands that analyze: one for every key of the settings, made from their table."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from normlint.commands.chosen import Chosen
from normlint.immutable import replace
from normlint.settings.keys import KEYS, Key
from normlint.settings.kinds import Choice, Flag

paths_argument = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))


def fix_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options of the keys about fixes, which only one command has, to its ``chosen``."""

    @functools.wraps(command)
    def with_fixes(*arguments: Any, chosen: Chosen, **named: Any) -> Any:
        texts = {key.name: text for key in _FIXES if (text := _text(named.pop(key.field)))}
        return command(*arguments, chosen=replace(chosen, texts={**chosen.texts, **texts}), **named)

    wrapped: Callable[..., Any] = with_fixes
    for key in reversed(_FIXES):
        wrapped = _option(key, "RULES")(wrapped)
    return wrapped


def settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command every option of the table, and their values as one parameter, ``chosen``."""

    @functools.wraps(command)
    def with_chosen(*arguments: Any, config: Path | None, isolated: bool, **named: Any) -> Any:
        texts: dict[str, tuple[str, ...]] = {}
        for key in _offered():
            text = _text(named.pop(key.field))
            if text:
                texts[key.name] = text
        return command(*arguments, chosen=Chosen(texts, config, isolated), **named)

    wrapped: Callable[..., Any] = with_chosen
    for key in reversed(_offered()):
        wrapped = _option(key)(wrapped)
    file = click.Path(exists=True, dir_okay=False, path_type=Path)
    wrapped = click.option("--isolated", is_flag=True, help="Read no settings file.")(wrapped)
    return click.option("--config", type=file, metavar="FILE", help="Read the settings from FILE.")(wrapped)


def _text(value: bool | str | tuple[str, ...] | None) -> tuple[str, ...]:
    """The value of an option as the table reads it; empty where it was not given."""
    if isinstance(value, bool):
        return ("true" if value else "false",)
    return (value,) if isinstance(value, str) else tuple(value or ())


def _offered() -> list[Key]:
    return [key for key in KEYS if key.metavar]


_FIXES = [key for key in KEYS if key.name in {"fix", "unsafe-fixes", "unfixable"}]


def _option(key: Key, metavar: str = "") -> Callable[..., Any]:
    if isinstance(key.kind, Flag):
        return click.option(f"--{key.name}/--no-{key.name}", default=None, help=key.text)
    if isinstance(key.kind, Choice):
        return click.option(f"--{key.name}", type=click.Choice(key.kind.words), default=None, help=key.text)
    many = isinstance(key.default, list | dict)
    return click.option(key.option, key.field, multiple=many, default=None, metavar=key.metavar or metavar, help=key.text)
