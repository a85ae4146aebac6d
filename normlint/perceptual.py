"""The normalize in a project's own copy of LPIPS, which takes what is in -1..1.

lpips==0.1.4 lpips/lpips.py:150 (ScalingLayer): ImageNet's mean and std as they are on -1..1 data. lpips-pytorch,
taming-transformers and what was copied from them have the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.claims import written_pair
from normlint.evaluate.observations import Observation, steps_of
from normlint.facts import Facts
from normlint.pixelmap import close
from normlint.places import Place

_SHIFT, _SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)


def scaling_layers(facts: Facts) -> Iterator[tuple[Observation, Place]]:
    """What reaches such a normalize, and the call that hands it over."""
    for observation in facts.certain("normalize"):
        pair = written_pair(observation)
        if pair is None or len(pair[0]) != 3 or observation.before is None:
            continue
        if close(pair[0], _SHIFT, 0.0, 1e-3) and close(pair[1], _SCALE, 0.0, 1e-3):
            yield observation, _handed_over(observation)


def _handed_over(observation: Observation) -> Place:
    """The call in the file that made the values; in a single file the one from outside of the network's ``forward``."""
    image, stack = observation.before, observation.stack
    steps = steps_of(image) if image is not None else ()
    made = steps[-1].place if steps else image.origin.place if image is not None else None
    outside = [place for place in stack if made is not None and place.path == made.path != observation.place.path]
    if outside:
        return outside[-1]
    return (stack[:-1] or stack or (observation.place,))[-1]
