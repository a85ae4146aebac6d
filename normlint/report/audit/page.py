"""The whole report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from normlint import __version__
from normlint.report.audit import appendix, findings, models, overview, pipelines
from normlint.report.audit.groups import grouped
from normlint.report.audit.markup import Html, joined, tag
from normlint.rules import RULES
from normlint.trace import Tracer

if TYPE_CHECKING:
    from normlint.project import Analysis

# Nothing is loaded and no script runs, whatever a name or a source line of the project holds.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def audit_html(analysis: Analysis) -> str:
    """One HTML document. The same project gives the same bytes: no date, no absolute path."""
    title = f"normlint audit: {analysis.root.name or 'project'}"
    found = grouped(analysis.sites)
    sections = [
        _section("findings", "Findings", None, findings.contents(analysis), findings.findings(analysis, Tracer(analysis.facts))),
        _section("normalizations", "Normalizations", "What the project normalizes with. The same canonical numbers are one "
                 "entry, however they are spelled: in 0..255 units, as a formula, or undone by a denormalize.",
                 overview.usage(found.groups), overview.normalizations(found)),
        _section("models", "Models and what reaches them", "Programs that serve one model, and the values that each hands to it.",
                 models.models(analysis)),
        _section("transforms", "Transforms side by side", "What each named transform makes of a decoded picture.",
                 pipelines.pipelines(analysis)),
        _section("sites", "Every site", "All places where pixel values are scaled, normalized, cast or relied on.",
                 appendix.sites(analysis)),
        _section("rules", "Rules", None, appendix.legend(RULES, frozenset(finding.code for finding in analysis.findings))),
    ]  # fmt: skip
    kept = [section for section in sections if section is not None]
    links = [tag("a", name, href=f"#{anchor}") for anchor, name in _anchors(kept)]
    head = tag(
        "head", tag("meta", charset="utf-8"), tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"), tag("title", title), tag("style", _stylesheet()),
    )  # fmt: skip
    body = tag(
        "body",
        tag("header", tag("h1", analysis.root.name or "project"), tag("p", f"normlint {__version__}: the scale of every image, "
            "as the source says it", class_="caption"), tag("nav", links), class_="page"),
        tag("main", overview.numbers(analysis, found.groups), [markup for _, _, markup in kept]),
    )  # fmt: skip
    return "<!DOCTYPE html>\n" + tag("html", head, Html("\n"), body, lang="en") + "\n"


_Section = tuple[str, str, Html]


def _section(anchor: str, title: str, lead: str | None, *content: Html | None) -> _Section | None:
    shown = [part for part in content if part]
    if not shown:
        return None
    intro = tag("p", lead, class_="lead") if lead else None
    return anchor, title, joined(Html("\n"), tag("section", tag("h2", title), intro, shown, id=anchor))


def _anchors(sections: list[_Section]) -> list[tuple[str, str]]:
    return [(anchor, title) for anchor, title, _ in sections]


def _stylesheet() -> Html:
    return Html((Path(__file__).parent / "audit.css").read_text(encoding="utf-8"))
