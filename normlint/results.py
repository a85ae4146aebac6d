"""What a whole run found, kept for the next run with the same input and settings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from normlint.discover import is_text
from normlint.findings import Finding
from normlint.immutable import dataclass, fields, is_dataclass, replace
from normlint.record_codec import from_data, to_data
from normlint.settings.model import Settings
from normlint.sites import Site
from normlint.workspace import Workspace

# What a user chose that changes how a run goes or looks, never what it finds.
SUMMARIES = "summaries"  # the key of what the logs of the units hold, in short
_WITHOUT_EFFECT = frozenset({"cache", "cache_dir", "jobs", "format", "fail_on", "fix", "unsafe_fixes"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """The findings and sites of a project, whatever paths were asked for, in their order; sites None: nobody listed them.

    ``reached`` are the modules that they rest on: those that may hold sites, and what these import.
    """

    findings: tuple[Finding, ...]
    sites: tuple[Site, ...] | None
    reached: tuple[str, ...]
    statistics: dict[str, int]


def nothing_to_find(workspace: Workspace, settings: Settings) -> Outcome | None:
    """The outcome where no file can hold a site and none has to be told of, which takes no evaluator; None elsewhere."""
    if settings.plugins or any(not is_text(path) for path in workspace.kept()) or workspace.problems:
        return None
    if any(known is not None and known.marked for known in workspace.looked().values()):
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


def recalled(workspace: Workspace, settings: Settings, *, with_sites: bool = True) -> Outcome | None:
    """The outcome of an earlier run over the same input, if there is one that can be believed.

    Reading the sites takes longer than all else; without ``with_sites`` they are left out.
    """
    known = _Known.of(workspace, settings)
    if known is None or not (
        (known.is_last and workspace.is_as_left) or known.digest == workspace.input_digest(known.outcome.reached)
    ):
        return None
    return known.completed(workspace) if with_sites else known.outcome


def unaffected(
    workspace: Workspace, settings: Settings, rests_on: str, reached: tuple[str, ...], *, with_sites: bool
) -> Outcome | None:
    """The outcome of an earlier run whose evaluation, and whatever else findings rest on, was the same."""
    known = _Known.of(workspace, settings)
    if known is None or known.rests_on != rests_on:
        return None
    from normlint.context import with_context

    findings = tuple(with_context(known.outcome.findings, workspace.text))
    known = replace(known, outcome=replace(known.outcome, findings=findings, reached=reached))
    for name in (known.name, parts_key(settings), SUMMARIES):
        workspace.keep_unit(name)
    return known.completed(workspace) if with_sites else known.outcome


@dataclass(frozen=True, slots=True)
class _Known:
    """A result in the cache: what names its input, and what it rests on; its sites lie under ``name``.

    ``is_last``: it is that of the run which left the cache, and nothing was wrong with its files.
    """

    name: str
    is_last: bool
    digest: str
    rests_on: str
    outcome: Outcome

    @classmethod
    def of(cls, workspace: Workspace, settings: Settings) -> _Known | None:
        """The result for these settings; None where there is none that can be read."""
        if workspace.store is None or settings.plugins:
            return None
        key = key_of(settings)
        entry: Any = workspace.store.contents.results.get(key)
        try:
            outcome = Outcome(
                from_data(tuple[Finding, ...], entry["findings"]), None, _chosen(workspace, entry["reached"]),
                from_data(dict[str, int], entry["statistics"]),
            )  # fmt: skip
            is_last = entry["whole"] is True and next(reversed(workspace.store.contents.results)) == key
            return cls(_sites_of(key), is_last, str(entry["input"]), str(entry["rests on"]), outcome)
        except (TypeError, KeyError, ValueError):
            return None

    def completed(self, workspace: Workspace) -> Outcome | None:
        """The outcome with its sites; None where they were not listed, or cannot be read."""
        try:
            data = json.loads(workspace.unit(self.name) or b"null")
            sites: tuple[Site, ...] = from_data(tuple[Site, ...], data)
        except (ValueError, RecursionError):
            return None
        return replace(self.outcome, sites=sites)


def _sites_of(key: str) -> str:
    return f"sites {key}"


def parts_key(settings: Settings) -> str:
    """Under which key the findings of a run with these settings are kept by the file that they were found in."""
    return f"parts {key_of(settings)}"


def _chosen(workspace: Workspace, mask: Any) -> tuple[str, ...]:
    """The files that a mask names, which ``_mask`` made of them among the same files. Raises ``ValueError``."""
    if type(mask) is not str:
        raise ValueError("no mask")
    return tuple([path for path, digit in zip(workspace.files, mask, strict=False) if digit == "1"])


def _mask(workspace: Workspace, reached: Iterable[str]) -> str:
    wanted = frozenset(reached)
    return "".join(["01"[path in wanted] for path in workspace.files])


def remember(workspace: Workspace, settings: Settings, outcome: Outcome, rests_on: str = "") -> Mapping[str, Any]:
    """The results to keep: those of before that still hold a place, and this one last."""
    if workspace.store is None or settings.plugins:
        return {}
    key = key_of(settings)
    kept = {known: entry for known, entry in workspace.store.contents.results.items() if known != key}
    for other in kept:
        workspace.keep_unit(_sites_of(other))
    kept[key] = {
        "input": workspace.input_digest(outcome.reached), "rests on": rests_on, "findings": to_data(outcome.findings),
        "reached": _mask(workspace, outcome.reached), "statistics": outcome.statistics, "whole": not workspace.problems,
    }  # fmt: skip
    if outcome.sites is not None:
        workspace.keep_unit(_sites_of(key), json.dumps(to_data(outcome.sites), separators=(",", ":")).encode("ascii"))
    return kept
