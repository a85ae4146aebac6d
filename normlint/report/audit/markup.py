"""HTML and SVG elements built so that every text is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Union

from normlint.report.characters import escaped

_VOID = frozenset({"meta"})


class Html(str):
    """Markup; any other string is text."""

    __slots__ = ()


Child = Union[str, Html, Iterable[Union[str, Html, None]], None]


def tag(name: str, /, *children: Child, **attributes: str | float | None) -> Html:
    """One element. ``class_`` is the attribute class, ``view_box`` viewBox; an attribute that is None is left out."""
    shown = "".join(
        f' {_attribute(key)}="{html.escape(_number(value) if isinstance(value, (int, float)) else escaped(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Html(f"<{name}{shown}>")
    return Html(f"<{name}{shown}>{joined(*children)}</{name}>")


def table(label: str, head: Iterable[Html], rows: Iterable[Html], class_: str | None = None) -> Html:
    """A table that scrolls by itself where it is too wide, with the keyboard as well; ``head`` are the cells of its head."""
    whole = tag("table", tag("thead", tag("tr", head)), tag("tbody", rows), class_=class_)
    return tag("div", whole, class_="scroll", tabindex="0", role="group", aria_label=label)


def joined(*children: Child) -> Html:
    """Elements and escaped texts one after the other."""
    parts: list[str] = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, Html):
            parts.append(child)
        elif isinstance(child, str):
            parts.append(html.escape(escaped(child)))
        else:
            parts.append(joined(*child))
    return Html("".join(parts))


def _attribute(key: str) -> str:
    return "viewBox" if key == "view_box" else key.rstrip("_").replace("_", "-")


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
