"""The end of the report: every site, and the rules."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from normlint.pixelmap import Interval, show
from normlint.report.audit.markup import Html, joined, table, tag
from normlint.report.audit.ranges import range_bar
from normlint.report.catalog import first_line, section, without_markup
from normlint.report.json_output import site_order
from normlint.sites import Site

if TYPE_CHECKING:
    from normlint.project import Analysis
    from normlint.rules import Rule

MAX_BARS = 2000


def sites(analysis: Analysis) -> Html:
    """The inventory, folded, by file. Bars are left out of very large ones."""
    ordered = sorted(analysis.sites, key=site_order)
    bars = len(ordered) <= MAX_BARS
    head = [tag("th", name) for name in ("line", "role", "kind", "through", "numbers", "values after")]
    blocks = []
    for path, group in groupby(ordered, key=lambda site: site.place.path):
        rows = [_row(site, bars) for site in group]
        summary = tag("summary", tag("span", path, class_="place"), tag("span", str(len(rows)), class_="chip"))
        blocks.append(tag("details", summary, table(f"Sites of {path}", head, rows), class_="card"))
    return joined(blocks)


def legend(rules: Sequence[Rule], found: frozenset[str]) -> Html:
    """Every rule in a line; those with findings also say why it is bad."""
    items = []
    for rule in rules:
        head = [
            tag("span", rule.severity, class_=f"severity {rule.severity}"), tag("strong", f"{rule.code} {rule.name}"),
            None if rule.default else tag("span", "off by default", class_="caption"),
        ]  # fmt: skip
        why = section(inspect.cleandoc(rule.documentation), "Why is this bad?") if rule.code in found else ""
        items.append(
            tag("li", tag("div", head), tag("p", without_markup(first_line(rule.documentation)) + "."),
                tag("p", _one_line(without_markup(why)), class_="caption") if why else None, id=rule.code)
        )  # fmt: skip
    return tag("ul", items, class_="legend")


def _row(site: Site, bars: bool) -> Html:
    numbers = "; ".join(
        f"{name} {show(values)}" for name, values in (("mean", site.mean), ("std", site.std)) if values is not None
    )
    interval = _interval(site.output_range)
    after: list[Html | str] = []
    if interval is not None:
        after = [range_bar(interval)] if bars else [f"{interval.lowest:.4g} … {interval.highest:.4g}"]
    cells = [
        tag("td", str(site.place.line), class_="place"), tag("td", tag("span", site.role, class_=f"chip {site.role}")),
        tag("td", site.kind), tag("td", site.api, class_="api"), tag("td", numbers, class_="numbers"), tag("td", after),
    ]  # fmt: skip
    return tag("tr", cells)


def _interval(ends: tuple[float | None, float | None] | None) -> Interval | None:
    if ends is None:
        return None
    low, high = ends
    return Interval((float("-inf") if low is None else low,), (float("inf") if high is None else high,))


def _one_line(text: str) -> str:
    return " ".join(text.split())
