"""The files of a commit, read from git's store: the work tree, the index and the branch stay as they are."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from normlint import gitlist
from normlint.discover import LISTED, MAX_BYTES, MAX_FILES, NEVER_SOURCE, without_lone_xml

TIME_LIMIT = 120.0
_REGULAR = (b"100644", b"100755")


class CommitError(Exception):
    """A commit that cannot be read; the message says why."""


def files_of(root: Path, revision: str) -> dict[str, bytes]:
    """The Python files, notebooks and config files of a revision, by path relative to ``root``.

    Links, submodules and files above the size limit are left out. Raises ``CommitError``.
    """
    tree = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").strip().decode("ascii")
    wanted = [(path, blob) for path, blob in _listed(_git(root, "ls-tree", "-r", "-z", "--full-name", tree, "."), root)]
    sources = set(without_lone_xml(path for path, _ in wanted))
    wanted = [(path, blob) for path, blob in wanted if path in sources]
    if len(wanted) > MAX_FILES:
        raise CommitError(f"{revision} has more than {MAX_FILES} files")
    answer = _git(root, "cat-file", "--batch", given=b"".join(blob + b"\n" for _, blob in wanted))
    return dict(_contents(wanted, answer, revision))


def _listed(answer: bytes, root: Path) -> Iterator[tuple[str, bytes]]:
    prefix = _git(root, "rev-parse", "--show-prefix").rstrip(b"\n")
    for entry in answer.split(b"\0"):
        attributes, _, name = entry.partition(b"\t")
        mode, _, blob = (*attributes.split(b" "), b"", b"")[:3]
        if mode not in _REGULAR or not name.startswith(prefix):
            continue
        path = os.fsdecode(name[len(prefix) :])
        *folders, _ = path.split("/")
        if os.path.splitext(path)[1].lower() in LISTED and NEVER_SOURCE.isdisjoint(folders):
            yield path, blob


def _contents(wanted: list[tuple[str, bytes]], answer: bytes, revision: str) -> Iterator[tuple[str, bytes]]:
    """``<blob> blob <size>\\n<bytes>\\n`` for each."""
    at = 0
    for path, _ in wanted:
        end = answer.find(b"\n", at)
        head = answer[at:end].split(b" ")
        if end < 0 or len(head) != 3 or head[1] != b"blob":
            raise CommitError(f"{path} of {revision} is not in this clone (a shallow or partial clone?)")
        size = int(head[2])
        data = answer[end + 1 : end + 1 + size]
        at = end + 1 + size + 1
        if size <= MAX_BYTES:
            yield path, data


def _git(root: Path, *arguments: str, given: bytes = b"") -> bytes:
    program = gitlist.program(root)
    if program is None:
        raise CommitError("git is not installed")
    try:
        done = subprocess.run(
            [program, *gitlist.HARDENED, *arguments], cwd=root, env=gitlist.environment(), input=given, capture_output=True,
            timeout=TIME_LIMIT, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise CommitError(f"git {arguments[0]} took longer than {TIME_LIMIT:g} s") from error
    except OSError as error:
        raise CommitError(f"git cannot be started: {error.strerror or error}") from error
    if done.returncode != 0:
        said = os.fsdecode(done.stderr).strip().splitlines()
        raise CommitError(said[-1] if said else f"git knows no such commit in {root}")
    return done.stdout
