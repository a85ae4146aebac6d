"""Named transforms, and those that stand together compared: what each makes of a decoded picture."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from normlint.claims import name_of, normalized_stats
from normlint.evaluate.guards import describe
from normlint.evaluate.observations import PipelineObservation, steps_of
from normlint.pixelmap import Stats, show
from normlint.report.audit.markup import Html, joined, table, tag
from normlint.report.audit.ranges import range_bar
from normlint.report.trace_words import range_of
from normlint.roles import role_of

if TYPE_CHECKING:
    from normlint.project import Analysis

_TOGETHER = {"dict": "keys of one dict", "dataset": "splits of one data set", "name": "names of one scope"}


def pipelines(analysis: Analysis) -> Html | None:
    """A table a group of transforms that stand together; None where no transform has a name."""
    wanted = {site.place.path for site in analysis.sites}
    # A composition that does nothing to a picture's values is most often a part of a network.
    found = [
        pipeline
        for file in analysis.facts.files
        if file.path in wanted
        for pipeline in file.pipelines
        if pipeline.result is not None and pipeline.result.step is not None
    ]
    found.sort(key=lambda p: (p.place.path, p.group_kind, p.group, p.place[1:5], p.name, sorted(p.guard)))
    blocks = []
    for (path, kind, _), group in groupby(found, key=lambda p: (p.place.path, p.group_kind, p.group)):
        # One transform is recorded once an evaluation of the function that builds it.
        blocks.append(_block(path, kind, list({_shown(pipeline): pipeline for pipeline in group}.values())))
    return joined(blocks) if blocks else None


def _shown(pipeline: PipelineObservation) -> tuple[object, ...]:
    result = pipeline.result
    steps = tuple((step.operation, step.place) for step in steps_of(result)) if result is not None else ()
    return (pipeline.name, pipeline.place, pipeline.guard, pipeline.mean, pipeline.std, pipeline.complete, steps)


def _block(path: str, kind: str, group: list[PipelineObservation]) -> Html:
    stats = [normalized_stats(pipeline.result) for pipeline in group]
    title = joined(tag("span", path, class_="place"), tag("span", _TOGETHER.get(kind, kind), class_="caption"))
    head = [tag("th", name) for name in ("transform", "role", "line", "steps", "gives", "against training")]
    rows = [_row(pipeline, own, group, stats) for pipeline, own in zip(group, stats, strict=True)]
    return tag("div", tag("h3", title), table(f"Transforms of {path}", head, rows), class_="card")


def _row(
    pipeline: PipelineObservation, own: Stats | None, group: list[PipelineObservation], stats: list[Stats | None]
) -> Html:
    name = joined(pipeline.name, tag("small", f"when {describe(pipeline.guard)}") if pipeline.guard else None)
    role = role_of("", pipeline.name)
    gives = [range_bar(pipeline.result.interval)] if pipeline.result is not None else []
    if own is not None:
        gives.append(tag("small", name_of(own) or f"mean {show(own.mean)}, std {show(own.std)}"))
    cells = [
        tag("td", name), tag("td", tag("span", role, class_=f"chip {role}") if role != "library" else ""),
        tag("td", str(pipeline.place.line), class_="place"), tag("td", _steps(pipeline)), tag("td", gives),
        tag("td", _verdict(role, own, group, stats)),
    ]  # fmt: skip
    return tag("tr", cells)


def _steps(pipeline: PipelineObservation) -> Html:
    if pipeline.result is None:
        return tag("span", "not known", class_="unknown")
    words = [step.operation.replace("_", " ") for step in steps_of(pipeline.result)] or ["keeps the values"]
    if not pipeline.complete:
        words.append("and more that is not known")
    interval = pipeline.result.interval
    title = range_of(interval) if interval is not None else None
    return tag("span", [tag("span", word, class_="step") for word in words], class_="steps", title=title)


def _verdict(role: str, own: Stats | None, group: list[PipelineObservation], stats: list[Stats | None]) -> Html | None:
    """Against the training transforms of the group: a note for the reader, not a finding, which needs more evidence."""
    if role in {"train", "library"}:
        return None
    training = [s for p, s in zip(group, stats, strict=True) if role_of("", p.name) == "train" and s is not None]
    if own is None or not training:
        return None
    if any(own.same_as(other) for other in training):
        return tag("span", "as in training", class_="verdict same")
    return tag("span", "not as in training", class_="verdict differs")
