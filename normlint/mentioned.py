"""What the sources of modules mention, from the cache where the last run has worked it out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from sys import intern
from typing import Any

from normlint import ir
from normlint.earlier import mentions_key
from normlint.evaluate.relevance import Digest, Mentions, digests
from normlint.known_files import check_column
from normlint.places import Span
from normlint.workspace import Workspace


class Mentioned:
    """``relevance.digests`` of the modules of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def of(self, path: str, module: ir.Module) -> Mentions:
        """What the module mentions; kept for scripts only, as a notebook of the same content is lowered to something else."""
        ahead = self._workspace.mentions_ahead.pop(path, None)
        is_kept = self._workspace.store is not None and not path.endswith(".ipynb")
        key = mentions_key(self._workspace.digest(path)) if is_kept else ""
        if is_kept and ahead is None:
            data = self._workspace.unit(key)
            try:
                if data is not None:
                    return unpack(data)
            except (ValueError, TypeError, LookupError, RecursionError):
                pass  # damaged: it is worked out again
        if isinstance(ahead, bytes):
            found, data = unpack(ahead), ahead
        else:
            found, data = digests(module) if ahead is None else ahead, None
        if is_kept:
            self._workspace.keep_unit(key, data or pack(found))
        return found


def pack(mentions: Mentions) -> bytes:
    """As bytes that ``unpack`` reads back to equal mentions."""
    by_span, by_name, words = mentions
    names: dict[str, int] = {}

    def numbers(texts: Iterable[str]) -> list[int]:
        return [names.setdefault(text, len(names)) for text in sorted(texts)]

    def row(digest: Digest) -> list[object]:
        return [int(digest.hit), int(digest.carries), numbers(digest.names)]

    document = [
        [[*span, *row(digest)] for span, digest in by_span.items()],
        [[name, *row(digest)] for name, digest in by_name.items()],
        numbers(words),
        list(names),  # complete only now
    ]
    return json.dumps(document, separators=(",", ":")).encode("ascii")


def unpack(data: bytes) -> Mentions:
    """What ``pack`` wrote. Raises ``ValueError``, ``TypeError`` or ``LookupError`` for anything else."""
    spans, named, words, names = json.loads(data)
    check_column(names, str)
    names = [intern(name) for name in names]  # many modules mention the same

    def texts(numbers: Any) -> tuple[str, ...]:
        check_column(numbers, int)
        if numbers and min(numbers) < 0:
            raise ValueError("a name is missing")
        return tuple([names[number] for number in numbers])

    def digest(hit: Any, carries: Any, numbers: Any) -> Digest:
        check_column([hit, carries], int)
        return Digest(bool(hit), texts(numbers), bool(carries))

    by_span: dict[Span, Digest] = {}
    for *numbers, hit, carries, mentioned in spans:
        check_column(numbers, int)
        line, column, end_line, end_column = numbers
        by_span[Span(line, column, end_line, end_column)] = digest(hit, carries, mentioned)
    by_name: dict[str, Digest] = {}
    for name, *rest in named:
        check_column([name], str)
        by_name[name] = digest(*rest)
    return by_span, by_name, frozenset(texts(words))
