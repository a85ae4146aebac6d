"""Value ranges drawn against the scale that pictures have: 0..1, or 0..255 for large values."""

from __future__ import annotations

import math

from normlint.pixelmap import Interval
from normlint.report.audit.markup import Html, tag

WIDTH, TOP, BAR, AXIS = 240.0, 3.0, 5.0, 12.0
_CHANNELS = ("red", "green", "blue")


def range_bar(interval: Interval | None, *, strict: bool = False) -> Html:
    """An inline SVG: the scale as a shaded band, the values as a bar, one a channel where channels differ.

    ``strict`` marks what lies outside of the band. An infinite end is drawn to the edge.
    """
    if interval is None:
        return tag("span", "range unknown", class_="unknown")
    large = max(_finite(interval.high), default=0.0) > 16 or min(_finite(interval.low), default=0.0) < -64
    peak = 255.0 if large else 1.0
    values = [*_finite(interval.low), *_finite(interval.high), 0.0, peak]
    margin = 0.08 * (max(values) - min(values))
    low, high = min(values) - margin, max(values) + margin

    def x(value: float) -> float:
        return WIDTH * (min(max(value, low), high) - low) / (high - low)

    channels = _channels(interval)
    height = TOP * 2 + len(channels) * (BAR + 1)
    drawn = [tag("rect", class_="band", x=x(0), y=0, width=x(peak) - x(0), height=height)]
    for index, (first, last) in enumerate(channels):
        y = TOP + index * (BAR + 1)
        colour = _CHANNELS[index] if len(channels) == 3 else "value"
        drawn.append(_bar(x(first), x(last), y, f"bar {colour}"))
        if strict and first < 0:
            drawn.append(_bar(x(first), x(min(0.0, last)), y, "bar outside"))
        if strict and last > peak:
            drawn.append(_bar(x(max(peak, first)), x(last), y, "bar outside"))
    for value in (0.0, peak):
        drawn.append(tag("text", f"{value:g}", class_="tick", x=x(value), y=height + AXIS - 2))
    label = f"{interval.lowest:.4g} to {interval.highest:.4g}, drawn against 0 to {peak:g}"
    return tag(
        "svg", drawn, class_="range", role="img", aria_label=label,
        view_box=f"0 0 {WIDTH:g} {height + AXIS:g}", width=WIDTH, height=height + AXIS,
    )  # fmt: skip


def labelled(interval: Interval | None, *, strict: bool = False) -> Html:
    """The bar with its ends in numbers beside it."""
    return tag("span", range_bar(interval, strict=strict), ends(interval), class_="labelled")


def ends(interval: Interval | None) -> str:
    """``-2.118 … 2.64``; empty where nothing is known."""
    return "" if interval is None else f"{interval.lowest:.4g} … {interval.highest:.4g}"


def _bar(first: float, last: float, y: float, class_: str) -> Html:
    return tag("rect", class_=class_, x=first, y=y, width=max(last - first, 1.5), height=BAR, rx=2)


def _channels(interval: Interval) -> list[tuple[float, float]]:
    lows, highs = (tuple(round(end, 6) for end in side) for side in (interval.low, interval.high))
    if len(lows) == len(highs) == 3 and (len(set(lows)) > 1 or len(set(highs)) > 1):
        return list(zip(lows, highs, strict=True))
    return [(interval.lowest, interval.highest)]


def _finite(values: tuple[float, ...]) -> list[float]:
    return [value for value in values if math.isfinite(value)]
