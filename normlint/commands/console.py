"""What commands print, and in which colours."""

from __future__ import annotations

import os
import sys
from typing import Any

import click


def show(text: str) -> None:
    """Print a report; nothing at all for an empty one."""
    if text:
        click.echo(encodable(text, sys.stdout), color=True)


def wants_color(choice: str) -> bool:
    """``--color`` wins over NO_COLOR, that over FORCE_COLOR, that over what the terminal is."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def encodable(text: str, stream: Any) -> str:
    """What the stream's encoding lacks, as backslash escapes."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
