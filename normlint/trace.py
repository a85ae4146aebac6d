"""Where the values on a line come from: the steps behind them, with the map, the range and the type after each one."""

from __future__ import annotations

from collections.abc import Iterator

from normlint.evaluate.observations import Observation, steps_of
from normlint.facts import Facts, FileFacts
from normlint.findings import Finding
from normlint.immutable import dataclass, replace
from normlint.pixelmap import BYTES, Affine, Interval, Numbers
from normlint.places import Place
from normlint.values import Guard, Image, Origin, Step

_KEEPS_MAP = frozenset({"clamp", "cast", "round", "float", "flip"})
_OTHER_ORDER = {"RGB": "BGR", "BGR": "RGB"}
_DECODED = Affine((255.0,), (0.0,))

_Point = tuple[Origin, Step | None]


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a value: ``map`` from the unit intensity (``anchored``) or from the opaque origin, and the rest.

    ``clipped``: values were cut off on the way, so that the map holds for the others only.
    """

    map: Affine | None = None
    anchored: bool = False
    interval: Interval | None = None
    dtype: str | None = None
    order: str | None = None
    clipped: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """One step and the state after it. ``observation`` is what the evaluator noted there; None between two sites."""

    step: Step
    state: State
    observation: Observation | None = None

    @property
    def constants(self) -> tuple[tuple[str, Numbers, Place | None], ...]:
        """Name, numbers and place of the constants that the step used."""
        if self.step.operand is not None:
            return ((self.step.label, self.step.operand, self.step.operand_place),)
        seen = self.observation
        if seen is not None and (seen.mean is not None or seen.std is not None):
            pairs = (("mean", seen.mean, seen.mean_place), ("std", seen.std, seen.std_place))
            return tuple((name, numbers, place) for name, numbers, place in pairs if numbers is not None)
        if self.step.stats is not None:
            return (("mean", self.step.stats[0], None), ("std", self.step.stats[1], None))
        return ()


@dataclass(frozen=True, slots=True)
class Trace:
    """One value on the line that was asked for.

    ``site`` is the site that the value is made at or handed to; ``name`` that of a transform which is traced from a
    decoded picture.
    """

    origin: Origin
    start: State
    stages: tuple[Stage, ...]
    site: Observation | None = None
    name: str = ""
    guard: Guard = frozenset()

    @property
    def end(self) -> State:
        return self.stages[-1].state if self.stages else self.start


class Tracer:
    """Finds traces in the facts of a run; indexes them once."""

    def __init__(self, facts: Facts) -> None:
        self._files = facts.by_path
        self._states: dict[_Point, State] = {}
        self._observed: dict[_Point, Observation] = {}
        for observation in self._all():
            for image in (observation.before, observation.after):
                if image is not None:
                    self._states.setdefault((image.origin, image.step), _state(image))
            after = observation.after
            if after is not None and after.step is not None and not observation.helper:
                known = self._observed.get((after.origin, after.step))
                if known is None or (known.mean is None and observation.mean is not None):
                    self._observed[after.origin, after.step] = observation

    def at(self, path: str, line: int) -> tuple[Trace, ...]:
        """The values that are made, changed or used on a line, each with what is known of it before and after."""
        on_line = [o for o in self._observations_of(path) if _covers(o.place, path, line)]
        starting = [o for o in on_line if o.place.line == line] or on_line
        found = [trace for observation in starting if (trace := self._of(observation)) is not None]
        found += self._passing(path, line)
        file = self._files.get(path, FileFacts(path))
        found += [
            self._trace(pipeline.result, name=pipeline.name, guard=pipeline.guard)
            for pipeline in file.pipelines
            if pipeline.place.line == line and pipeline.result is not None
        ]
        return _longest(found)

    def constants(self, path: str, line: int) -> tuple[Observation, ...]:
        """The named constants and config entries of a line."""
        return tuple(
            o for o in self._observations_of(path) if o.kind in {"constant", "config"} and _covers(o.place, path, line)
        )

    def behind(self, finding: Finding) -> Trace | None:
        """The longest known history of the value at a finding's primary place."""
        file = self._files.get(finding.place.path, FileFacts(finding.place.path))
        candidates = [
            trace for observation in file.by_place.get(finding.place, ()) if (trace := self._of(observation)) is not None
        ]
        return max(candidates, key=lambda trace: len(trace.stages), default=None)

    def _all(self) -> Iterator[Observation]:
        return (o for file in self._files.values() for o in file.observations)

    def _observations_of(self, path: str) -> tuple[Observation, ...]:
        return self._files.get(path, FileFacts(path)).observations

    def _of(self, observation: Observation) -> Trace | None:
        image = observation.after or observation.before
        if image is None:
            return None
        return replace(self._trace(image, guard=observation.guard), site=observation)

    def _passing(self, path: str, line: int) -> list[Trace]:
        """Values of other lines whose history passes this one, cut off here."""
        found: dict[tuple[Origin, Step, Guard], Image] = {}
        for observation in self._all():
            image = observation.after or observation.before
            step = image.step if image is not None else None
            while step is not None and not (step.place.line == line and _covers(step.place, path, line)):
                step = step.previous
            if step is not None and image is not None:
                found.setdefault((image.origin, step, observation.guard), image)
        return [
            self._trace(replace(image, step=step, map=None, interval=None), guard=guard)
            for (_, step, guard), image in found.items()
        ]

    def _trace(self, image: Image, name: str = "", guard: Guard = frozenset()) -> Trace:
        steps = steps_of(image)
        start = state = self._start(image, steps)
        stages = []
        for step in steps:
            clipped = state.clipped or _clips(state, step)
            state = replace(self._states.get((image.origin, step)) or _after(state, step), clipped=clipped)
            stages.append(Stage(step, state, self._observed.get((image.origin, step))))
        if stages and (image.origin, image.step) not in self._states and (image.map is not None or image.interval is not None):
            stages[-1] = replace(stages[-1], state=replace(_state(image), clipped=state.clipped))
        return Trace(image.origin, start, tuple(stages), name=name, guard=guard)

    def _start(self, image: Image, steps: tuple[Step, ...]) -> State:
        if not steps:
            return _state(image)
        known = self._states.get((image.origin, None))
        if known is not None:
            return known
        if image.anchored and image.origin.kind == "picture":
            flips = sum(step.operation == "flip" for step in steps)
            order = image.order if flips % 2 == 0 else _OTHER_ORDER.get(image.order or "")
            return State(_DECODED, True, BYTES, "uint8", order)
        return State()


def _state(image: Image) -> State:
    return State(image.map, image.anchored, image.interval, image.dtype, image.order)


def _after(state: State, step: Step) -> State:
    """The state after a step that no site shows."""
    if step.affine is not None:
        return replace(
            state, map=state.map.then(step.affine) if state.map is not None else None,
            interval=state.interval.image(step.affine) if state.interval is not None else None, dtype=step.dtype,
        )  # fmt: skip
    if step.operation not in _KEEPS_MAP:
        return State(anchored=state.anchored)
    interval = state.interval
    if step.operation == "clamp" and interval is not None:
        interval = interval.clamp(step.low, step.high)
    if step.operation == "flip":
        return replace(state, map=state.map.reversed() if state.map else None, order=_OTHER_ORDER.get(state.order or ""))
    return replace(state, interval=interval, dtype=step.dtype or (None if step.operation == "float" else state.dtype))


def _clips(before: State, step: Step) -> bool:
    """Whether a clamp cuts values off, as far as their range is known."""
    interval = before.interval
    if step.operation != "clamp" or interval is None:
        return False
    return (step.low is not None and interval.lowest < step.low - 1e-6) or (
        step.high is not None and interval.highest > step.high + 1e-6
    )


def _covers(place: Place, path: str, line: int) -> bool:
    return place.path == path and place.line <= line <= max(place.line, place.end_line)


def _longest(traces: list[Trace]) -> tuple[Trace, ...]:
    """Without repetitions and without those that another one only carries on; in the order of the source."""
    chains: dict[tuple[Origin, tuple[Step, ...], Guard], Trace] = {}
    for trace in traces:
        key = (trace.origin, tuple(stage.step for stage in trace.stages), trace.guard)
        known = chains.get(key)
        if known is None or (known.site is None and trace.site is not None) or (trace.name and not known.name):
            chains[key] = trace
    kept = [
        trace
        for (origin, steps, guard), trace in chains.items()
        if not any(
            other[0] == origin and other[2] == guard and len(other[1]) > len(steps) and other[1][: len(steps)] == steps
            for other in chains
        )
    ]
    return tuple(sorted(kept, key=_order))


def _order(trace: Trace) -> tuple[object, ...]:
    place = trace.site.place if trace.site is not None else trace.stages[-1].step.place if trace.stages else None
    return (place[1:5] if place else (), trace.name, -len(trace.stages), str(trace.origin.place), sorted(trace.guard))
