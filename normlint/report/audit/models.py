"""What arrives at each model, program by program, and why they are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from normlint.arrivals import arrival_of
from normlint.claims import name_of
from normlint.evaluate.observations import Feed
from normlint.pixelmap import show
from normlint.report.audit.markup import Html, joined, table, tag
from normlint.report.audit.ranges import labelled

if TYPE_CHECKING:
    from normlint.entrypoints import EntryPoint
    from normlint.pairing import Pair
    from normlint.project import Analysis


def models(analysis: Analysis) -> Html | None:
    """A table a model that several programs of the project use; None where no two are compared."""
    wanted = {site.place.path for site in analysis.sites}
    pairs = [pair for pair in analysis.facts.pairs if {pair.training.path, pair.other.path} & wanted]
    blocks = [_block(model, [pair for pair in pairs if pair.model == model]) for model in sorted({p.model for p in pairs})]
    return joined(blocks) if blocks else None


def _block(model: str, pairs: list[Pair]) -> Html:
    path, _, name = model.rpartition(":")
    programs = {entry.path: entry for pair in pairs for entry in (pair.training, pair.other)}
    rows = [row for _, entry in sorted(programs.items(), key=lambda item: (item[1].role != "train", item[0]))
            for row in _rows(entry, model)]  # fmt: skip
    reasons = sorted({f"{pair.training.path} and {pair.other.path}: {pair.reason}" for pair in pairs})
    head = [tag("th", word) for word in ("role", "program", "handed over at", "values", "normalized with")]
    return tag(
        "div", tag("h3", tag("strong", name), tag("span", path, class_="place")),
        table(f"Programs that serve {name}", head, rows),
        tag("details", tag("summary", "Why these are compared"), tag("ul", [tag("li", reason) for reason in reasons])),
        class_="card",
    )  # fmt: skip


def _rows(entry: EntryPoint, model: str) -> list[Html]:
    shown: dict[tuple[object, ...], Html] = {}
    for feed in entry.feeds:
        if feed.model == model:
            image = feed.image
            shown.setdefault((feed.place, feed.train, image.map, image.interval), _row(entry, feed))
    return list(shown.values())


def _row(entry: EntryPoint, feed: Feed) -> Html:
    arrival = arrival_of(feed)
    stats = arrival.stats if arrival is not None else None
    words = "" if stats is None else name_of(stats) or f"mean {show(stats.mean)}, std {show(stats.std)}"
    role = "train" if feed.train else entry.role
    cells = [
        tag("td", tag("span", role, class_=f"chip {role}")), tag("td", entry.path, class_="place"),
        tag("td", str(feed.place), class_="place"), tag("td", labelled(feed.image.interval)), tag("td", words),
    ]  # fmt: skip
    return tag("tr", cells)
