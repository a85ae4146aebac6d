"""Paths as code-hosting services want them: relative to the repository, not to the project in it."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote


def prefix_in_repository(root: Path) -> str:
    """``"packages/vision/"`` for a project in a folder of a git repository; empty for one at its top, or without git."""
    for folder in (root, *root.parents):
        if os.path.lexists(folder / ".git"):
            relative = root.relative_to(folder).as_posix()
            return "" if relative == "." else relative + "/"
    return ""


def relative_uri(path: str) -> str:
    """A POSIX path as a relative URI reference; bytes that are no text come as they are on disk."""
    # A colon in the first segment would begin a scheme: it is not among the safe ones.
    return quote(os.fsencode(path), safe="/~!$&'()*+,;=@")
