"""Which entry points were compared, and why: ``normlint sites --pairs``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from normlint.arrivals import Arrival
from normlint.mismatches import comparison
from normlint.report.characters import escaped
from normlint.report.json_output import VERSION, Json, dumps

if TYPE_CHECKING:
    from normlint.entrypoints import EntryPoint
    from normlint.pairing import Pair
    from normlint.project import Analysis


def pairs_text(analysis: Analysis) -> str:
    """Each pair with its evidence and what came of it, then the entry points that were compared with nothing."""
    pairs, entries = analysis.facts.pairs, analysis.facts.entry_points
    blocks = ["\n".join(_pair_lines(pair)) for pair in pairs]
    paired = {entry.path for pair in pairs for entry in (pair.training, pair.other)}
    alone = [entry for entry in entries if entry.path not in paired and entry.role != "library"]
    if alone:
        blocks.append("\n".join(["not compared with anything", *(f"  {_entry(entry)}" for entry in alone)]))
    blocks.append(f"{_count(len(pairs), 'pair')}, {_count(len(entries), 'entry point')}.")
    return "\n\n".join(blocks)


def _pair_lines(pair: Pair) -> list[str]:
    lines = [escaped(pair.model)]
    for entry in (pair.training, pair.other)[: 1 if pair.training is pair.other else 2]:
        lines.append(f"  {_entry(entry)}: {_arriving(entry, pair)}")
    return [*lines, f"  {comparison(pair)}; {escaped(pair.reason)} ({pair.confidence} confidence)"]


def _entry(entry: EntryPoint) -> str:
    return f"{escaped(entry.path)} [{entry.role}: {escaped(entry.evidence)}]"


def _arriving(entry: EntryPoint, pair: Pair) -> str:
    training = entry is pair.training
    arrivals = entry.arrivals(pair.model if training else pair.fed) or (entry.delivered() if training else None)
    return "not known" if arrivals is None else "; ".join(_described(arrivals))


def _described(arrivals: Iterable[Arrival]) -> list[str]:
    return list(dict.fromkeys(escaped(arrival.describe()) for arrival in arrivals))


def pairs_json(analysis: Analysis) -> str:
    """The entry points and the pairs. Pure ASCII."""
    facts = analysis.facts
    return dumps({
        "version": VERSION, "root": ".",
        "entry_points": [_entry_json(entry) for entry in facts.entry_points],
        "pairs": [
            {
                "training": pair.training.path, "other": pair.other.path, "model": pair.model,
                "evidence": list(pair.evidence), "confidence": pair.confidence, "comparison": comparison(pair),
            }
            for pair in facts.pairs
        ],
    })  # fmt: skip


def _entry_json(entry: EntryPoint) -> dict[str, Json]:
    models: dict[str, Json] = {}
    for model in sorted(entry.models):
        arrivals = entry.arrivals(model)
        models[model] = None if arrivals is None else list(_described(arrivals))
    return {"path": entry.path, "role": entry.role, "evidence": entry.evidence, "models": models}


def _count(number: int, noun: str) -> str:
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{number} {noun if number == 1 else plural}"
