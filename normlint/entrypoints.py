"""Entry points: files that something starts, whose data goes through them, and how images arrive at their models."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property

from normlint.arrivals import Arrival, arrival_of, is_opaque
from normlint.evaluate.observations import Construction, Feed, ModuleEvidence, WeightsFile
from normlint.immutable import dataclass, replace
from normlint.places import Place
from normlint.purposes import TRAINING, UNIT_TESTS, USING
from normlint.roles import role_of
from normlint.sites import Role


@dataclass(frozen=True)
class EntryPoint:
    """One file with the models and data that its top level and functions reach.

    ``feeds`` are the images that reach models, ``deliveries`` what its loaders deliver, ``weights`` the files that models
    are saved to and loaded from; ``runs`` says that something happens when the file is started.
    """

    path: str
    role: Role
    evidence: str
    feeds: tuple[Feed, ...]
    deliveries: tuple[Feed, ...]
    models: frozenset[str]
    imports: frozenset[str]
    weights: tuple[WeightsFile, ...] = ()
    runs: bool = True

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]

    @cached_property
    def datasets(self) -> frozenset[str]:
        return frozenset(feed.name for feed in self.deliveries if feed.name)

    def arrivals(self, model: str, train: bool | None = None, made: Place | None = None) -> tuple[Arrival, ...] | None:
        """The images at a model; None where one of them is not known, or there is none.

        With ``made``, only those at objects that were made there, where some were.
        """
        feeds = [f for f in self.feeds if f.model == model and (train is None or f.train is train)]
        return known([f for f in feeds if made is not None and f.made == made] or feeds)

    def delivered(self) -> tuple[Arrival, ...] | None:
        """The images that the loaders deliver, the training ones where some are marked; None as in ``arrivals``."""
        training = [feed for feed in self.deliveries if feed.train]
        return known(training or self.deliveries)


def known(feeds: Iterable[Feed]) -> tuple[Arrival, ...] | None:
    """All arrivals of some feeds; None where one is opaque or there is none."""
    found: list[Arrival] = []
    for feed in feeds:
        if is_opaque(feed):
            return None
        arrival = arrival_of(feed)
        if arrival is not None:
            found.append(arrival)
    return tuple(found) or None


def entry_points(
    feeds: Iterable[Feed], constructions: Iterable[Construction], modules: Iterable[ModuleEvidence],
    weights: Iterable[WeightsFile],    chosen: Callable[[str], Role | None],
) -> tuple[EntryPoint, ...]:  # fmt: skip
    """The entry points of a project, by path; ``chosen`` is the role that a user gave to a file."""
    fed: dict[str, dict[Feed, None]] = defaultdict(dict)
    built: dict[str, set[str]] = defaultdict(set)
    for feed in feeds:
        fed[feed.entry][feed] = None
    files: dict[str, list[WeightsFile]] = defaultdict(list)
    for file in weights:
        files[file.entry].append(file)
    for construction in constructions:
        built[construction.entry].add(construction.model)
    found = []
    for module in sorted(modules, key=lambda module: module.path):
        reached = [_marked(feed, module) for feed in _with_arguments(fed.get(module.path, {}))]
        models = frozenset(built.get(module.path, ())) | {feed.model for feed in reached if feed.model}
        if not reached and not models:
            continue
        given = chosen(module.path)
        role, evidence = _role(module, reached) if given is None else (given, "chosen in the settings")
        found.append(
            EntryPoint(
                module.path, role, evidence, tuple(f for f in reached if f.model), tuple(f for f in reached if not f.model),
                models, module.imports, tuple(files.get(module.path, ())), module.runs,
            )
        )  # fmt: skip
    return tuple(found)


def _with_arguments(feeds: Iterable[Feed]) -> list[Feed]:
    """Feeds without the opaque ones of a function that was looked at by itself, where a call says what its arguments are."""
    feeds = list(feeds)
    known = [feed for feed in feeds if not is_opaque(feed)]
    clear = {(feed.model, feed.place, feed.stack[at:]) for feed in known for at in range(1, len(feed.stack) + 1)}
    return [feed for feed in feeds if (feed.model, feed.place, feed.stack) not in clear or not is_opaque(feed)]


def _marked(feed: Feed, module: ModuleEvidence) -> Feed:
    """A feed at the top level of a file that trains there is one of training."""
    top = not feed.function and not feed.stack and feed.model
    return replace(feed, train=True) if top and not TRAINING.isdisjoint(module.words) else feed


def _is_unit_test(module: ModuleEvidence) -> bool:
    folders = module.path.split("/")[:-1]
    return not module.words.isdisjoint(UNIT_TESTS) or bool({"tests", "test", "testing"} & set(folders)) or not module.runs


def _role(module: ModuleEvidence, feeds: Iterable[Feed]) -> tuple[Role, str]:
    """The role of a file, and what says so: what it does before what it is called."""
    named = role_of(module.path)
    if named == "test" and _is_unit_test(module):
        return "test", "a test of the code"
    if named == "test":
        named = "eval"  # test.py beside train.py measures a model on test data
    if any(feed.train and feed.model for feed in feeds):
        return "train", "a model is trained on what it is fed"
    words = sorted(module.words & TRAINING)
    if words and module.runs:
        return "train", f"calls {words[0]}"
    if module.serves and named != "train":
        return "inference", "a server calls it"
    if not module.runs:
        return "library", "nothing runs at its top level"
    if any(feed.train for feed in feeds) and named in {"train", "library"}:
        return "train", "shuffles what its loader delivers"
    if named in {"train", "eval", "inference", "export"}:
        return named, f"named as {named}"
    words = sorted(module.words & USING)
    return ("inference", f"calls {words[0]}") if words else ("unknown", "nothing says whose data goes through it")
