"""The way of a value to a finding, as the ordered places of a code flow."""

from __future__ import annotations

from typing import NamedTuple

from normlint.findings import Finding
from normlint.places import Place
from normlint.report.trace_words import operation_of, origin_of, state_of
from normlint.trace import Tracer

MAX_STEPS = 60


class Located(NamedTuple):
    """A place and what to say of it."""

    place: Place
    text: str


def flow_of(finding: Finding, tracer: Tracer) -> list[Located]:
    """From where the value starts, over the last steps, to the finding; else from the related places to it."""
    trace = tracer.behind(finding)
    flow: list[Located] = []
    if trace is not None and trace.stages:
        if trace.origin.place is not None and trace.origin.place.path:
            flow.append(Located(trace.origin.place, f"{origin_of(trace.origin)}: {state_of(trace.start)}"))
        flow += [
            Located(stage.step.place, f"{operation_of(stage)}: {state_of(stage.state)}")
            for stage in trace.stages[-MAX_STEPS:]
            if stage.step.place.path
        ]
    else:
        flow += [Located(related.place, related.message) for related in reversed(finding.related)]
    if not flow or flow[-1].place != finding.place:
        flow.append(Located(finding.place, finding.label or finding.message))
    return flow
