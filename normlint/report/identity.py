"""Fingerprints that tell equal findings of one file apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from normlint.findings import Finding


def numbered(findings: Iterable[Finding]) -> list[tuple[Finding, str]]:
    """The findings in output order with their fingerprints; the second of two equal ones ends in ``:2``.

    Services that take reports drop what has the fingerprint of another finding.
    """
    seen: Counter[str] = Counter()
    named = []
    for finding in sorted(findings, key=lambda finding: finding.order):
        fingerprint = finding.fingerprint
        seen[fingerprint] += 1
        count = seen[fingerprint]
        named.append((finding, fingerprint if count == 1 else f"{fingerprint}:{count}"))
    return named
