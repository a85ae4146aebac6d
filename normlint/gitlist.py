"""The files that git would consider part of a work tree, asked without trusting the repository's configuration."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from normlint.immutable import dataclass

TIME_LIMIT = 30.0

# A repository's own config can name programs (fsmonitor, hooks, ssh commands for a lazy fetch): all of it is off.
HARDENED = (
    "-c", "core.fsmonitor=false",
    "-c", f"core.hooksPath={os.devnull}",
    "-c", "core.sshCommand=false",
    "-c", "safe.bareRepository=explicit",
    "-c", "core.untrackedCache=false",
)  # fmt: skip
_UNREADABLE = re.compile(r"could not open directory '(?P<path>.*?)/?': (?P<reason>.+)")


@dataclass(frozen=True, slots=True)
class Listing:
    """``tracked`` and ``untracked`` paths relative to the folder asked about; ``problems`` as (path, message)."""

    tracked: tuple[str, ...]
    untracked: tuple[str, ...]
    problems: tuple[tuple[str, str], ...] = ()


class TimedOut(Exception):
    """Git did not answer within the time limit."""


def listing(
    root: Path, suffixes: tuple[str, ...], time_limit: float = TIME_LIMIT, *, respect_gitignore: bool = True
) -> Listing | None:
    """What git lists below ``root`` for the suffixes (``.py``), ignored files left out with ``respect_gitignore``.

    None where git is missing or ``root`` is in no work tree that git accepts. Raises ``TimedOut``.
    """
    git = program(root)
    if git is None:
        return None
    command = [
        git, *HARDENED, "ls-files", "-z", "-t", "--cached", "--others",
        *(["--exclude-standard"] if respect_gitignore else []), "--", *(f":(icase)*{suffix}" for suffix in suffixes),
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command,
            cwd=root,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=time_limit,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TimedOut(f"git ls-files took longer than {time_limit:g} s") from error
    except OSError:
        # A git that cannot be started is the same to the caller as no git.
        return None
    if done.returncode != 0:
        return None
    tracked: set[str] = set()
    untracked: set[str] = set()
    for entry in done.stdout.split(b"\0"):
        if entry:
            (untracked if entry.startswith(b"? ") else tracked).add(os.fsdecode(entry[2:]))
    problems = tuple(
        (match["path"], f"unreadable folder: {match['reason']}")
        for match in map(_UNREADABLE.search, os.fsdecode(done.stderr).splitlines())
        if match
    )
    return Listing(tuple(sorted(tracked)), tuple(sorted(untracked - tracked)), problems)


def program(root: Path) -> str | None:
    """The git on PATH, unless it lies in the tree to be checked (Windows looks in the current folder first)."""
    found = shutil.which("git")
    if found is None:
        return None
    program = Path(os.path.realpath(found))
    return None if program.is_relative_to(root) else str(program)


def environment() -> dict[str, str]:
    """Ours without GIT_* (a hook sets GIT_DIR and GIT_INDEX_FILE), and with everything remote forbidden."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
