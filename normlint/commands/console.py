"""What commands print, and in which colours."""

from __future__ import annotations

import os
import sys
from typing import Any

# Terminals that draw OSC 8 hyperlinks; VTE had them from version 0.50 on.
_LINKING_PROGRAMS = frozenset({"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper"})
_LINKING_VARIABLES = ("WT_SESSION", "KITTY_WINDOW_ID", "DOMTERM", "KONSOLE_VERSION")


def show(text: str) -> None:
    """Print a report; nothing at all for an empty one."""
    if not text:
        return
    if os.name == "nt":
        import click  # it knows the consoles there

        click.echo(encodable(text, sys.stdout), color=True)
    else:
        sys.stdout.write(encodable(text, sys.stdout) + "\n")
        sys.stdout.flush()


def wants_color(choice: str) -> bool:
    """``--color`` wins over NO_COLOR, that over FORCE_COLOR, that over what the terminal is."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def wants_links() -> bool:
    """Whether the terminal follows hyperlinks (OSC 8): by FORCE_HYPERLINK, else by what the terminal says it is."""
    forced = os.environ.get("FORCE_HYPERLINK")
    if forced is not None:
        return forced not in {"", "0"}
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb" or os.environ.get("CI"):
        return False
    vte = os.environ.get("VTE_VERSION", "")
    return (
        (vte.isdecimal() and int(vte) >= 5000)
        or os.environ.get("TERM_PROGRAM") in _LINKING_PROGRAMS
        or any(os.environ.get(name) for name in _LINKING_VARIABLES)
        or os.environ.get("TERM", "").startswith(("xterm-kitty", "alacritty", "foot"))
    )


def encodable(text: str, stream: Any) -> str:
    """What the stream's encoding lacks, as backslash escapes."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
