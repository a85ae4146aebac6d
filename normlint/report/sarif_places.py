"""Places as SARIF locations."""

from __future__ import annotations

from normlint.immutable import dataclass
from normlint.places import Place
from normlint.report.characters import escaped
from normlint.report.json_output import Json
from normlint.report.lines import SourceLines
from normlint.report.repository import relative_uri
from normlint.report.sarif_flow import Located

ROOT = "%SRCROOT%"


@dataclass(frozen=True, slots=True)
class Places:
    """Writes locations: ``prefix`` leads from the repository to the project, ``lines`` are the project's sources."""

    prefix: str
    lines: SourceLines

    def location(self, located: Located) -> dict[str, Json]:
        """Where it is, and what to say of it; for a notebook also the cell."""
        place = located.place
        artifact: Json = {"uri": relative_uri(self.prefix + place.path), "uriBaseId": ROOT}
        location: dict[str, Json] = {"physicalLocation": {"artifactLocation": artifact, "region": self._region(place)}}
        text = escaped(located.text)
        if place.cell is not None:
            location["logicalLocations"] = [{"fullyQualifiedName": f"cells[{place.cell}]", "kind": "cell"}]
            text = f"{text} (cells[{place.cell}] line {place.cell_line})".lstrip()
        if text:
            location["message"] = {"text": text}
        return location

    def _region(self, place: Place) -> dict[str, Json]:
        region: dict[str, Json] = {"startLine": place.line, "startColumn": self._column(place, place.line, place.column)}
        if (place.end_line, place.end_column) >= (place.line, place.column):
            region |= {"endLine": place.end_line, "endColumn": self._column(place, place.end_line, place.end_column)}
        return region

    def _column(self, place: Place, line: int, column: int) -> int:
        """The column in the raw text: in a notebook, characters of the code may be written as JSON escapes."""
        return column if place.cell is None else self.lines.raw_column(place.path, line, column)
