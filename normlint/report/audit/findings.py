"""The findings: the message, both ends side by side, and how the value gets there."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from normlint.evaluate.observations import Observation
from normlint.findings import SEVERITIES, Finding
from normlint.pixelmap import show
from normlint.report.audit.markup import Html, joined, table, tag
from normlint.report.audit.ranges import ends, labelled, range_bar
from normlint.report.audit.sources import source_frame
from normlint.report.frames import location
from normlint.report.lines import SourceLines
from normlint.report.trace_words import map_of, operation_of, origin_of
from normlint.trace import State, Trace, Tracer

if TYPE_CHECKING:
    from normlint.project import Analysis

MAX_STEPS = 40


def findings(analysis: Analysis, tracer: Tracer) -> Html:
    """The most severe first, those of one file together."""
    lines = SourceLines(analysis.root)
    ordered = sorted(analysis.findings, key=lambda finding: (-SEVERITIES.index(finding.severity), finding.order))
    if not ordered:
        return tag("p", "No findings. Nothing that normlint can follow disagrees.", class_="clean")
    return joined([_card(finding, tracer, lines) for finding in ordered])


def contents(analysis: Analysis) -> Html | None:
    """The rules that found something, with how often, as links to their legend."""
    counts = Counter((finding.code, finding.name) for finding in analysis.findings)
    if not counts:
        return None
    chips = [
        tag("a", f"{code} {name}: {count}", href=f"#{code}", class_="chip rule")
        for (code, name), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    return tag("p", chips, class_="chips")


def _card(finding: Finding, tracer: Tracer, lines: SourceLines) -> Html:
    head = tag(
        "header", tag("span", finding.severity, class_=f"severity {finding.severity}"),
        tag("a", f"{finding.code} {finding.name}", href=f"#{finding.code}"),
        tag("span", f"{finding.confidence} confidence", class_="caption"),
        tag("span", "has a fix", class_="chip") if finding.fixable else None,
    )  # fmt: skip
    frames = [source_frame(finding.place, finding.label, lines, "primary")]
    frames += [source_frame(related.place, related.message, lines, "related") for related in finding.related]
    trace = tracer.behind(finding)
    return tag(
        "article", head, tag("p", finding.message, class_="message"), tag("div", frames, class_="ends"),
        _values(trace.site) if trace is not None and trace.site is not None else None,
        _history(trace) if trace is not None and trace.stages else None, class_=f"finding {finding.severity}",
    )  # fmt: skip


def _values(site: Observation) -> Html | None:
    """The range that reaches a cast, sink or metric, or that a site makes."""
    if site.kind in {"cast", "sink", "metric"}:
        words, image = "reaches this place", site.before
    else:
        words, image = "comes out here", site.after
    if image is None or image.interval is None:
        return None
    strict = site.kind != "normalize"
    return tag("p", tag("span", words, class_="caption"), labelled(image.interval, strict=strict), class_="values")


def _history(trace: Trace) -> Html:
    rows = [_row(origin_of(trace.origin), location(trace.origin.place) if trace.origin.place else "", (), trace.start)]
    hidden = len(trace.stages) - MAX_STEPS
    for stage in trace.stages[-MAX_STEPS:]:
        notes = tuple(f"{name} {show(values)}" for name, values, _ in stage.constants if name)
        rows.append(_row(operation_of(stage), location(stage.step.place), notes, stage.state))
    if hidden > 0:
        rows.insert(1, tag("tr", tag("td", f"... {hidden} steps ...", colspan=4)))
    head = [tag("th", name) for name in ("step", "place", "values", "from the picture")]
    count = len(trace.stages)
    return tag(
        "details", tag("summary", f"How the value gets there: {count} step{'' if count == 1 else 's'}"),
        table("Steps of the value", head, rows), class_="history",
    )  # fmt: skip


def _row(operation: str, place: str, notes: tuple[str, ...], state: State) -> Html:
    kinds = ", ".join(word for word in (state.dtype, state.order) if word)
    shown = ends(state.interval)
    cells = [
        tag("td", operation, [tag("small", note) for note in notes]), tag("td", place, class_="place"),
        tag("td", range_bar(state.interval), tag("small", ", ".join(part for part in (shown, kinds) if part))),
        tag("td", map_of(state) if state.map is not None else "", class_="numbers"),
    ]  # fmt: skip
    return tag("tr", cells)
