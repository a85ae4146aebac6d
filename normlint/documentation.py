"""The rules' documentation pages as they are installed: beside the package, or in the source tree."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import quote

_PACKAGE = Path(__file__).parent


def page_file(code: str) -> Path | None:
    """The Markdown page of a rule; None for a rule that came without one, as a plugin's does."""
    candidates = [_PACKAGE / "docs" / "rules"]
    if (_PACKAGE.parent / "pyproject.toml").is_file():
        candidates.append(_PACKAGE.parent / "docs" / "rules")
    return next((file for folder in candidates if (file := folder / f"{code}.md").is_file()), None)


def page_link(code: str) -> str | None:
    """A ``file:`` URI of the page with this host's name, by which a terminal tells local files from remote ones."""
    file = page_file(code)
    return None if file is None else f"file://{quote(socket.gethostname())}{quote(file.resolve().as_posix())}"
