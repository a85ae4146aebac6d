"""``normlint trace`` as JSON, version 1; docs/json.md describes it."""

from __future__ import annotations

import json

from normlint.evaluate.guards import describe
from normlint.evaluate.observations import Observation
from normlint.places import Place
from normlint.report.json_output import VERSION, Json, numbers, start
from normlint.report.trace_words import operation_of, origin_of
from normlint.trace import Stage, State, Trace


def trace_json(path: str, line: int, traces: tuple[Trace, ...], constants: tuple[Observation, ...]) -> str:
    """All traces of a line. Pure ASCII."""
    document: dict[str, Json] = {
        "version": VERSION,
        "root": ".",
        "path": path,
        "line": line,
        "constants": [_constant(observation) for observation in constants],
        "traces": [_trace(trace) for trace in traces],
    }
    return json.dumps(document, indent=2, allow_nan=False)


def _trace(trace: Trace) -> dict[str, Json]:
    site = trace.site
    return {
        "name": trace.name or None,
        "kind": site.kind if site is not None else None,
        "api": site.api if site is not None else None,
        "condition": describe(trace.guard) or None,
        "called_from": [start(place) for place in (site.stack if site is not None else ()) if place.path],
        "origin": {"kind": trace.origin.kind, "description": origin_of(trace.origin), **_optional(trace.origin.place)},
        "start": _state(trace.start),
        "steps": [_stage(stage) for stage in trace.stages],
    }


def _stage(stage: Stage) -> dict[str, Json]:
    affine = stage.step.affine
    return {
        "operation": stage.step.operation,
        "description": operation_of(stage),
        **_optional(stage.step.place),
        "scale": numbers(affine.gain if affine is not None else None),
        "offset": numbers(affine.bias if affine is not None else None),
        "constants": [
            {"name": name or None, "numbers": numbers(values), **_optional(place)}
            for name, values, place in stage.constants
        ],
        "state": _state(stage.state),
    }


def _state(state: State) -> dict[str, Json]:
    interval, affine = state.interval, state.map
    return {
        "scale": numbers(affine.gain if affine is not None else None),
        "offset": numbers(affine.bias if affine is not None else None),
        "from_unit_intensity": state.anchored,
        "clipped": state.clipped,
        "range": numbers((interval.lowest, interval.highest) if interval is not None else None),
        "dtype": state.dtype,
        "channel_order": state.order,
    }


def _constant(observation: Observation) -> dict[str, Json]:
    return {
        **start(observation.place),
        "kind": observation.kind,
        "api": observation.api,
        "mean": numbers(observation.mean),
        "std": numbers(observation.std),
        "resolved_from": observation.source,
    }


def _optional(place: Place | None) -> dict[str, Json]:
    return start(place) if place is not None and place.path else {"path": None, "line": None, "column": None}
