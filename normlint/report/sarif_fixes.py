"""Fixes as SARIF carries them: a description and the replacements in each file."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from normlint.findings import Finding
from normlint.fixes import Edit
from normlint.report.characters import escaped
from normlint.report.json_output import Json
from normlint.report.repository import relative_uri


def fixes_of(root: Path, findings: Sequence[Finding], prefix: str, base: str) -> list[list[Json]]:
    """For each finding its fix, as a list of one or none; ``base`` is the id that paths are relative to."""
    if not any(finding.fix is not None for finding in findings):
        return [[] for _ in findings]
    # The fixing side brings LibCST, which a report without fixes does not need.
    from normlint.fixing.preview import previews

    edits = previews(root, findings)
    return [
        [_fix(finding.fix.description, found, prefix, base)] if finding.fix is not None and found else []
        for finding, found in zip(findings, edits, strict=True)
    ]


def _fix(description: str, edits: tuple[Edit, ...], prefix: str, base: str) -> dict[str, Json]:
    changes: list[Json] = []
    for path, group in groupby(edits, key=lambda edit: edit.place.path):
        replacements: list[Json] = [_replacement(edit) for edit in group]
        location: Json = {"uri": relative_uri(prefix + path), "uriBaseId": base}
        changes.append({"artifactLocation": location, "replacements": replacements})
    return {"description": {"text": escaped(description)}, "artifactChanges": changes}


def _replacement(edit: Edit) -> Json:
    place = edit.place
    region: Json = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }
    return {"deletedRegion": region, "insertedContent": {"text": edit.text}}
