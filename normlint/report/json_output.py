"""The public JSON of ``check`` and ``sites``: version 1, keys and order of DESIGN.md section 5."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from normlint.findings import SEVERITIES, Finding
from normlint.places import Place
from normlint.sites import Site

if TYPE_CHECKING:
    from normlint.project import Analysis

VERSION = 1
DIGITS = 9

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def check_json(analysis: Analysis, *, statistics: bool = False) -> str:
    """The findings and their summary; ``statistics`` adds the run's counters to the summary. Pure ASCII."""
    findings = sorted(analysis.findings, key=lambda finding: finding.order)
    return dumps({
        "version": VERSION,
        "root": ".",
        "findings": [_finding(finding) for finding in findings],
        "summary": _summary(analysis, statistics),
    })


def sites_json(analysis: Analysis) -> str:
    """The inventory of sites. Pure ASCII."""
    sites = sorted(analysis.sites, key=site_order)
    return dumps({"version": VERSION, "root": ".", "sites": [_site(site) for site in sites]})


def site_order(site: Site) -> tuple[str, int, int, int, int, str, str]:
    """Sort key of an inventory: path, place, kind, API."""
    place = site.place
    return (place.path, place.line, place.column, place.end_line, place.end_column, site.kind, site.api)


def _finding(finding: Finding) -> dict[str, Json]:
    place = finding.place
    return {
        "rule": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "confidence": finding.confidence,
        **start(place),
        "end_line": place.end_line,
        "end_column": place.end_column,
        "message": finding.message,
        "related": [start(related.place) | {"message": related.message} for related in finding.related],
        "fingerprint": finding.fingerprint,
        "fixable": finding.fixable,
    }


def _site(site: Site) -> dict[str, Json]:
    return {
        **start(site.place),
        "kind": site.kind,
        "api": site.api,
        "mean": numbers(site.mean),
        "std": numbers(site.std),
        "scale": numbers(site.scale),
        "offset": numbers(site.offset),
        "input_range": numbers(site.input_range),
        "output_range": numbers(site.output_range),
        "role": site.role,
        "resolved_from": site.resolved_from,
    }


def start(place: Place) -> dict[str, Json]:
    """Where a place begins; for a notebook the cell and the line in it as well."""
    found: dict[str, Json] = {"path": place.path, "line": place.line, "column": place.column}
    if place.cell is not None:
        found |= {"cell": place.cell, "cell_line": place.cell_line}
    return found


def _summary(analysis: Analysis, statistics: bool) -> dict[str, Json]:
    severities = Counter(finding.severity for finding in analysis.findings)
    summary: dict[str, Json] = {
        "findings": len(analysis.findings),
        **{severity: severities[severity] for severity in reversed(SEVERITIES)},
        "fixable": sum(finding.fixable for finding in analysis.findings),
        "fixed": analysis.fixed,
        "silenced": len(analysis.silenced),
        "known": len(analysis.known),
        "stale": sum(entry.count for entry in analysis.stale),
        "files_with_findings": len({finding.place.path for finding in analysis.findings}),
        "files_checked": analysis.files_seen,
        "files_with_image_code": analysis.files_lowered,
    }
    if statistics:
        summary["rules"] = dict(sorted(Counter(finding.code for finding in analysis.findings).items()))
        summary["statistics"] = dict(sorted(analysis.statistics.items()))
    return summary


def numbers(values: Iterable[float | None] | None) -> list[Json] | None:
    """Numbers without float noise; infinite ones are None."""
    return None if values is None else [_number(value) for value in values]


def _number(value: float | None) -> float | None:
    """Rounded to 9 significant digits, so that float noise is not part of the contract; no infinities, no NaN."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{DIGITS}g}") + 0.0  # -0.0 becomes 0.0


def dumps(document: dict[str, Json]) -> str:
    return json.dumps(document, indent=2, allow_nan=False)
