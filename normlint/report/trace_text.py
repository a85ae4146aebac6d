"""``normlint trace`` for people: a numbered list of steps, with the source of each and what holds after it."""

from __future__ import annotations

from normlint.evaluate.guards import describe
from normlint.evaluate.observations import Observation
from normlint.pixelmap import show
from normlint.places import Place
from normlint.report.characters import cells, escaped
from normlint.report.frames import location
from normlint.report.lines import SourceLines
from normlint.report.style import Style
from normlint.report.trace_words import map_of, operation_of, origin_of, state_of
from normlint.trace import Stage, State, Trace

MAX_TRACES = 12
MAX_SOURCE = 100
INDENT = " " * 7


def trace_text(
    path: str, line: int, traces: tuple[Trace, ...], constants: tuple[Observation, ...], lines: SourceLines, color: bool
) -> str:
    """One block a value; ``u`` in a map is the unit intensity of the decoded picture, ``x`` the value at the start."""
    style = Style(color)
    source = lines.get(path, line)
    head = style.paint("bold", f"{escaped(path)}:{line}")
    blocks = [f"{head}  {_shown(source.text)}".rstrip() if source is not None else head]
    blocks += [_constant(observation) for observation in constants]
    blocks += ["\n".join(_block(trace, lines, style)) for trace in traces[:MAX_TRACES]]
    if len(traces) > MAX_TRACES:
        blocks.append(f"... and {len(traces) - MAX_TRACES} more; --format json lists all.")
    if len(blocks) == 1:
        blocks.append("Nothing is known of pixel values on this line.")
    return "\n\n".join(blocks)


def _block(trace: Trace, lines: SourceLines, style: Style) -> list[str]:
    head = []
    if trace.name:
        head.append(f"transform {escaped(trace.name)}, from a decoded picture")
    site = trace.site
    if site is not None:
        head.append(f"{site.kind} {escaped(site.api)} at {location(site.place)}")
        if site.stack:
            head.append("called from " + ", ".join(location(place) for place in dict.fromkeys(site.stack)))
    if trace.guard:
        head.append(f"when {escaped(describe(trace.guard))}")
    drawn = ["; ".join(head)] if head else []
    drawn += _row(0, origin_of(trace.origin), trace.origin.place, (), trace.start, lines, style)
    for number, stage in enumerate(trace.stages, 1):
        drawn += _row(number, operation_of(stage), stage.step.place, _constants(stage), stage.state, lines, style)
    return drawn


def _row(
    number: int, operation: str, place: Place | None, notes: tuple[str, ...], state: State, lines: SourceLines, style: Style
) -> list[str]:
    head = f"{number:>3}  {style.paint('bold', escaped(operation))}"
    rows = []
    if place is None or not place.path:
        rows.append(head)
    else:
        rows.append(f"{head}  {style.paint('rail', location(place))}")
        source = lines.get(place.path, place.line)
        if source is not None:
            rows.append(INDENT + style.paint("dim", _shown(source.text)))
    rows += [INDENT + escaped(note) for note in notes]
    rows.append(f"{INDENT}{state_of(state)}; value = {map_of(state)}")
    return rows


def _constants(stage: Stage) -> tuple[str, ...]:
    """Where the numbers of a step were written, if elsewhere."""
    return tuple(
        f"{name or 'number'} {show(numbers, 6)}" + (f" from {location(place)}" if place is not None else "")
        for name, numbers, place in stage.constants
        if name or (place is not None and place.line != stage.step.place.line)
    )


def _constant(observation: Observation) -> str:
    numbers = [("mean", observation.mean), ("std", observation.std)]
    shown = ", ".join(f"{name} {show(values, 6)}" for name, values in numbers if values is not None)
    return f"{observation.kind} {escaped(observation.api)}: {shown or 'no numbers known'} ({observation.source})"


def _shown(text: str) -> str:
    drawn = "".join(cells(text[: MAX_SOURCE * 4])).strip()
    return drawn if len(drawn) <= MAX_SOURCE else drawn[:MAX_SOURCE] + "..."
