"""The head of the report: the numbers, and which file uses which normalization."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from normlint.findings import SEVERITIES
from normlint.pixelmap import UNIT, show
from normlint.report.audit.groups import Group, Normalizations
from normlint.report.audit.markup import Html, joined, table, tag
from normlint.report.audit.ranges import labelled
from normlint.sites import Site

if TYPE_CHECKING:
    from normlint.project import Analysis

COLOURS = 8


def numbers(analysis: Analysis, groups: tuple[Group, ...]) -> Html:
    """The figures that matter, large."""
    severities = Counter(finding.severity for finding in analysis.findings)
    tiles = [_tile(severities[s], _noun(severities[s], s), f"tile {s} {'some' if severities[s] else 'none'}")
             for s in reversed(SEVERITIES)]  # fmt: skip
    tiles += [
        _tile(len(groups), _noun(len(groups), "normalization"), "tile"),
        _tile(len(analysis.sites), _noun(len(analysis.sites), "site"), "tile"),
        _tile(analysis.files_lowered, f"of {_counted(analysis.files_seen, 'file')} with image code", "tile"),
    ]
    return tag("div", tiles, class_="tiles")


def badge(index: int) -> Html:
    """The letter of a normalization in its colour."""
    letter = chr(ord("A") + index) if index < 26 else str(index + 1)
    return tag("span", letter, class_=f"badge g{index % COLOURS}")


def normalizations(found: Normalizations) -> Html:
    """One card a normalization: what it means, the range that it gives, and every place that says so."""
    cards = [_card(index, group) for index, group in enumerate(found.groups)]
    rest = ((found.unknown, "with numbers that are not known"), (found.other, "with numbers that are no image statistics"))
    for sites, words in rest:
        if sites:
            summary = tag("summary", f"{_counted(len(sites), 'site')} {words}")
            cards.append(tag("details", summary, _table([_site_row(site, _written(site)) for site in sites]), class_="card"))
    if not cards:
        return tag("p", "No normalization was found.")
    return joined(cards)


def usage(groups: tuple[Group, ...]) -> Html | None:
    """A table of files against normalizations; None where there is nothing to compare."""
    if len(groups) < 2:
        return None
    counts: dict[str, Counter[int]] = {}
    roles: dict[str, set[str]] = {}
    for index, group in enumerate(groups):
        for site in group.sites:
            counts.setdefault(site.place.path, Counter())[index] += 1
            roles.setdefault(site.place.path, set()).add(site.role)
    head = [tag("th", "file"), tag("th", "role"), *(tag("th", badge(i), class_="count") for i in range(len(groups)))]
    rows = [
        tag("tr", tag("td", path, class_="place"), tag("td", ", ".join(sorted(roles[path]))),
            [tag("td", str(found[i]) if found[i] else "", class_="count") for i in range(len(groups))])
        for path, found in sorted(counts.items())
    ]  # fmt: skip
    return table("Normalizations by file", head, rows, class_="usage")


def _card(index: int, group: Group) -> Html:
    stats = group.stats
    affine = stats.affine
    facts = [
        tag("dt", "mean"), tag("dd", show(stats.mean)), tag("dt", "std"), tag("dd", show(stats.std)),
        tag("dt", "0..1 becomes"), tag("dd", labelled(UNIT.image(affine) if affine is not None else None)),
    ]  # fmt: skip
    roles = Counter(site.role for site in group.sites)
    chips = [tag("span", f"{role} {count}", class_=f"chip {role}") for role, count in sorted(roles.items())]
    head = tag("summary", badge(index), tag("strong", group.name), tag("span", chips, class_="chips"))
    rows = [_site_row(site, _written(site)) for site in group.sites]
    return tag("details", head, tag("dl", facts), _table(rows), class_="card", open="" if index < 6 else None)


def _table(rows: list[Html]) -> Html:
    head = [tag("th", name) for name in ("role", "place", "what", "through", "as written", "numbers from")]
    return table("Sites of a normalization", head, rows)


def _site_row(site: Site, written: str) -> Html:
    place = f"{site.place}" + (f" cells[{site.place.cell}]" if site.place.cell is not None else "")
    cells = [
        tag("td", tag("span", site.role, class_=f"chip {site.role}")), tag("td", place, class_="place"), tag("td", site.kind),
        tag("td", site.api, class_="api"), tag("td", written, class_="numbers"), tag("td", site.resolved_from),
    ]  # fmt: skip
    return tag("tr", cells)


def _written(site: Site) -> str:
    if site.mean is not None or site.std is not None:
        pairs = (("mean", site.mean), ("std", site.std))
        return "; ".join(f"{name} {show(values, 6)}" for name, values in pairs if values is not None)
    if site.scale is not None and site.offset is not None:
        return f"x * {show(site.scale, 6)} + {show(site.offset, 6)}"
    return ""


def _tile(number: int, label: str, class_: str) -> Html:
    return tag("div", tag("b", f"{number:,}"), tag("span", label), class_=class_)


def _noun(count: int, noun: str) -> str:
    return noun if count == 1 or noun == "info" else noun + "s"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {_noun(count, noun)}"
