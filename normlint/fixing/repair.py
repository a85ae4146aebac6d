"""Fixes made one after the other, each one proved by another analysis of the files as it would leave them."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from normlint.findings import Finding
from normlint.fixes import ClampFirst
from normlint.fixing.document import Document, EditError, Replacement
from normlint.fixing.files import Files, Patch
from normlint.fixing.notebook import NotebookDocument, reads_as
from normlint.fixing.planning import plans
from normlint.fixing.verdict import lost_sites, objection
from normlint.immutable import dataclass, field

if TYPE_CHECKING:
    from normlint.project import Analysis

# Rounds of plan, analysis and verdict. Each makes at least one fix or gives one up.
MOST_ROUNDS = 400

NOT_COVERED = "the code is spelled in a way that the fix does not cover"


@dataclass(frozen=True, slots=True)
class Unfixed:
    """A finding with a fix that was not made, and why."""

    finding: Finding
    reason: str


@dataclass(frozen=True)
class Outcome:
    """The analysis of the files as fixed, their new bytes by path, and what was fixed or not."""

    analysis: Analysis
    changed: Mapping[str, bytes]
    fixed: tuple[Finding, ...]
    unfixed: tuple[Unfixed, ...]


@dataclass
class Repair:
    """``analyze`` runs on the project with an overlay, ``read`` gives the bytes of a file as it is on disk.

    ``allowed`` says which files may be changed; ``unsafe`` whether unsafe fixes are made as well.
    """

    analyze: Callable[[Mapping[str, bytes]], Analysis]
    read: Callable[[str], bytes | None]
    allowed: Callable[[str], bool]
    unsafe: bool = False
    exists: Callable[[str], bool] = lambda path: False
    _changed: dict[str, bytes] = field(default_factory=dict)
    _fixed: list[Finding] = field(default_factory=list)
    _given_up: dict[tuple[str, str], Unfixed] = field(default_factory=dict)

    def run(self, analysis: Analysis | None = None) -> Outcome:
        """Make every fix that can be made. ``analysis`` is that of the files on disk, where there is one already."""
        current = self.analyze(self._changed) if analysis is None else analysis
        limit = None
        for _ in range(MOST_ROUNDS):
            files = Files(self._data, self.exists)
            batch = self._batch(current, files, limit)
            if not batch:
                break
            better = self._attempt(current, files, batch)
            if better is not None:
                current, limit = better, None
            elif len(batch) > 1:
                limit = len(batch) // 2
            else:
                limit = None
        left = {finding.likeness for finding in current.findings}
        unfixed = tuple(item for item in self._given_up.values() if item.finding.likeness in left)
        return Outcome(current, self._changed, tuple(self._fixed), unfixed)

    def _data(self, path: str) -> bytes | None:
        return self._changed[path] if path in self._changed else self.read(path)

    def _batch(self, analysis: Analysis, files: Files, limit: int | None) -> list[tuple[Finding, list[Patch]]]:
        """Findings whose first plans do not touch each other, each with all of its plans; at most ``limit``."""
        batch: list[tuple[Finding, list[Patch]]] = []
        taken: dict[str, list[Replacement]] = {}
        # A clamp that moves makes another one superfluous.
        for finding in sorted(analysis.findings, key=_moves_clamp, reverse=True):
            if limit is not None and len(batch) >= limit:
                break
            if not self._wanted(finding) or self._key(finding, files) in self._given_up:
                continue
            assert finding.fix is not None
            found = [patch for patch in plans(files, finding.fix) if any(patch.values())]
            usable = [patch for patch in found if all(self.allowed(path) for path in patch)]
            if not usable:
                self._give_up(finding, files, "it would change a file that was not named" if found else NOT_COVERED)
            elif not _collides(usable[0], taken):
                batch.append((finding, usable))
                for path, replacements in usable[0].items():
                    taken.setdefault(path, []).extend(replacements)
        return batch

    def _wanted(self, finding: Finding) -> bool:
        return finding.fix is not None and (self.unsafe or finding.fix.safety == "safe")

    def _key(self, finding: Finding, files: Files) -> tuple[str, str]:
        """A finding by its content and its line, so that it is found again when lines move."""
        document = files.document(finding.place.path)
        lines = document.text.split("\n") if document is not None else []
        line = lines[finding.place.line - 1].strip() if finding.place.line <= len(lines) else ""
        return finding.likeness, line

    def _give_up(self, finding: Finding, files: Files, reason: str) -> None:
        self._given_up[self._key(finding, files)] = Unfixed(finding, reason)

    def _attempt(
        self, analysis: Analysis, files: Files, batch: list[tuple[Finding, list[Patch]]]
    ) -> Analysis | None:
        """The analysis after the batch; None, and nothing changed, where it does not stand the test."""
        fixed = [finding for finding, _ in batch]
        tries = batch[0][1] if len(batch) == 1 else [_together([found[0] for _, found in batch])]
        reason = NOT_COVERED
        for patch in tries:
            changed = self._applied(files, patch)
            if changed is None:
                reason = "the file could not be read again with it"
                continue
            overlay = {**self._changed, **changed}
            after = self.analyze(overlay)
            documents = Files(overlay.get).document
            problem = objection(
                (*analysis.findings, *analysis.elsewhere), (*after.findings, *after.elsewhere), fixed,
                files.document, documents, patch,
            )  # fmt: skip
            if problem is None and lost_sites(analysis.sites, after.sites, patch):
                problem = "the analysis would understand less of the file"
            if problem is None:
                self._changed.update(changed)
                self._fixed += fixed
                return after
            reason = problem
        if len(batch) == 1:
            self._give_up(fixed[0], files, reason)
        return None

    def _applied(self, files: Files, patch: Patch) -> dict[str, bytes] | None:
        changed = {}
        for path, replacements in patch.items():
            document = files.document(path)
            if document is None:
                return None
            try:
                changed[path] = document.replaced(replacements)
            except (EditError, UnicodeEncodeError):
                return None
            if isinstance(document, NotebookDocument):
                if not reads_as(changed[path], document, replacements):
                    return None
            elif path.endswith((".py", ".pyi", ".pyw")) and not _still_parses(document, path, changed[path]):
                return None
        return changed


def _moves_clamp(finding: Finding) -> bool:
    return finding.fix is not None and isinstance(finding.fix.change, ClampFirst)


def _still_parses(before: Document, path: str, data: bytes) -> bool:
    """Whether both readers take the new text, LibCST and the compiler of Python (nothing is run)."""
    if Files(lambda _: data).python(path) is None:
        return False
    after = Document.read(path, data)
    return _compiles(after.text) or not _compiles(before.text)


def _compiles(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def _together(patches: list[Patch]) -> Patch:
    whole: dict[str, tuple[Replacement, ...]] = {}
    for patch in patches:
        for path, replacements in patch.items():
            whole[path] = (*whole.get(path, ()), *replacements)
    return whole


def _collides(patch: Patch, taken: Mapping[str, list[Replacement]]) -> bool:
    """Whether a patch touches what others of the same round change; the very same changes do not collide."""
    for path, replacements in patch.items():
        others = taken.get(path, [])
        if all(replacement in others for replacement in replacements):
            continue
        for one in replacements:
            if any(one.start <= other.end and other.start <= one.end for other in others):
                return True
    return False
