"""Runs over a tree that files are changed in between."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from normlint.cache import Store
from normlint.project import Analysis, Settings, analyze
from normlint.report.json_output import check_json, sites_json


def outputs(analysis: Analysis) -> tuple[str, str]:
    return check_json(analysis), sites_json(analysis)


def run(root: Path, store: Path | None, jobs: int = 1) -> tuple[str, str]:
    """The outputs with the cache in the folder ``store``; None: without a cache."""
    kept = Store(root, store) if store is not None else None
    return outputs(analyze((root,), Settings(jobs=jobs), root=root, store=kept, with_facts=False))


def edit(path: Path, change: Callable[[str], str]) -> None:
    """Change a file as if some time ago: the cache does not believe the time of one that was changed just now."""
    path.write_text(change(path.read_text()))
    then = path.stat().st_mtime_ns - 60_000_000_000
    os.utime(path, ns=(then, then))
