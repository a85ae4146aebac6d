"""Metrics that take the same values to be on different scales: whatever these are, one of the metrics is wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from normlint.evaluate.guards import compatible
from normlint.evaluate.observations import Observation
from normlint.facts import Facts


def contradictions(facts: Facts) -> Iterator[tuple[Observation, Observation]]:
    """A metric that takes -1..1 and one that is told a range of 1, of one value in one function; the first one's place once."""
    for file in facts.files:
        values: dict[tuple[object, ...], list[Observation]] = defaultdict(list)
        for observation in file.of_kind("metric"):
            image = observation.before
            if image is not None and image.interval is None:
                values[observation.function, observation.stack, image.origin.number, image.map, image.step].append(observation)
        seen = set()
        for group in values.values():
            told = [o for o in group if o.peak == 1 and (o.contract is None or o.contract.low is None)]
            for observation in group:
                contract = observation.contract
                if contract is None or (contract.low, contract.high) != (-1, 1) or observation.place in seen:
                    continue
                other = next((o for o in told if compatible(o.guard, observation.guard)), None)
                if other is not None:
                    seen.add(observation.place)
                    yield observation, other
