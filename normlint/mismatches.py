"""Arrivals of paired entry points that disagree: what the rules across files report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from normlint.arrivals import Arrival, arrival_of, can_hold_together, is_opaque, places_agree, same_choice
from normlint.entrypoints import EntryPoint
from normlint.evaluate.observations import Feed, Observation
from normlint.findings import Confidence, Related
from normlint.immutable import dataclass
from normlint.pairing import Pair, evidence_of
from normlint.places import Place
from normlint.roles import role_of

# What was observed at a place, where the top level or the functions of the file with this path led there.
Observed = Callable[[str, Place], Iterable[Observation]]


@dataclass(frozen=True)
class Mismatch:
    """One arrival that agrees with none of those it is paired with.

    ``place`` lies in the entry point's own file where something there made the values what they are.
    """

    arrival: Arrival
    expected: Arrival
    place: Place
    side: str
    against: str
    reason: str
    confidence: Confidence

    @property
    def both_normalize(self) -> bool:
        """Both sides normalize, with other numbers (NL101); otherwise one of them does not (NL102)."""
        return self.arrival.stats is not None and self.expected.stats is not None

    @property
    def reference(self) -> Place:
        return self.expected.made_at or self.expected.feed.place

    @property
    def related(self) -> tuple[Related, ...]:
        return (
            Related(self.arrival.feed.place, "reaches the model here"), Related(self.reference, f"{self.against} side"),
        )  # fmt: skip

    @property
    def key(self) -> str:
        return f"{self.arrival.describe()} | {self.expected.describe()}"


def mismatches(pairs: Iterable[Pair], observed: Observed) -> Iterator[Mismatch]:
    """Disagreements between entry points and the training that they are paired with."""
    groups: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[pair.other.path, pair.fed].append(pair)
    for group in groups.values():
        pair = group[0]
        entry = pair.other
        for arrival, expected in _compared(group):
            chosen = [a.made_at.path for a in (arrival, expected[0]) if a.made_at is not None and _is_default(a, observed)]
            yield Mismatch(
                arrival, expected[0], _place(arrival, entry, observed), _side(arrival, entry), "training",
                pair.reason + (f"; by the default options of {' and '.join(dict.fromkeys(chosen))}" if chosen else ""),
                "medium" if chosen and pair.confidence == "high" else pair.confidence,
            )  # fmt: skip


def _is_default(arrival: Arrival, observed: Observed) -> bool:
    """Whether the numbers are the defaults of command-line options, which whoever runs the program may change."""
    made = arrival.made_at
    return made is not None and any(o.source == "argparse" for o in observed(arrival.feed.entry, made))


def _side(arrival: Arrival, entry: EntryPoint) -> str:
    """What to call the entry point: the role of the function, where one program does it all."""
    if entry.role != "train":
        return entry.role if entry.role != "unknown" else "other code"
    role = role_of("", arrival.feed.function)
    return role if role in {"eval", "inference", "export"} else "other code"


def _compared(group: list[Pair]) -> Iterator[tuple[Arrival, tuple[Arrival, ...]]]:
    """What arrives elsewhere and disagrees with all of the training, for each place where the model's objects are made."""
    entry, model = group[0].other, group[0].fed
    inside = group[0].training is entry
    for made in dict.fromkeys(feed.made for feed in entry.feeds if feed.model == model):
        expected = training_arrivals(group, made)
        if expected is not None:
            yield from ((arrival, expected) for arrival in _disagreeing(entry, model, made, expected, inside))
        elif not inside:
            yield from _differing_by_choice(entry, model, made, _all_arrivals(group, made) or ())


def comparison(pair: Pair) -> str:
    """What came of a pair: "agree", "differ", or "not known" where one side is not."""
    if any(True for _ in _compared([pair])):
        return "differ"
    return "not known" if training_arrivals([pair]) is None or pair.other.arrivals(pair.fed) is None else "agree"


def outliers(entries: tuple[EntryPoint, ...], observed: Observed) -> Iterator[Mismatch]:
    """The one entry point that differs from at least two others which serve the same model and agree."""
    by_model: dict[str, list[EntryPoint]] = defaultdict(list)
    for entry in entries:
        for model in entry.models:
            if ":" in model and entry.role not in {"test", "library"}:
                by_model[model].append(entry)
    for model, group in sorted(by_model.items()):
        known = [(entry, arrivals) for entry in group if (arrivals := entry.arrivals(model)) is not None]
        if len(known) < 3:
            continue
        for entry, arrivals in known:
            if entry.role == "train":
                continue  # what differs from training is reported where it differs
            others = [(other, theirs) for other, theirs in known if other is not entry]
            reference = others[0][1][0]
            alike = all(arrival.agrees(reference) for _, theirs in others for arrival in theirs)
            if not alike or any(arrival.agrees(reference) for arrival in arrivals):
                continue
            evidence = evidence_of(others[0][0], entry, model)
            if evidence:
                names = ", ".join(other.path for other, _ in others[:3])
                reason = f"{', '.join(evidence)}; {names} agree"
                yield Mismatch(
                    arrivals[0], reference, _place(arrivals[0], entry, observed), _side(arrivals[0], entry),
                    f"{len(others)} other programs", reason, "medium",
                )  # fmt: skip


def training_arrivals(group: list[Pair], made: Place | None = None) -> tuple[Arrival, ...] | None:
    """How images arrive in the paired training; None where that is not known or the trainings differ.

    A trainer that teaches two models of one class is held against those that the other program makes at the same ``made``.
    """
    found = _all_arrivals(group, made)
    return found if found and all(arrival.agrees(found[0]) for arrival in found) else None


def _all_arrivals(group: list[Pair], made: Place | None) -> tuple[Arrival, ...] | None:
    """How images arrive in the paired training, under whatever conditions; None where one of them is not known."""
    found: list[Arrival] = []
    for pair in group:
        arrivals = pair.training.arrivals(pair.model, True, made) or pair.training.arrivals(pair.model, made=made)
        if arrivals is None and not any(feed.model == pair.model for feed in pair.training.feeds):
            arrivals = _normalized(pair.training.delivered())
        if arrivals is None and _is_part(pair.training, group):
            continue
        if arrivals is None:
            return None
        found.extend(arrivals)
    return tuple(found)


def _is_part(training: EntryPoint, group: list[Pair]) -> bool:
    """Whether a file does nothing when it is started, and another training imports it: that one says what it is given."""
    return not training.runs and any(training.path in pair.training.imports for pair in group)


def _normalized(arrivals: tuple[Arrival, ...] | None) -> tuple[Arrival, ...] | None:
    """What a loader delivers says how images reach the model only where they are normalized already."""
    return arrivals if arrivals is not None and all(arrival.stats is not None for arrival in arrivals) else None


def _disagreeing(
    entry: EntryPoint, model: str, made: Place | None, expected: tuple[Arrival, ...], inside: bool
) -> Iterator[Arrival]:
    calls: dict[Place, list[Feed]] = defaultdict(list)
    for feed in entry.feeds:
        if feed.model == model and feed.made == made and not (inside and feed.train):
            calls[feed.place].append(feed)
    for feeds in calls.values():
        if any(is_opaque(feed) for feed in feeds):
            continue
        arrivals = [arrival for feed in feeds if (arrival := arrival_of(feed)) is not None]
        if not arrivals or any(arrival.agrees(known) for arrival in arrivals for known in expected):
            continue
        if all(places_agree(arrivals[0].feed.guard, known.feed.guard) for known in expected):
            yield arrivals[0]


def _differing_by_choice(
    entry: EntryPoint, model: str, made: Place | None, training: tuple[Arrival, ...]
) -> Iterator[tuple[Arrival, tuple[Arrival, ...]]]:
    """What arrives under a condition that training knows as well (``dataset == "cifar10"``), with other values than there."""
    for feed in entry.feeds:
        arrival = arrival_of(feed) if feed.model == model and feed.made == made and feed.guard else None
        if arrival is None:
            continue
        beside = tuple(known for known in training if can_hold_together(feed.guard, known.feed.guard))
        chosen = any(same_choice(feed.guard, known.feed.guard) for known in beside)
        if chosen and all(known.agrees(beside[0]) for known in beside) and not arrival.agrees(beside[0]):
            yield arrival, beside


def _place(arrival: Arrival, entry: EntryPoint, observed: Observed) -> Place:
    """The operation that made the values, or the call in the entry point's file that led to it."""
    made = arrival.made_at
    if made is None:
        return arrival.feed.place
    numbers = [place for place in arrival.numbers_at if place.path == entry.path]
    if numbers and made.path != entry.path:
        return numbers[0]
    if made.path == entry.path:
        return made
    for observation in observed(entry.path, made):
        own = [place for place in observation.stack if place.path == entry.path]
        if own:
            return own[-1]
    own = [place for place in (*arrival.feed.stack, arrival.feed.place) if place.path == entry.path]
    return own[-1] if own else arrival.feed.place
