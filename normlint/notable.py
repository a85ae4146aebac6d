"""Observations that rules across files look for, wherever they are made: of most files there is none."""

from __future__ import annotations

from normlint.conversions import is_converter
from normlint.evaluate.observations import Observation
from normlint.orders import mean_in_doubt, names_order, order_wanted, turned_to_bgr
from normlint.pixelmap import IDENTITY


def is_notable(observation: Observation) -> bool:
    """Whether a rule may hold the observation against those of other files."""
    match observation.kind:
        case "normalize":
            noted = mean_in_doubt(observation) is not None
        case "sink":
            noted = is_plain_sample(observation) or turned_to_bgr(observation) or order_wanted(observation) is not None
        case "processor" | "to_unit":
            noted = order_wanted(observation) is not None
        case "config":
            noted = names_order(observation)
        case _:
            noted = False
    return noted or is_converter(observation)


def is_plain_sample(observation: Observation) -> bool:
    """Whether a sink that takes 0..1 gets what a generative model drew, as it is."""
    image, contract = observation.before, observation.contract
    if image is None or image.origin.kind != "sample" or image.map != IDENTITY or observation.note or observation.helper:
        return False
    return observation.kind == "sink" and contract is not None and (contract.low, contract.high) == (0, 1)
