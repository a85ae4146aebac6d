"""JUnit XML: a suite a file, a test case a finding, in the dialect that Jenkins, GitLab and Azure read."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from normlint.findings import Finding
from normlint.report.characters import escaped
from normlint.report.frames import location

if TYPE_CHECKING:
    from normlint.project import Analysis


_DECLARATION = "<?xml version='1.0' encoding='us-ascii'?>\n"


def check_junit(analysis: Analysis) -> str:
    """The findings as failures; info findings, which fail no run, as skipped cases. A clean run is one passed case."""
    root = Element("testsuites", name="normlint")
    findings = sorted(analysis.findings, key=lambda finding: finding.order)
    for path, group in groupby(findings, key=lambda finding: finding.place.path):
        _suite(root, path, list(group))
    if not findings:
        suite = SubElement(root, "testsuite", name="normlint", tests="1", failures="0", errors="0", skipped="0")
        SubElement(suite, "testcase", name="no findings", classname="normlint")
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    indent(root)
    document: bytes = tostring(root, encoding="us-ascii")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + document.decode("ascii").removeprefix(_DECLARATION)


def _suite(root: Element, path: str, findings: list[Finding]) -> None:
    skipped = sum(finding.severity == "info" for finding in findings)
    counts = {"tests": len(findings), "failures": len(findings) - skipped, "errors": 0, "skipped": skipped}
    shown = _text(path)
    suite = SubElement(root, "testsuite", {"name": shown, **{name: str(count) for name, count in counts.items()}})
    for finding in findings:
        place = finding.place
        case = SubElement(
            suite, "testcase", name=_text(f"{finding.code} {finding.name} at {place.line}:{place.column}"),
            classname=shown, file=shown, line=str(place.line),
        )  # fmt: skip
        message = _text(finding.message)
        if finding.severity == "info":
            SubElement(case, "skipped", message=message)
            continue
        failure = SubElement(case, "failure", type=finding.severity, message=message)
        related = (f"{location(r.place)}: {r.message}" for r in finding.related)
        failure.text = "\n".join(map(_text, [f"{location(place)}: {finding.message}", *related]))


def _text(text: str) -> str:
    """What XML 1.0 cannot hold, not even as a reference, as backslash escapes."""
    return escaped(text).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
