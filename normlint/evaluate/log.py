"""What the evaluator writes down, by kind."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

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
        for name in _LISTS:
            getattr(self, name).extend(getattr(other, name))
        self.constructions |= other.constructions
        self.own_weights |= other.own_weights
        self.exhausted += other.exhausted


_LISTS = tuple(made.name for made in fields(Log) if made.name not in {"constructions", "own_weights", "exhausted"})
