"""Pairs of functions whose names say that one undoes the other, and what the two do together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from normlint.evaluate.observations import FunctionMap, Observation, steps_of
from normlint.immutable import dataclass
from normlint.pixelmap import Affine, close, show
from normlint.values import Step

_UNDOING = re.compile(r"^(?:inverse|inv|reverse|rev|undo|de|un)_?(?=[a-z]{4})|_(?:inv|inverse|reverse)$")
_FIXED = frozenset({"clip", "wrap", "saturate", "raise"})
_LEVEL = 1.01  # of 255: half a level for rounding, and 127.5 beside 128


@dataclass(frozen=True)
class InversePair:
    """``whole`` is what a picture has gone through after both functions."""

    forward: FunctionMap
    inverse: FunctionMap
    whole: Affine

    @property
    def message(self) -> str:
        shift = f" + {show(self.whole.bias)}" if any(self.whole.bias) else ""
        return (
            f"{self.inverse.name} does not undo {self.forward.name} ({self.forward.place}): after both a picture x is "
            f"{show(self.whole.gain)} * x{shift}"
        )


def broken_pairs(functions: Iterable[FunctionMap], sinks: Callable[[], Iterable[Observation]]) -> Iterator[InversePair]:
    """Pairs whose second function does not undo the first. One that gives bytes back as 0..1 is right where they are shown."""
    for pair in inverse_pairs(functions):
        if not undoes(pair) and not (changes_unit_only(pair) and (not is_strict(pair) or is_shown(sinks(), pair.inverse))):
            yield pair


def inverse_pairs(functions: Iterable[FunctionMap]) -> Iterator[InversePair]:
    """Pairs of one module or class: ``normalize`` and ``denormalize``, ``preprocess`` and ``deprocess`` and the like."""
    scopes: dict[tuple[str, str], dict[str, FunctionMap]] = defaultdict(dict)
    for function in functions:
        scopes[function.place.path, function.owner].setdefault(function.name.lower().strip("_"), function)
    for named in scopes.values():
        for name, inverse in named.items():
            base = _UNDOING.sub("", name)
            if base == name:
                continue
            forward = next((named[other] for other in _forward_names(base) if other in named), None)
            whole = forward.affine.then(inverse.affine) if forward is not None else None
            if forward is not None and whole is not None:
                yield InversePair(forward, inverse, whole)


def _forward_names(base: str) -> tuple[str, ...]:
    return (base, f"pre{base}", f"pre_{base}")


def undoes(pair: InversePair) -> bool:
    """Whether the picture comes out as it went in."""
    from_bytes = max(map(abs, pair.forward.affine.gain)) < 0.1
    slack = _LEVEL if from_bytes else _LEVEL / 255
    return close(pair.whole.gain, (1.0,), 0.01, 0.0) and all(abs(bias) <= slack for bias in pair.whole.bias)


def changes_unit_only(pair: InversePair) -> bool:
    """Whether bytes come out as 0..1, or 0..1 as bytes: an inverse for another use."""
    for factor in (255.0, 1 / 255):
        if close(pair.whole.gain, (factor,), 0.01, 0.0):
            return all(abs(bias) <= _LEVEL * (factor if factor < 1 else 1.0) for bias in pair.whole.bias)
    return False


def is_strict(pair: InversePair) -> bool:
    """``normalize`` and ``denormalize`` name exact opposites; a ``deprocess`` may prepare for another use than ``preprocess``."""
    return pair.forward.name.strip("_").startswith("norm")


def is_shown(sinks: Iterable[Observation], function: FunctionMap) -> bool:
    """Whether something that takes 0..1, and does not stretch what it gets, gets what the function returns."""
    return any(
        sink.contract is not None and sink.contract.high == 1 and sink.contract.out_of_range in _FIXED
        and sink.before is not None and any(_inside(step, function) for step in steps_of(sink.before)) for sink in sinks
    )  # fmt: skip


def _inside(step: Step, function: FunctionMap) -> bool:
    return step.place.path == function.place.path and step.place.line in function.lines
