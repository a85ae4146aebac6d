"""The suppressions of a file, from its bytes alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from normlint.immutable import dataclass
from normlint.ir import CellLine
from normlint.logical_lines import comments
from normlint.notebooks import read_notebook
from normlint.places import Place
from normlint.source import SourceError, decode
from normlint.suppression.comments import MARK, Suppression, directive

# A larger YAML file is not read for its keys either (normlint.configs).
LARGEST = 1_000_000
_YAML_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*")


@dataclass(frozen=True, slots=True)
class _Comment:
    """A comment of one text, lines and columns 1-based, and the lines that it covers."""

    line: int
    column: int
    text: str
    first: int
    last: int


def suppressions(path: str, data: bytes) -> tuple[Suppression, ...]:
    """The suppressions in a Python file, notebook or YAML file, in the order of the file.

    A pure function; raises nothing: what cannot be read has none.
    """
    if MARK not in data:
        return ()
    try:
        text = decode(data)
    except SourceError:
        return ()
    if path.endswith(".ipynb"):
        return tuple(_of_notebook(path, text))
    if path.endswith((".yaml", ".yml")):
        return tuple(_made(path, _yaml_comments(text)))
    return () if path.endswith(".json") else tuple(_made(path, _python_comments(text)))


def _made(path: str, found: Iterator[_Comment], move: Callable[[Place], Place] = lambda place: place) -> Iterator[Suppression]:
    for comment in found:
        said = directive(comment.text)
        if said is not None:
            start, end = comment.column + said.start, comment.column + len(comment.text)
            place = move(Place(path, comment.line, start, comment.line, end))
            yield Suppression(place, said.rules, said.reason, comment.first, comment.last, said.whole_file)


def _of_notebook(path: str, text: str) -> Iterator[Suppression]:
    for cell in read_notebook(text).cells:

        def raw(place: Place, lines: tuple[CellLine, ...] = cell.lines) -> Place:
            at = lines[place.line - 1]
            start, end = at.raw_column + place.column - 1, at.raw_column + place.end_column - 1
            return Place(path, at.raw_line, start, at.raw_line, end, at.cell, at.cell_line)

        yield from _made(path, _python_comments(cell.text), raw)


def _python_comments(text: str) -> Iterator[_Comment]:
    """A comment behind code covers its line, on the first or last line of a statement all of the statement.

    One on a line of its own covers the next statement; inside of a statement, the next line.
    """
    found, logical = comments(text)
    spans = [(line.start, line.end, line.number, line.number + text.count("\n", line.start, line.end)) for line in logical]
    at = counted = 0
    number = 1
    for start, end in found:
        number += text.count("\n", counted, start)
        counted = start
        begin = text.rfind("\n", 0, start) + 1
        alone = not text[begin:start].strip()
        # The statement that ends last before the comment, or holds it, or the first one after it.
        while at < len(spans) and spans[at][3] < number:
            at += 1
        first = last = number
        if at < len(spans):
            _, _, top, bottom = spans[at]
            inside = top <= number <= bottom
            if inside and not alone and number in (top, bottom):
                first, last = top, bottom
            elif alone and inside:
                first = last = number + 1
            elif alone:
                first, last = top, bottom
        yield _Comment(number, start - begin + 1, text[start:end], first, last)


def _yaml_comments(text: str) -> Iterator[_Comment]:
    """A comment behind a value covers its line, one on a line of its own the next line that holds more than a comment."""
    lines = text.split("\n")
    covered = 0
    for line, column, comment in _yaml_gaps(text):
        if lines[line - 1][: column - 1].strip():
            yield _Comment(line, column, comment, line, line)
            continue
        covered = max(covered, line + 1)
        while covered < len(lines) and lines[covered - 1].lstrip()[:1] in ("", "#"):
            covered += 1
        yield _Comment(line, column, comment, covered, covered)


def _yaml_gaps(text: str) -> Iterator[tuple[int, int, str]]:
    """Line, column and text of what starts with ``#`` between two tokens."""
    if len(text) > LARGEST:
        return
    import yaml

    end = counted = 0
    line = 1
    try:
        # libyaml's scanner takes a seventh of the time; its marks count characters as well.
        for token in yaml.scan(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            for match in _YAML_COMMENT.finditer(text, end, max(end, token.start_mark.index)):
                line += text.count("\n", counted, match.start())
                counted = match.start()
                yield line, match.start() - text.rfind("\n", 0, match.start()), match[0]
            end = max(end, token.end_mark.index)
    except (yaml.YAMLError, RecursionError):
        # The file itself is reported where it matters; what was read of it keeps its comments.
        return
