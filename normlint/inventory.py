"""From observations to the inventory: one site a place and kind, with the numbers of its best evaluation."""

from __future__ import annotations

import math
from typing import get_args

from normlint.evaluate.observations import Observation
from normlint.facts import Facts
from normlint.immutable import replace
from normlint.pixelmap import Affine, Interval
from normlint.places import Place
from normlint.roles import role_of
from normlint.sites import ResolvedFrom, Site

_SOURCES = frozenset(get_args(ResolvedFrom))


def inventory(facts: Facts) -> tuple[Site, ...]:
    """All sites in order of path and place."""
    sites: list[Site] = []
    for file in facts.files:
        best: dict[tuple[Place, str], Observation] = {}
        for observation in (*file.observations, *_by_channel(file.by_place), *file.dormant):
            key = (observation.place, observation.kind)
            known = best.get(key)
            if known is None or _rank(observation) > _rank(known):
                best[key] = observation
        sites.extend(_site(best[key]) for key in sorted(best, key=lambda key: (key[0][1:5], key[1])))
    return tuple(sites)


def _by_channel(by_place: dict[Place, tuple[Observation, ...]]) -> list[Observation]:
    """A statement that a loop ran once a channel, with other numbers each time, is one site with all of them."""
    found = []
    for group in by_place.values():
        runs = [o for o in group if o.affine is not None and o.api == "arithmetic" and len(o.affine.gain) == 1]
        if len(runs) == 3 and len({(o.affine, o.kind) for o in runs}) == 3 and len({(o.stack, o.guard) for o in runs}) == 1:
            maps = [o.affine for o in runs if o.affine is not None]
            gain, bias = tuple(m.gain[0] for m in maps), tuple(m.bias[0] for m in maps)
            mean, std = (
                tuple(numbers[0] for numbers in values if numbers) if all(values) else None
                for values in ([o.mean for o in runs], [o.std for o in runs])
            )
            found.append(replace(runs[0], affine=Affine(gain, bias), mean=mean, std=std, helper=False, stack=()))
    return found


def _rank(observation: Observation) -> tuple[bool, bool, bool, bool, bool, bool, int, int]:
    """Better: numbers known, input known, not through a helper, and seen directly in its own function."""
    return (
        observation.api != "statements",  # what an expression does itself goes before what it begins
        observation.affine is not None or observation.mean is not None,
        observation.affine is not None and (set(observation.affine.gain), set(observation.affine.bias)) != ({1.0}, {0.0}),
        observation.affine is not None and len(observation.affine.gain) > 1,
        observation.before is not None and observation.before.interval is not None,
        not observation.helper,
        -len(observation.stack),
        len(observation.labels),
    )


def _site(observation: Observation) -> Site:
    affine = observation.affine
    source = observation.source
    return Site(
        observation.place, observation.kind, observation.api, observation.mean, observation.std,
        affine.gain if affine else None, affine.bias if affine else None,
        _ends(observation.before.interval if observation.before else None),
        _ends(observation.after.interval if observation.after else None),
        role_of(observation.place.path, observation.function),
        source if source in _SOURCES else "unresolved",  # type: ignore[arg-type]
    )  # fmt: skip


def _ends(interval: Interval | None) -> tuple[float | None, float | None] | None:
    if interval is None:
        return None
    low, high = interval.lowest, interval.highest
    return (low if math.isfinite(low) else None, high if math.isfinite(high) else None)
