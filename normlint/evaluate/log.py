"""What the evaluator writes down, by kind."""

from __future__ import annotations

from collections.abc import Hashable

from normlint.evaluate.observations import (
    AliasedChange,
    CheckpointLoad,
    Construction,
    Conversion,
    Feed,
    FunctionMap,
    Inherited,
    MaskClamp,
    ModuleEvidence,
    Observation,
    PipelineObservation,
    ReturnedOrders,
    StatsRescaled,
    WeightsFile,
    Wraparound,
)
from normlint.immutable import dataclass, field, fields
from normlint.places import Place


@dataclass(slots=True)
class Log:
    """Everything observed, in the order of evaluation.

    ``dormant`` are sites in branches that a constant switches off: they are listed, and no rule judges them. ``failures``
    say where evaluation itself broke off.
    """

    observations: list[Observation] = field(default_factory=list)
    pipelines: list[PipelineObservation] = field(default_factory=list)
    wraparounds: list[Wraparound] = field(default_factory=list)
    mask_clamps: list[MaskClamp] = field(default_factory=list)
    returned_orders: list[ReturnedOrders] = field(default_factory=list)
    function_maps: list[FunctionMap] = field(default_factory=list)
    stats_rescaled: list[StatsRescaled] = field(default_factory=list)
    aliased: list[AliasedChange] = field(default_factory=list)
    dormant: list[Observation] = field(default_factory=list)
    feeds: list[Feed] = field(default_factory=list)
    constructions: set[Construction] = field(default_factory=set)
    modules: list[ModuleEvidence] = field(default_factory=list)
    inherited: list[Inherited] = field(default_factory=list)
    conversions: list[Conversion] = field(default_factory=list)
    weights: list[WeightsFile] = field(default_factory=list)
    loads: list[CheckpointLoad] = field(default_factory=list)
    handed: list[PipelineObservation] = field(default_factory=list)
    own_weights: set[Place] = field(default_factory=set)
    failures: list[tuple[Place, str]] = field(default_factory=list)
    exhausted: int = 0

    def extend(self, other: Log) -> None:
        """Add what another log has."""
        for name in LISTS:
            more = getattr(other, name)
            if more:  # most lists of most logs are empty
                getattr(self, name).extend(more)
        self.constructions |= other.constructions
        self.own_weights |= other.own_weights
        self.exhausted += other.exhausted


LISTS = tuple(made.name for made in fields(Log) if made.name not in {"constructions", "own_weights", "exhausted"})


@dataclass(slots=True)
class Heard:
    """What a log has said, whatever calls led there, as far as it was ``read``."""

    said: set[Hashable] = field(default_factory=set)
    read: dict[str, int] = field(default_factory=dict)

    def take_in(self, log: Log) -> int:
        """Read what is new in the log; how many different things it has said."""
        for name in LISTS:
            entries = getattr(log, name)
            before = self.read.get(name, 0)
            if len(entries) > before:
                self.read[name] = len(entries)
                self.said.update((name, *_essence(entry)) for entry in entries[before:])
        return len(self.said)


def _essence(entry: object) -> tuple[Hashable, ...]:
    if isinstance(entry, Observation):
        before, after = entry.before, entry.after
        maps = (before.map if before is not None else None, after.map if after is not None else None)
        return (entry.kind, entry.place, entry.affine, entry.mean, entry.std, entry.low, entry.high, entry.dtype, *maps)
    return (getattr(entry, "place", entry), getattr(entry, "model", ""))
