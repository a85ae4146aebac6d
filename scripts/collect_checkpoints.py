#!/usr/bin/env python3
"""Rebuild sections of normlint/catalogue/data/checkpoints.txt from installed packages.

    python scripts/collect_checkpoints.py timm torchvision

Each name is a library whose package must be importable here; its rows are replaced, those of all other libraries stay.
Nothing is downloaded: the packages carry these numbers. Rows without a collector were read by hand from the source that
their evidence names; edit them in the file itself.
"""

from __future__ import annotations

import importlib.metadata
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parents[1] / "normlint" / "catalogue" / "data" / "checkpoints.txt"
HEADER = """\
# What published checkpoints take: (x - mean) / std of an image in low..high with its channels in the given order.
# Mean 0 and std 1: the network normalizes by itself. "none": the package states no fixed value.
# A block is "= library; mean; std; low; high; order; evidence" and the names that share it; {} in the evidence stands for
# the name after its first slash. Names that start with file/ are files of weights.
# Rebuilt by scripts/collect_checkpoints.py.
"""
HALF = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
CLIP = ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))
IDENTITY = ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))

Row = tuple[str, str, str, str, str, str, str, str]


def version(distribution: str) -> str:
    return f"{distribution}=={importlib.metadata.version(distribution).split('+')[0]}"


def numbers(values: Iterable[float] | None) -> str:
    """Ten significant digits, the shortest spelling."""
    return "none" if values is None else " ".join(f"{float(value):.10g}" for value in values)


def row(
    name: str, library: str, mean: Iterable[float] | None, std: Iterable[float] | None, evidence: str,
    *, low: float = 0, high: float = 1, order: str = "RGB",
) -> Row:  # fmt: skip
    local = name.split("/", 1)[-1]
    text = " ".join(evidence.split()).replace(local, "{}") if len(local) > 3 else " ".join(evidence.split())
    return (name, library, numbers(mean), numbers(std), f"{low:.10g}", f"{high:.10g}", order, text)


def weight_file(address: str | None) -> str | None:
    name = (address or "").rsplit("/", 1)[-1]
    return f"file/{name}" if re.fullmatch(r"[\w.+-]+\.(pth|pt|npz|bin|safetensors|tar)", name) else None


def collect_timm() -> Iterator[Row]:
    """Every pretrained tag, every model name by its default tag, the hub names and the files of weights."""
    import timm
    from timm.models import get_pretrained_cfg

    source, defaults = version("timm"), set()
    for name in timm.list_models(pretrained=True):
        config = get_pretrained_cfg(name)
        yield row(f"timm/{name}", "timm", config.mean, config.std, f"{source} timm.models.get_pretrained_cfg('{name}')")
        hub = config.hf_hub_id or ""
        if hub.count("/") == 1 and not hub.endswith("/") and hub != f"timm/{name}":
            yield row(hub, "timm", config.mean, config.std, f"{source} hf_hub_id of a pretrained cfg")
        file = weight_file(config.url)
        if file is not None:
            yield row(file, "timm", config.mean, config.std, f"{source} url of a pretrained cfg")
        bare = name.split(".", 1)[0]
        if bare not in defaults and bare != name:
            defaults.add(bare)
            default = get_pretrained_cfg(bare)
            if default is not None and default.has_weights:
                yield row(f"timm/{bare}", "timm", default.mean, default.std, f"{source} default tag of {bare}")


DETECTORS_INSIDE = "the detector normalizes inside (models/detection/transform.py)"


def collect_torchvision() -> Iterator[Row]:
    """Every member of every weights enum, and its file. Detectors normalize inside."""
    from torchvision import models

    source = version("torchvision")
    for model in models.list_models():
        enum = models.get_model_weights(model)
        for weights, name in [*((member, str(member)) for member in enum), (enum.DEFAULT, f"{enum.__name__}.DEFAULT")]:
            preset, evidence = weights.transforms(), f"{source} {weights}.transforms()"
            kind = type(preset).__name__
            if kind == "ObjectDetection":
                (mean, std), evidence = IDENTITY, f"{source} {DETECTORS_INSIDE}"
            elif kind == "OpticalFlow":
                (mean, std), evidence = HALF, f"{source} transforms/_presets.py OpticalFlow"
            else:
                mean, std = preset.mean, preset.std
            yield row(name, "torchvision", mean, std, evidence)
            file = weight_file(weights.url)
            if file is not None:
                yield row(file, "torchvision", mean, std, f"{source} url of a weights enum")


def collect_open_clip() -> Iterator[Row]:
    """Every (model, tag), and the hub name it is loaded from."""
    import open_clip
    from open_clip.pretrained import get_pretrained_cfg

    source = version("open_clip_torch")
    for model, tag in open_clip.list_pretrained():
        config = get_pretrained_cfg(model, tag)
        mean, std = config.get("mean") or CLIP[0], config.get("std") or CLIP[1]
        evidence = f"{source} open_clip.pretrained.get_pretrained_cfg of model and tag"
        yield row(f"{model}/{tag}", "open_clip", mean, std, evidence)
        hub = (config.get("hf_hub") or "").strip("/")
        if hub.count("/") == 1:
            yield row(hub, "open_clip", mean, std, f"{source} hf_hub of a pretrained cfg")


def collect_pretrainedmodels() -> Iterator[Row]:
    import pretrainedmodels

    source = version("pretrainedmodels")
    for name, settings in pretrainedmodels.pretrained_settings.items():
        for weights, known in settings.items():
            low, high = known["input_range"]
            evidence = f"{source} pretrainedmodels.pretrained_settings by name and weights"
            details: dict[str, Any] = {"low": low, "high": high, "order": known["input_space"]}
            yield row(f"pretrainedmodels.{name}/{weights}", "pretrainedmodels", known["mean"], known["std"], evidence, **details)


COLLECTORS: dict[str, Callable[[], Iterator[Row]]] = {
    "timm": collect_timm,
    "torchvision": collect_torchvision,
    "open_clip": collect_open_clip,
    "pretrainedmodels": collect_pretrainedmodels,
}


def read(text: str) -> list[Row]:
    """The rows of a table."""
    rows: list[Row] = []
    block: list[str] = []
    for line in text.splitlines():
        if line.startswith("= "):
            block = line[2:].split("; ", 6)
        elif line and not line.startswith("#"):
            rows.append((line, *block))  # type: ignore[arg-type]
    return rows


def write(rows: Iterable[Row]) -> str:
    """The table: blocks and names sorted; of two rows of one name the first stays."""
    blocks: dict[tuple[str, ...], list[str]] = defaultdict(list)
    seen: set[str] = set()
    for name, *block in rows:
        if name.lower() not in seen:
            seen.add(name.lower())
            blocks[tuple(block)].append(name)
    parts = [HEADER]
    for key in sorted(blocks):
        parts.append("\n".join(["= " + "; ".join(key), *sorted(blocks[key])]) + "\n")
    return "".join(parts)


def main(names: list[str]) -> int:
    unknown = sorted(set(names) - set(COLLECTORS))
    if unknown or not names:
        print(f"usage: collect_checkpoints.py LIBRARY...; known are {', '.join(COLLECTORS)}", file=sys.stderr)
        return 2
    rows = [known for known in read(TABLE.read_text(encoding="ascii")) if known[1] not in names]
    for name in names:
        fresh = list(COLLECTORS[name]())
        print(f"{name}: {len(fresh)} rows")
        rows += fresh
    TABLE.write_text(write(rows), encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
