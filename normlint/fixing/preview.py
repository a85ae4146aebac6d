"""The edits that fixes would make, not proved by another analysis: for reports that carry them along."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from normlint.discover import ReadError, SourceFile, read
from normlint.findings import Finding
from normlint.fixes import Edit
from normlint.fixing.document import EditError
from normlint.fixing.files import Files
from normlint.fixing.planning import plans


def previews(root: Path, findings: Iterable[Finding]) -> list[tuple[Edit, ...]]:
    """For each finding the edits of its fix, by path and place; empty without a fix, or where the code is not covered."""
    files = Files(lambda path: _read(root, path), lambda path: (root / path).is_file())
    return [_edits(files, finding) for finding in findings]


def _edits(files: Files, finding: Finding) -> tuple[Edit, ...]:
    if finding.fix is None:
        return ()
    patch = next(iter(plans(files, finding.fix)), {})
    edits: list[Edit] = []
    for path, replacements in sorted(patch.items()):
        document = files.document(path)
        try:
            edits += document.edits(replacements) if document is not None else ()
        except EditError:
            return ()
    return tuple(edits)


def _read(root: Path, path: str) -> bytes | None:
    try:
        return read(SourceFile(path, root / path, "python"))
    except ReadError:
        return None
