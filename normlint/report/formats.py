"""The formats of ``normlint check`` by name. A format's module is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from normlint.immutable import dataclass

if TYPE_CHECKING:
    from normlint.project import Analysis


@dataclass(frozen=True, slots=True)
class Appearance:
    """How a report for people looks; formats for machines have one look, and take ``statistics`` at most.

    ``links``: rule codes are hyperlinks to their documentation.
    """

    color: bool = False
    links: bool = False
    statistics: bool = False
    quiet: bool = False


def _text(analysis: Analysis, look: Appearance) -> str:
    from normlint.report.text import check_text

    return check_text(analysis, color=look.color, links=look.links, statistics=look.statistics, quiet=look.quiet)


def _concise(analysis: Analysis, look: Appearance) -> str:
    from normlint.report.concise import check_concise

    return check_concise(analysis, color=look.color, links=look.links, statistics=look.statistics, quiet=look.quiet)


def _json(analysis: Analysis, look: Appearance) -> str:
    from normlint.report.json_output import check_json

    return check_json(analysis, statistics=look.statistics)


def _sarif(analysis: Analysis, look: Appearance) -> str:
    from normlint.report.sarif import check_sarif

    return check_sarif(analysis)


def _github(analysis: Analysis, look: Appearance) -> str:
    from normlint.report.github import check_github

    return check_github(analysis, statistics=look.statistics, quiet=look.quiet)


def _gitlab(analysis: Analysis, look: Appearance) -> str:
    from normlint.report.gitlab import check_gitlab

    return check_gitlab(analysis)


def _junit(analysis: Analysis, look: Appearance) -> str:
    from normlint.report.junit import check_junit

    return check_junit(analysis)


# Formats that show more of a run than its findings.
NEED_FACTS = frozenset({"sarif"})

FORMATS: dict[str, Callable[[Analysis, Appearance], str]] = {
    "text": _text,
    "concise": _concise,
    "json": _json,
    "sarif": _sarif,
    "github": _github,
    "gitlab": _gitlab,
    "junit": _junit,
}


def render(name: str, analysis: Analysis, look: Appearance) -> str:
    """The report in the format ``name``, without a final newline; empty where there is nothing to say."""
    return FORMATS[name](analysis, look)
