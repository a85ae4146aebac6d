"""The commands that a project's README gives for its own scripts, and what two of them have in common.

Only fenced blocks are read. A command line is text of the project's author and is never run.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator
from itertools import product

from normlint.evaluate.weights import SUFFIXES
from normlint.immutable import dataclass
from normlint.roles import role_of

LARGEST = 200_000
MOST_COMMANDS = 400
_LONGEST = 2_000
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)[\s#]*$")
_PROMPT = re.compile(r"^\s*(?:[$>!%]|>>>)\s+|^\s*!")
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=.*")
_CONFIGS = (".yaml", ".yml", ".json", ".cfg", ".toml", ".py")
_READMES = frozenset({"readme.md", "readme_en.md", "usage.md", "getting_started.md", "training.md"})
_PAGES = frozenset({"docs", "doc"})
_RUNNERS = ("python", "ipython", "torchrun", "accelerate", "deepspeed", "streamlit", "horovodrun", "mpirun", "srun")
_USES = frozenset({"eval", "inference", "export", "test"})


@dataclass(frozen=True, slots=True)
class Command:
    """One command for a script of the project. ``section`` numbers the heading that it stands under, ``heading`` is its text.

    ``arguments`` are all words after the script, ``--option=value`` taken apart.
    """

    document: str
    line: int
    section: int
    heading: str
    script: str
    arguments: tuple[str, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """The files of weights and configuration among the arguments."""
        return tuple(word for word in self.arguments if word.lower().endswith((*SUFFIXES, *_CONFIGS)))


def is_read(path: str) -> bool:
    """Whether a file is a README, or a page of documentation beside one."""
    folder, _, name = path.rpartition("/")
    return name.lower() in _READMES or (name.lower().endswith(".md") and folder.rpartition("/")[2] in _PAGES)


def commands_of(document: str, text: str) -> Iterator[Command]:
    """The commands in one README, at most ``MOST_COMMANDS``; scripts are relative to its folder, or to that of ``docs``."""
    base = document.rpartition("/")[0]
    base = base.rpartition("/")[0] if base.rpartition("/")[2] in _PAGES else base
    fence, folder, heading, section, found = "", base, "", 0, 0
    lines = iter(enumerate(text[:LARGEST].splitlines(), 1))
    for number, line in lines:
        mark = _FENCE.match(line)
        if mark is not None and (not fence or line.strip().startswith(fence)):
            fence, folder = ("" if fence else mark[1][:3]), base
            continue
        if not fence:
            title = _HEADING.match(line)
            if title is not None:
                section, heading = section + 1, title[1][:80]
            continue
        while line.rstrip().endswith("\\") and len(line) < _LONGEST:
            _, more = next(lines, (0, ""))
            line = f"{line.rstrip()[:-1]} {more}"
        words = _words(line)
        if len(words) == 2 and words[0] == "cd":
            folder = posixpath.normpath(posixpath.join(folder, words[1]))
            continue
        script = next((index for index, word in enumerate(words) if word.endswith(".py")), None)
        if script is None or not _starts_python(words[:script]):
            continue
        path = posixpath.normpath(posixpath.join(folder, words[script]))
        arguments = tuple(part for word in words[script + 1 :] for part in word.split("=", 1) if part)
        yield Command(document, number, section, heading, path, arguments)
        found += 1
        if found >= MOST_COMMANDS:
            return


def _words(line: str) -> list[str]:
    line = _PROMPT.sub("", line[:_LONGEST], count=1).split("|", 1)[0].split("&&")[-1]
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        return []
    while words and _ASSIGNED.fullmatch(words[0]):
        words.pop(0)
    return words


def _starts_python(words: list[str]) -> bool:
    """Whether the words before a script run it: ``python -u``, ``torchrun --nproc_per_node 8``, or nothing at all."""
    runner = posixpath.basename(words[0]) if words else "python"
    return runner.startswith(_RUNNERS)


def together(commands: Iterable[Command], training: str, other: str) -> str:
    """What a README says that lets two scripts belong to one model; empty where it says nothing.

    They share a file of weights or configuration, or stand in one section in which the names say training and use.
    """
    trains = [command for command in commands if command.script == training]
    uses = [command for command in commands if command.script == other]
    for one, another in product(trains, uses):
        if one.document != another.document:
            continue
        shared = next((file for file in one.files if file in another.files), "")
        if shared:
            return f"{one.document} runs both with {shared}"
    named = role_of(posixpath.basename(training)) == "train" and role_of(posixpath.basename(other)) in _USES
    for one, another in product(trains, uses) if named else ():
        if one.document == another.document and one.section == another.section:
            return f"{one.document} runs both" + (f' under "{one.heading}"' if one.heading else "")
    return ""
