"""SARIF 2.1.0 (OASIS standard, errata 01), for code scanning services and editors."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING

from normlint import __version__
from normlint.findings import Finding, Severity, Silenced
from normlint.report.catalog import first_line, section, without_markup
from normlint.report.characters import escaped
from normlint.report.identity import numbered
from normlint.report.json_output import Json
from normlint.report.lines import SourceLines
from normlint.report.repository import prefix_in_repository
from normlint.report.sarif_fixes import fixes_of
from normlint.report.sarif_flow import Located, flow_of
from normlint.report.sarif_places import ROOT, Places
from normlint.rules import Rule
from normlint.trace import Tracer

if TYPE_CHECKING:
    from normlint.project import Analysis

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
_PROBLEMS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "recommendation"}

Object = dict[str, Json]


def check_sarif(analysis: Analysis) -> str:
    """One run with all rules and findings; paths are relative to the repository. Pure ASCII."""
    prefix = prefix_in_repository(analysis.root)
    places = Places(prefix, SourceLines(analysis.root))
    tracer = Tracer(analysis.facts)
    named = numbered((*analysis.findings, *analysis.known, *analysis.silenced))
    fixes = fixes_of(analysis.root, [finding for finding, _ in named], prefix, ROOT)
    results: list[Json] = [
        _result(finding, fingerprint, tracer, places, analysis.rules) | ({"fixes": fix} if fix else {})
        for (finding, fingerprint), fix in zip(named, fixes, strict=True)
    ]
    run: Object = {
        "tool": {"driver": {
            "name": "normlint", "version": __version__, "semanticVersion": __version__,
            "rules": [_rule(rule) for rule in analysis.rules],
        }},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [{"executionSuccessful": True}],
        "results": results,
    }  # fmt: skip
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, allow_nan=False)


def _rule(rule: Rule) -> Object:
    documentation = inspect.cleandoc(rule.documentation)
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": first_line(documentation) + "."},
        "fullDescription": {"text": without_markup(section(documentation, "What it does")) or first_line(documentation)},
        "help": {"text": without_markup(documentation), "markdown": documentation},
        "defaultConfiguration": {"enabled": rule.default, "level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["correctness", "image-normalization"],
            "precision": "high" if rule.default else "medium",
            "problem.severity": _PROBLEMS[rule.severity],
        },
    }


def _result(
    finding: Finding, fingerprint: str, tracer: Tracer, places: Places, rules: tuple[Rule, ...]
) -> Object:
    result: Object = {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [places.location(Located(finding.place, finding.label))],
        "partialFingerprints": {"normlint/v1": fingerprint},
        "properties": {"confidence": finding.confidence},
    }
    index = next((number for number, rule in enumerate(rules) if rule.code == finding.code), None)
    if index is not None:
        result["ruleIndex"] = index
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, **places.location(Located(related.place, related.message))}
            for number, related in enumerate(finding.related, 1)
        ]
    if finding.baseline_state is not None:
        result["baselineState"] = finding.baseline_state
    if finding.silenced is not None:
        result["suppressions"] = [_suppression(finding.silenced, places)]
    flow = flow_of(finding, tracer)
    if len(flow) > 1:
        steps: list[Json] = [{"location": places.location(located)} for located in flow]
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    return result


def _suppression(silenced: Silenced, places: Places) -> Object:
    suppression: Object = {"kind": "inSource", "status": "accepted"}
    if silenced.reason:
        suppression["justification"] = escaped(silenced.reason)
    return suppression | {"location": places.location(Located(silenced.place, ""))}


def _message(finding: Finding) -> str:
    """The message, and a link to each related place: services show those that are linked to."""
    text = escaped(finding.message).replace("](", "\\](")
    links = [f"[{_link_text(related.message or str(related.place))}]({number})"
             for number, related in enumerate(finding.related, 1)]  # fmt: skip
    return f"{text}\nSee: {', '.join(links)}." if links else text


def _link_text(text: str) -> str:
    text = escaped(text)
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
