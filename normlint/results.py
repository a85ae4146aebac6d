"""What a whole run found, kept for the next run with the same input and settings."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from normlint.discover import is_text
from normlint.findings import Finding
from normlint.record_codec import RecordError, from_data, to_data
from normlint.settings.model import Settings
from normlint.sites import Site
from normlint.workspace import Workspace

# What a user chose that changes how a run goes or looks, never what it finds.
_WITHOUT_EFFECT = frozenset({"cache", "cache_dir", "jobs", "format", "fail_on", "fix", "unsafe_fixes"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """The findings and sites of a project, whatever paths were asked for, in their order.

    ``reached`` are the modules that they rest on: those that may hold sites, and what these import.
    """

    findings: tuple[Finding, ...]
    sites: tuple[Site, ...]
    reached: tuple[str, ...]
    statistics: dict[str, int]


def nothing_to_find(workspace: Workspace, settings: Settings) -> Outcome | None:
    """The outcome where no file can hold a site and none has to be told of, which takes no evaluator; None elsewhere."""
    if settings.plugins or any(not is_text(path) for path in workspace.kept()) or workspace.problems:
        return None
    if any(known is not None and known.marked for known in map(workspace.look, workspace.files)):
        return None  # a comment that silences nothing is a finding
    return Outcome((), (), (), {"budgets spent": 0, "observations": 0})


def key_of(settings: Settings) -> str:
    """Names the settings that findings depend on, and the content of the files that they name."""
    chosen = [
        [field.name, _plain(getattr(settings, field.name))]
        for field in fields(settings)
        if field.name not in _WITHOUT_EFFECT
    ]
    return sha256(json.dumps(chosen, sort_keys=True).encode()).hexdigest()[:32]


def _plain(value: object) -> Any:
    if isinstance(value, Path):
        content = sha256(value.read_bytes()).hexdigest() if value.is_file() else ""
        return [str(value), content]
    if isinstance(value, re.Pattern):
        return [value.pattern, value.flags]
    if is_dataclass(value) and not isinstance(value, type):
        return [_plain(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value


def recalled(workspace: Workspace, settings: Settings) -> Outcome | None:
    """The outcome of an earlier run over the same input, if there is one that can be believed."""
    if workspace.store is None or settings.plugins:
        return None
    entry: Any = workspace.store.contents.results.get(key_of(settings))
    try:
        digest, data = entry["input"], entry["outcome"]
        outcome: Outcome = from_data(Outcome, data)
        if workspace.input_digest(outcome.reached) != digest:
            return None
    except (TypeError, KeyError, RecordError):
        return None
    return outcome


def remember(workspace: Workspace, settings: Settings, outcome: Outcome) -> Mapping[str, Any]:
    """The results to keep: those of before that still hold a place, and this one last."""
    if workspace.store is None or settings.plugins:
        return {}
    key = key_of(settings)
    kept = {known: entry for known, entry in workspace.store.contents.results.items() if known != key}
    kept[key] = {"input": workspace.input_digest(outcome.reached), "outcome": to_data(outcome)}
    return kept
