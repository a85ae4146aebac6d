"""What the catalogue and the table of checkpoints know of a name, as text."""

from __future__ import annotations

import difflib

from normlint.catalogue import Entry, KnownStats, catalogue
from normlint.catalogue.checkpoints import Checkpoint, checkpoints
from normlint.pixelmap import show

_MOST = 8
_MOST_SIMILAR = 3
# Spellings of checkpoints by the library that loads them.
_PREFIXES = ("", "timm/", "file/", "openai.clip/", "facebookresearch/dinov2/", "smp.", "keras.applications.")


def known_of(name: str) -> list[str]:
    """A paragraph for every fact: APIs by dotted or last name, checkpoints, well-known stats. Empty where there is none."""
    name = name.strip()
    paragraphs = [_api(entry) for entry in _entries(name)]
    table = checkpoints()
    found = [known for prefix in _PREFIXES if (known := table.find(prefix + name)) is not None]
    paragraphs += [_checkpoint(known) for known in found]
    paragraphs += [_stats(known) for known in catalogue().known_stats if known.name.lower() == name.lower()]
    return paragraphs


def similar(name: str) -> list[str]:
    """Names that contain the text, or are spelled nearly like it."""
    names = catalogue().names()
    wanted = name.lower()
    stats = [known.name for known in catalogue().known_stats]
    near = [known for known in (*names, *stats) if len(wanted) > 2 and wanted in known.lower()][:_MOST_SIMILAR]
    near += checkpoints().containing(wanted, _MOST_SIMILAR) if len(wanted) > 2 else []
    return near or difflib.get_close_matches(name, names, n=_MOST_SIMILAR, cutoff=0.8)


def _entries(name: str) -> list[Entry]:
    known = catalogue()
    entry = known.method(name[1:]) if name.startswith(".") else known.lookup(name)
    if entry is not None:
        return [entry]
    if "." in name or "/" in name:
        return []
    dotted = [found for found in known.names() if found.rsplit(".", 1)[-1] == name]
    entries: list[Entry] = []
    for spelling in dotted:
        candidate = known.method(name) if spelling == f".{name}" else known.lookup(spelling)
        if candidate is not None and all(candidate.operation is not one.operation for one in entries):
            entries.append(candidate)
    return entries[:_MOST]


def _api(entry: Entry) -> str:
    operation = ", ".join(
        f"{key} from {value}" if value in entry.parameters else f"{key} {_plain(value)}"
        for key, value in entry.operation.items() if key != "op"
    )  # fmt: skip
    lines = [
        f"{entry.name}({', '.join(entry.parameters)})",
        f"  {entry.call}: {entry.operation['op']}" + (f" ({operation})" if operation else ""),
    ]
    if entry.kind is not None:
        lines.append(f"  site: {entry.kind}")
    if entry.image or entry.images:
        lines.append(f"  image: {entry.image or entry.images}")
    if entry.defaults:
        lines.append("  defaults: " + ", ".join(f"{key}={_plain(value)}" for key, value in entry.defaults.items()))
    if entry.renamed:
        lines.append("  also spelled: " + ", ".join(f"{old} for {new}" for old, new in entry.renamed.items()))
    lines.append(f"  source: {entry.evidence}")
    return "\n".join(lines)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "[" + ", ".join(map(_plain, value)) + "]"
    return "none" if value is None else str(value)


def _checkpoint(known: Checkpoint) -> str:
    if known.mean is None or known.std is None:
        wanted = "no fixed mean and std"
    elif known.inside:
        wanted = f"values in {known.low:g}..{known.high:g}, not normalized: the network does that itself"
    else:
        wanted = f"mean {show(known.mean, 8)}, std {show(known.std, 8)} on values in {known.low:g}..{known.high:g}"
    return f"{known.name} (checkpoint, {known.library})\n  takes: {wanted}, {known.order}\n  source: {known.evidence}"


def _stats(known: KnownStats) -> str:
    numbers = f"mean {show(known.mean, 8)}, std {show(known.std, 8)} on the unit scale, RGB"
    return f"{known.name} (well-known stats)\n  {numbers}\n  source: {known.evidence}"
