"""Whether a change does what it is for: the findings that it fixes are gone, and no other one has come."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from normlint.findings import Finding
from normlint.fixing.document import Document, moved
from normlint.fixing.files import Patch
from normlint.sites import Site

Where = tuple[str, str, int]


def objection(
    before: Iterable[Finding], after: Iterable[Finding], fixed: Sequence[Finding], old: Callable[[str], Document | None],
    new: Callable[[str], Document | None], patch: Patch,
) -> str | None:
    """Why the findings ``after`` the patch are no success; None where they are.

    A finding counts as the same when it has the same rule and starts where the earlier one has moved to, else when it says
    the same.
    """
    gone = {id(finding) for finding in fixed}
    left = [finding for finding in before if id(finding) not in gone]
    by_place: dict[Where, list[Finding]] = defaultdict(list)
    for finding in left:
        for offset in _starts(finding, old, patch):
            by_place[finding.code, finding.place.path, offset].append(finding)
    targets = {(f.code, f.place.path, offset) for f in fixed for offset in _starts(f, old, patch)}
    used: set[int] = set()
    unmatched: list[Finding] = []
    for finding in after:
        place = finding.place
        where = (finding.code, place.path, _offset(new(place.path) if place.path in patch else None, finding))
        same = next((known for known in by_place[where] if id(known) not in used), None)
        if same is not None:
            used.add(id(same))
        elif where in targets:
            return f"{finding.code} would still be there"
        else:
            unmatched.append(finding)
    said = Counter(finding.likeness for finding in left if id(finding) not in used)
    for finding in unmatched:
        if said[finding.likeness] <= 0:
            return f"it would bring a new finding: {finding.code} in {finding.place.path}:{finding.place.line}"
        said[finding.likeness] -= 1
    return None


def lost_sites(before: Iterable[Site], after: Iterable[Site], patch: Patch) -> bool:
    """Whether a patched file has fewer sites of some kind, constants apart: then a finding may be gone for want of sense."""
    counts = [Counter(group for group, _ in {_understood(s) for s in sites if s.place.path in patch and s.kind != "constant"})
              for sites in (before, after)]  # fmt: skip
    return any(counts[1][group] < count for group, count in counts[0].items())


def _understood(site: Site) -> tuple[tuple[str, str], tuple[int, ...]]:
    """File and kind of a site, and what tells it from others.

    Arithmetic is listed in parts, whose kinds change when a formula is put right: of it the line counts.
    """
    place = site.place
    if site.api == "arithmetic":
        return (place.path, "arithmetic"), (place.line,)
    return (place.path, site.kind), place[1:5]


def _starts(finding: Finding, old: Callable[[str], Document | None], patch: Patch) -> set[int]:
    """Where a finding may start after the patch: before or after what is inserted at its start."""
    replacements = patch.get(finding.place.path)
    document = old(finding.place.path) if replacements else None
    offset = _offset(document, finding)
    if not replacements or document is None:
        return {offset}
    inserted = sum(len(r.text) for r in replacements if r.start == r.end == offset)
    start = moved(offset, replacements)
    return {start, start + inserted}


def _offset(document: Document | None, finding: Finding) -> int:
    """The start as one number: an offset of an edited file, else of a place whose file stays as it is."""
    place = finding.place
    return document.extent(place)[0] if document is not None else place.line * 1_000_000 + place.column
