"""Which files of weights two programs share: the one that training saves and the one that another program loads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from normlint.entrypoints import EntryPoint
from normlint.evaluate.observations import WeightsFile
from normlint.evaluate.paths import resolved

# Names that say nothing of the model: every second repository has a best_model.pth, a course one in each lesson.
_GENERIC = re.compile(
    r"(?:best|last|latest|final|my|the|trained|saved|new|full|whole|state|dict|models?|nets?|networks?|weights?|checkpoints?"
    r"|ckpt|params|epochs?|output|pytorch|torch|keras|cnn|classifier|generator|discriminator|[gd]|[\d_.-])+",
    re.IGNORECASE,
)


def is_generic(path: str) -> bool:
    """Whether the name of a file says nothing of the model in it."""
    return _GENERIC.fullmatch(path.rsplit("/", 1)[-1].split(".", 1)[0]) is not None


def same_file(saved: WeightsFile, loaded: WeightsFile) -> str | None:
    """The path that two programs mean, each seen from its own folder, or both from the root; None where they differ.

    From the root, and outside of the project, a name that says nothing is no evidence.
    """
    one, other = (resolved(file.text, file.entry.rpartition("/")[0]) for file in (saved, loaded))
    if one is not None and one == other:
        return one
    for folders in (("", ""), ("", _folder(loaded)), (_folder(saved), "")):
        one, other = (resolved(file.text, folder) for file, folder in zip((saved, loaded), folders, strict=True))
        if one is not None and one == other and not is_generic(one):
            return one
    return saved.text if saved.text == loaded.text and not is_generic(saved.text) else None


def _folder(file: WeightsFile) -> str:
    return file.entry.rpartition("/")[0]


def shared_file(training: EntryPoint, other: EntryPoint, model: str) -> str:
    """The file that ``training`` saves ``model`` to and ``other`` loads; empty where there is none."""
    for saved in training.weights:
        if not saved.saved or saved.model not in {model, ""}:
            continue
        for loaded in other.weights:
            if not loaded.saved and (loaded.whole or loaded.model in {model, ""}):
                path = same_file(saved, loaded)
                if path is not None:
                    return path
    return ""


def handed_over(entries: tuple[EntryPoint, ...]) -> Iterator[tuple[EntryPoint, str, EntryPoint, str, str]]:
    """Programs that load what another one saves, and build no model of the same name themselves.

    Each is the saving entry point with its model, the loading one with its own, and the file.
    """
    saving: dict[str, list[tuple[EntryPoint, WeightsFile]]] = {}
    for entry in entries:
        for file in entry.weights:
            if file.saved and entry.role != "test":
                saving.setdefault(_basename(file), []).append((entry, file))
    found: dict[tuple[str, str, str, str], tuple[EntryPoint, str, EntryPoint, str, str]] = {}
    for other in entries:
        fed = {feed.model for feed in other.feeds}
        for loaded in other.weights:
            mine = loaded.model if loaded.model in fed else next(iter(fed)) if loaded.whole and len(fed) == 1 else ""
            if loaded.saved or not mine:
                continue
            for entry, saved in saving.get(_basename(loaded), ()):
                model = saved.model or only_trained(entry)
                path = same_file(saved, loaded) if model and mine not in entry.models else None
                if path is not None and (loaded.whole or not is_generic(path)):
                    found[entry.path, model, other.path, mine] = (entry, model, other, mine, path)
    yield from found.values()


def _basename(file: WeightsFile) -> str:
    return file.text.rsplit("/", 1)[-1]


def only_trained(entry: EntryPoint) -> str:
    """The model that a program trains, where it trains one only."""
    trained = {feed.model for feed in entry.feeds if feed.train}
    return trained.pop() if len(trained) == 1 else ""
