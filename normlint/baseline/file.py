"""The baseline file: JSON, sorted, one entry a line, so that two branches merge."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from normlint.baseline.matching import Entry
from normlint.discover import ReadError, SourceFile, read

VERSION = 1


class BaselineError(Exception):
    """A baseline file that cannot be used; the message says why."""


def load(path: Path) -> tuple[Entry, ...]:
    """The entries of a file. Raises ``BaselineError``."""
    try:
        document = json.loads(read(SourceFile(path.name, path.resolve(), "config")).decode("utf-8-sig"))
    except (ReadError, OSError) as error:
        raise BaselineError(f"cannot read baseline {path}: {error}; `normlint baseline` writes one") from error
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"baseline {path}: no valid JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("entries"), list):
        raise BaselineError(f"baseline {path}: no list of entries")
    if document.get("version") != VERSION:
        raise BaselineError(f"baseline {path}: version {document.get('version')!r}, not {VERSION}; write it again")
    return tuple(_entry(path, number, value) for number, value in enumerate(document["entries"], 1))


def dump(entries: Iterable[Entry]) -> bytes:
    """The bytes of the file. Pure ASCII."""
    lines = [
        json.dumps({"path": e.path, "rule": e.rule, "content": e.content, "count": e.count, "message": e.message})
        for e in sorted(entries)
    ]
    listed = "".join(f"\n    {line}," for line in lines).removesuffix(",")
    return f'{{\n  "version": {VERSION},\n  "entries": [{listed}\n  ]\n}}\n'.encode("ascii")


def _entry(path: Path, number: int, value: object) -> Entry:
    if isinstance(value, dict):
        texts = [value.get(name) for name in ("path", "rule", "content")]
        count, message = value.get("count"), value.get("message", "")
        if all(isinstance(text, str) for text in texts) and isinstance(count, int) and count > 0 and isinstance(message, str):
            return Entry(str(texts[0]), str(texts[1]), str(texts[2]), count, message)
    raise BaselineError(f"baseline {path}: entry {number} needs path, rule, content and a positive count")
