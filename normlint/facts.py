"""What rules see: observations by file, pipelines, and the places that belong together. Never the source code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from normlint.claims import normalize_claim
from normlint.command_lines import Command
from normlint.conversions import conversion_mismatches, in_code
from normlint.entrypoints import EntryPoint, entry_points
from normlint.evaluate.guards import asks_the_data
from normlint.evaluate.log import Log
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
    steps_of,
)
from normlint.findings import Related
from normlint.immutable import dataclass
from normlint.mismatches import Mismatch, mismatches, outliers
from normlint.notable import is_notable
from normlint.order_mismatches import OrderMismatch, order_mismatches
from normlint.pairing import Pair, pairs
from normlint.pixelmap import Stats
from normlint.places import Place
from normlint.reversals import Reversal, against_stats, against_training
from normlint.settings.model import Settings
from normlint.values import Image

_PROOFS = frozenset({"to_unit", "float"})


_DEFAULT = Settings()
# The lists of a log that rules see as a whole: no file owns what is in them.
ACROSS = (
    "feeds", "constructions", "modules", "weights", "function_maps", "stats_rescaled", "aliased", "conversions", "inherited",
)  # fmt: skip
_AS_LOGGED = frozenset({"modules", "function_maps"})


@dataclass(frozen=True)
class FileFacts:
    """Everything observed in one file, in source order; ``dormant`` is what a constant switches off."""

    path: str
    observations: tuple[Observation, ...] = ()
    pipelines: tuple[PipelineObservation, ...] = ()
    wraparounds: tuple[Wraparound, ...] = ()
    mask_clamps: tuple[MaskClamp, ...] = ()
    dormant: tuple[Observation, ...] = ()
    returned_orders: tuple[ReturnedOrders, ...] = ()
    loads: tuple[CheckpointLoad, ...] = ()
    handed: tuple[PipelineObservation, ...] = ()

    @cached_property
    def by_place(self) -> dict[Place, tuple[Observation, ...]]:
        """Observations grouped by the place they were made at."""
        groups: dict[Place, list[Observation]] = defaultdict(list)
        for observation in self.observations:
            groups[observation.place].append(observation)
        return {place: tuple(group) for place, group in groups.items()}

    @cached_property
    def _by_kind(self) -> dict[str, list[Observation]]:
        groups: dict[str, list[Observation]] = defaultdict(list)
        for observation in self.observations:
            groups[observation.kind].append(observation)
        return dict(groups)

    def of_kind(self, *kinds: str) -> Iterator[Observation]:
        there = [kind for kind in kinds if kind in self._by_kind]
        if len(there) > 1:
            return (o for o in self.observations if o.kind in there)
        return iter(self._by_kind[there[0]] if there else ())

    def numbers_at(self, place: Place) -> tuple[Related, ...]:
        """Where the mean and std of the normalize at ``place`` are written, if that is another line."""
        found = (where for o in self.by_place.get(place, ()) for where in (o.mean_place, o.std_place) if where is not None)
        lines: dict[tuple[str, int], Place] = {}
        for where in found:
            if not _within(where, place):
                lines.setdefault((where.path, where.line), where)
        return tuple(Related(where, "the numbers") for where in lines.values())

    def certain(self, *kinds: str) -> Iterator[Observation]:
        """Observations whose incoming range may be held against the code.

        Left out are summaries of helpers, what only happens where a condition on the data itself holds (``if x.max() <= 1``),
        and what follows from the mere assumption that a transform starts with a decoded picture.
        """
        return (o for o in self.of_kind(*kinds) if not o.helper and not asks_the_data(o.guard) and is_founded(o.before))


def _within(inner: Place, outer: Place) -> bool:
    return inner.path == outer.path and outer.line <= inner.line <= outer.end_line


def is_founded(image: Image | None) -> bool:
    """Whether a range rests on more than the assumption of a decoded picture: a ToTensor proves it, or the picture is known."""
    return image is None or not image.assumed or any(step.operation in _PROOFS for step in steps_of(image))


@dataclass(frozen=True)
class Facts:
    """The facts of a whole run, by file in path order; nothing is read before a rule asks for it.

    ``notable`` are the observations that are held against those of other files. With ``only`` they are the facts of that
    one file, which may still be asked for places in others.
    """

    by_path: Mapping[str, FileFacts]
    feeds: Sequence[Feed] = ()
    constructions: Sequence[Construction] = ()
    modules: Sequence[ModuleEvidence] = ()
    weights: Sequence[WeightsFile] = ()
    commands: tuple[Command, ...] = ()
    settings: Settings = _DEFAULT
    function_maps: Sequence[FunctionMap] = ()
    stats_rescaled: Sequence[StatsRescaled] = ()
    aliased: Sequence[AliasedChange] = ()
    conversions: Sequence[Conversion] = ()
    inherited: Sequence[Inherited] = ()
    loads: Sequence[CheckpointLoad] = ()
    notable: Sequence[Observation] = ()
    only: FileFacts | None = None

    @property
    def files(self) -> Iterable[FileFacts]:
        return self.by_path.values() if self.only is None else (self.only,)

    @cached_property
    def entry_points(self) -> tuple[EntryPoint, ...]:
        """The files that something starts, with what reaches their models."""
        return entry_points(self.feeds, self.constructions, self.modules, self.weights, self.settings.role_of)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Training and other entry points that serve one model."""
        return tuple(pairs(self.entry_points, self.settings, self.commands))

    @cached_property
    def mismatches(self) -> tuple[Mismatch, ...]:
        """Images that reach a model with other values than in the training that they are paired with."""
        conversions = (*self.conversions, *in_code(self.notable, self.weights, self.entry_points))
        found = (
            *mismatches(self.pairs, self.observed),
            *conversion_mismatches(self.entry_points, conversions, self.commands, self.settings.pair_of),
        )
        known = {mismatch.arrival for mismatch in found}
        return (*found, *(m for m in outliers(self.entry_points, self.observed) if m.arrival not in known))

    @cached_property
    def reversals(self) -> tuple[Reversal, ...]:
        """Pictures that reach a model in another channel order than in training, or than that of their stats."""
        return (*against_training(self.pairs), *against_stats(self.feeds, self._normalizes))

    @cached_property
    def order_mismatches(self) -> tuple[OrderMismatch, ...]:
        """Images that reach a model in another channel order than those of the programs that decide it."""
        told = {reversal.picture.entry for reversal in self.reversals}
        found = order_mismatches(self.entry_points, self.observed)
        return tuple(mismatch for mismatch in found if mismatch.feed.entry not in told)

    def observed(self, entry: str, place: Place) -> Iterator[Observation]:
        """What was observed at a place, where the top level or the functions of the file ``entry`` led there."""
        file = self.by_path.get(place.path)
        for observation in file.by_place.get(place, ()) if file is not None else ():
            if (observation.stack[0].path if observation.stack else place.path) == entry:
                yield observation

    def _normalizes(self, path: str) -> Iterator[Observation]:
        file = self.by_path.get(path)
        return file.of_kind("normalize") if file is not None else iter(())

    def observations(self, *kinds: str) -> Iterator[Observation]:
        for file in self.files:
            yield from file.of_kind(*kinds) if kinds else file.observations

    def certain(self, *kinds: str) -> Iterator[Observation]:
        """``FileFacts.certain`` of all files."""
        for file in self.files:
            yield from file.certain(*kinds)


def gather(log: Log, settings: Settings = _DEFAULT, commands: tuple[Command, ...] = ()) -> Facts:
    """Sort the log of the evaluator by file and place; equal observations are kept once."""
    files = files_of(log)
    across: dict[str, Any] = {name: listed(name, getattr(log, name)) for name in ACROSS}
    return Facts(
        files, commands=commands, settings=settings,
        loads=tuple(load for file in files.values() for load in file.loads),
        notable=tuple(o for file in files.values() for o in file.observations if is_notable(o)),
        **across,
    )  # fmt: skip


def listed(name: str, entries: Iterable[Any]) -> tuple[Any, ...]:
    """What the logs have in one of the lists that no file owns, in the order in which rules see it."""
    if name == "constructions":
        return tuple(sorted(set(entries)))
    return tuple(entries) if name in _AS_LOGGED else tuple(dict.fromkeys(entries))


def files_of(log: Log) -> dict[str, FileFacts]:
    """What was observed in each file."""
    observations: dict[str, list[Observation]] = defaultdict(list)
    pipelines: dict[str, dict[PipelineObservation, None]] = defaultdict(dict)
    wraparounds: dict[str, list[Wraparound]] = defaultdict(list)
    mask_clamps: dict[str, list[MaskClamp]] = defaultdict(list)
    dormant: dict[str, dict[Observation, None]] = defaultdict(dict)
    for observation in log.dormant:
        dormant[observation.place.path][observation] = None
    returned_orders: dict[str, dict[ReturnedOrders, None]] = defaultdict(dict)
    loads: dict[str, dict[CheckpointLoad, None]] = defaultdict(dict)
    handed: dict[str, dict[PipelineObservation, None]] = defaultdict(dict)
    for pipeline in log.handed:
        handed[pipeline.place.path][pipeline] = None
    for observation in _different(log.observations):
        observations[observation.place.path].append(observation)
    for pipeline in log.pipelines:
        pipelines[pipeline.place.path][pipeline] = None
    for wraparound in log.wraparounds:
        wraparounds[wraparound.place.path].append(wraparound)
    for mask in log.mask_clamps:
        mask_clamps[mask.place.path].append(mask)
    for returned in log.returned_orders:
        returned_orders[returned.place.path][returned] = None
    for load in log.loads:
        if load.loaded not in log.own_weights:
            loads[load.place.path][load] = None
    paths = sorted({*observations, *pipelines, *wraparounds, *mask_clamps, *dormant, *returned_orders, *loads, *handed})
    return {
        path: FileFacts(
            path,
            tuple(sorted(observations[path], key=lambda o: (o.place[1:5], o.kind, len(o.stack)))),
            tuple(sorted(pipelines[path], key=lambda p: p.place[1:5])),
            tuple(wraparounds[path]),
            tuple(mask_clamps[path]),
            tuple(dormant[path]),
            tuple(returned_orders[path]),
            tuple(sorted(loads[path], key=lambda load: load.place[1:5])),
            tuple(sorted(handed[path], key=lambda p: p.place[1:5])),
        )
        for path in paths
    }


def _different(observations: Iterable[Observation]) -> Iterator[Observation]:
    """The observations without those that equal an earlier one; one that is alone at its place is not looked at as a whole."""
    at_place: dict[tuple[Place, str], list[Observation]] = defaultdict(list)
    for observation in observations:
        at_place[observation.place, observation.kind].append(observation)
    for group in at_place.values():
        yield from group if len(group) == 1 else dict.fromkeys(group)


def only_normalization(file: FileFacts) -> tuple[Stats, Place] | None:
    """The stats of a file that normalizes all its pictures alike, on the way from a data set."""
    found: list[tuple[Stats, Place]] = []
    for observation in file.of_kind("normalize"):
        claim = normalize_claim(observation)
        if claim is None or observation.helper or min(claim.mean) < 0:
            return None
        found.append((claim, observation.place))
    if not found or not all(claim.same_as(found[0][0]) for claim, _ in found):
        return None
    return found[0] if any(p.to_unit and p.mean is not None for p in file.pipelines) else None
