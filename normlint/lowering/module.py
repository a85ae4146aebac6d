"""A file's bytes to ``ir.Module``."""

from __future__ import annotations

from functools import cache

from normlint import ir
from normlint.evaluate.relevance import Mentions, digests
from normlint.harmless import is_harmless
from normlint.immutable import replace
from normlint.lowering.abstract.slices import Again, body_of
from normlint.lowering.parsing import Lowered, lower_text, sliced_text, unreadable
from normlint.lowering.unreadable import UnreadableError
from normlint.notebooks import Cell, read_notebook
from normlint.places import Span
from normlint.source import SourceError, decode


def lower(path: str, data: bytes) -> ir.Module:
    """Lower the Python source ``data`` of the file at the POSIX path ``path``; ``.ipynb`` is read as a notebook.

    A pure function; raises nothing for any bytes: what could not be read is in ``problems`` and the rest is lowered.
    """
    try:
        text = decode(data)
    except SourceError as error:
        return ir.Module(path, (), (error.problem,))
    if path.endswith(".ipynb"):
        return _notebook(path, text)
    try:
        body, problems = lower_text(text)
    except UnreadableError as error:
        return ir.Module(path, (), (error.problem,))
    return ir.Module(path, body, problems)


def lower_slices(path: str, data: bytes, again: Again) -> tuple[ir.Module, Mentions]:
    """The same module, and what it mentions, in less time: bodies of functions are lowered when they are asked for.

    ``again`` stands in for one that cannot be lowered by itself.
    """
    if not path.endswith(".ipynb"):
        try:
            found = sliced_text(decode(data), again)
        except SourceError:
            found = None  # ``lower`` says why
        if found is not None:
            body, mentions = found
            return ir.Module(path, body), mentions
    module = lower(path, data)
    return module, digests(module)


def lower_with_file(path: str, data: bytes) -> Again:
    """What gives the body of each function of a file by the span of its name; the whole file is lowered the first time."""

    @cache
    def bodies() -> dict[Span, tuple[ir.Statement, ...]]:
        found: dict[Span, tuple[ir.Statement, ...]] = {}
        pending: list[object] = [*lower(path, data).body]
        while pending:
            node = pending.pop()
            if isinstance(node, ir.Function):
                found[node.name_span] = node.body
            for field in ("body", "otherwise", "handlers", "final", "cases"):
                pending += getattr(node, field, ())
        return found

    return lambda name_span: bodies().get(name_span, ())


def lower_lines(text: str, span: Span) -> tuple[ir.Statement, ...] | None:
    """The body of the function that stands in these lines, and at this span of its file.

    None where it cannot be told, or the lines may be over a limit.
    """
    return body_of(text, span) if text.isascii() and is_harmless(text) else None


def _notebook(path: str, text: str) -> ir.Module:
    notebook = read_notebook(text)
    if not notebook.cells:
        return ir.Module(path, (), notebook.problems)
    body, problems = _cells(notebook.cells)
    return ir.Module(path, body, problems, tuple([line for cell in notebook.cells for line in cell.lines]))


def _cells(cells: tuple[Cell, ...]) -> Lowered:
    """The cells as one program; where that cannot be parsed, without the cells to blame."""
    try:
        return lower_text("".join([cell.text for cell in cells]))
    except UnreadableError as error:
        whole = error.problem
    texts: list[str] = []
    problems: list[ir.Problem] = []
    offset = 0
    for cell in cells:
        problem = unreadable(cell.text)
        if problem is not None:
            span = problem.span
            moved = span._replace(line=span.line + offset, end_line=span.end_line + offset)
            problems.append(replace(problem, span=moved, message=f"cell {cell.lines[0].cell}: {problem.message}"))
        texts.append(cell.text if problem is None else "\n" * len(cell.lines))
        offset += len(cell.lines)
    if not problems:
        return (), (whole,)
    try:
        body, more = lower_text("".join(texts))
    except UnreadableError as error:
        return (), (*problems, error.problem)
    return body, (*problems, *more)
