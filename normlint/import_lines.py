"""What the lines of a source file import, read off its text."""

from __future__ import annotations

import re
from collections.abc import Iterator

_IMPORT = re.compile(
    rb"""^[ \t]*(?:
    from(?=[ \t.])[ \t]*(?P<dots>\.*)[ \t]*(?P<module>[\w.]*)[ \t]*(?<=[ \t.])import\b[ \t]*
    (?P<names>\([^)]*\)?|(?:[^\n#\\]|\\\n)*)
    |import[ \t]+(?P<modules>(?:[^\n#\\]|\\\n)*)
    )""",
    re.MULTILINE | re.VERBOSE,
)
_COMMENT = re.compile(rb"#[^\n]*")
_ALIASED = re.compile(rb"([\w.]+|\*)(?:\s+as\s+\w+)?")


def imports_in(data: bytes) -> Iterator[tuple[str, int]]:
    """The modules that the lines of a file import, and their members, which may be modules, each with its level."""
    for match in _IMPORT.finditer(data):
        if match["modules"] is not None:
            for dotted in _names(match["modules"]):
                yield dotted, 0
            continue
        module, level = match["module"].decode("utf-8", "replace"), len(match["dots"])
        yield module, level
        for name in _names(match["names"]):
            if name != "*":
                yield f"{module}.{name}" if module else name, level


def _names(listed: bytes) -> Iterator[str]:
    for match in _ALIASED.finditer(_COMMENT.sub(b"", listed)):
        yield match[1].decode("utf-8", "replace")
