"""The kinds of value that a key can have: reading one from TOML, spelling it on the command line, its JSON schema."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from normlint.immutable import dataclass
from normlint.selection import canonical
from normlint.settings.model import FilePair, FileRole, FileRules
from normlint.settings.patterns import PathPatterns, PatternError

Schema = dict[str, object]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value was written: paths count from ``folder``, and must stay in it if it is ``confined``."""

    folder: Path
    confined: bool


class Kind(Protocol):
    """How values of a key are read. ``typed`` and ``spelled`` raise ``ValueError`` that says what is allowed."""

    def typed(self, value: object, origin: Origin) -> object:
        """The value as the settings hold it."""

    def spelled(self, texts: Sequence[str]) -> object:
        """What stands on the command line, as TOML would hold it."""

    def schema(self) -> Schema:
        """What an editor accepts in the file."""


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false"""

    def typed(self, value: object, origin: Origin) -> bool:
        """As it is."""
        if not isinstance(value, bool):
            raise ValueError("must be true or false")
        return value

    def spelled(self, texts: Sequence[str]) -> bool:
        """The words true and false."""
        return texts[-1] == "true"

    def schema(self) -> Schema:
        """A boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    words: tuple[str, ...]

    def typed(self, value: object, origin: Origin) -> str:
        """The word."""
        if not isinstance(value, str) or value not in self.words:
            raise ValueError(f"must be one of {', '.join(self.words)}")
        return value

    def spelled(self, texts: Sequence[str]) -> str:
        """The last one."""
        return texts[-1]

    def schema(self) -> Schema:
        """An enumeration."""
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number, both limits included."""

    least: int
    most: int

    def typed(self, value: object, origin: Origin) -> int:
        """The number."""
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            raise ValueError(f"must be a whole number from {self.least} to {self.most}")
        return value

    def spelled(self, texts: Sequence[str]) -> int | str:
        """The last one; what is no number is refused by ``typed``."""
        return int(texts[-1]) if re.fullmatch(r"\d{1,9}", texts[-1]) else texts[-1]

    def schema(self) -> Schema:
        """An integer with its limits."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Rules:
    """A list of codes, prefixes of codes, and names: ``NL2``, ``wrong-inverse``."""

    def typed(self, value: object, origin: Origin) -> tuple[str, ...]:
        """In the order given; whether there is such a rule is asked when the rules are loaded."""
        return rule_list(value)

    def spelled(self, texts: Sequence[str]) -> list[str]:
        """Split at commas."""
        return split(texts)

    def schema(self) -> Schema:
        """A list of strings."""
        return {"type": "array", "items": {"type": "string", "minLength": 1}}


@dataclass(frozen=True, slots=True)
class Packages:
    """A list of names of installed packages."""

    def typed(self, value: object, origin: Origin) -> tuple[str, ...]:
        """In the order given."""
        return word_list(value, "names of installed packages")

    def spelled(self, texts: Sequence[str]) -> list[str]:
        """Split at commas."""
        return split(texts)

    def schema(self) -> Schema:
        """A list of strings."""
        return {"type": "array", "items": {"type": "string", "minLength": 1}}


@dataclass(frozen=True, slots=True)
class Globs:
    """A list of patterns as in a .gitignore file."""

    def typed(self, value: object, origin: Origin) -> PathPatterns:
        """Compiled."""
        return patterns(word_list(value, "patterns"))

    def spelled(self, texts: Sequence[str]) -> list[str]:
        """One each time: a pattern may hold a comma."""
        return list(texts)

    def schema(self) -> Schema:
        """A list of strings."""
        return {"type": "array", "items": {"type": "string", "minLength": 1}}


@dataclass(frozen=True, slots=True)
class RuleTable:
    """Rules by file pattern: ``{ "tests/" = ["NL1"] }``, on the command line ``tests/:NL1,NL2``."""

    def typed(self, value: object, origin: Origin) -> tuple[FileRules, ...]:
        """In the order given."""
        return tuple(
            FileRules(patterns((glob,)), rule_list(rules, f"of {glob}")) for glob, rules in table(value).items()
        )

    def spelled(self, texts: Sequence[str]) -> dict[str, list[str]]:
        """``PATTERN:RULES``"""
        found: dict[str, list[str]] = {}
        for text in texts:
            glob, colon, rules = text.rpartition(":")
            if not colon or not glob:
                raise ValueError(f"must be PATTERN:RULES, not {text}")
            found.setdefault(glob, []).extend(split((rules,)))
        return found

    def schema(self) -> Schema:
        """An object of lists."""
        return {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string", "minLength": 1}}}


@dataclass(frozen=True, slots=True)
class ChoiceTable:
    """One of some words by rule: ``{ NL401 = "info" }``, on the command line ``NL401=info``."""

    words: tuple[str, ...]

    def typed(self, value: object, origin: Origin) -> tuple[tuple[str, str], ...]:
        """In the order given."""
        return tuple((canonical(rule), one_of(word, self.words, rule)) for rule, word in table(value).items())

    def spelled(self, texts: Sequence[str]) -> dict[str, str]:
        """``RULE=SEVERITY``, several separated by commas."""
        return assignments(split(texts), "RULE=SEVERITY")

    def schema(self) -> Schema:
        """An object of words."""
        return {"type": "object", "additionalProperties": {"enum": list(self.words)}}


@dataclass(frozen=True, slots=True)
class RoleTable:
    """The role by file pattern: ``{ "scripts/serve*.py" = "inference" }``."""

    words: tuple[str, ...]

    def typed(self, value: object, origin: Origin) -> tuple[FileRole, ...]:
        """In the order given."""
        entries = table(value).items()
        return tuple(FileRole(patterns((glob,)), one_of(role, self.words, glob)) for glob, role in entries)  # type: ignore[arg-type]

    def spelled(self, texts: Sequence[str]) -> dict[str, str]:
        """``PATTERN=ROLE``"""
        return assignments(texts, "PATTERN=ROLE")

    def schema(self) -> Schema:
        """An object of words."""
        return {"type": "object", "additionalProperties": {"enum": list(self.words)}}


@dataclass(frozen=True, slots=True)
class PairList:
    """Pairs of files: ``[{ files = ["train.py", "serve.py"], paired = false }]``."""

    def typed(self, value: object, origin: Origin) -> tuple[FilePair, ...]:
        """In the order given."""
        if not isinstance(value, list):
            raise ValueError('must be a list of { files = ["one.py", "other.py"], paired = true }')
        return tuple(map(self._pair, value))

    def _pair(self, value: object) -> FilePair:
        entry = table(value)
        unknown = sorted(set(entry) - {"files", "paired"})
        if unknown:
            raise ValueError(f"has an unknown key {unknown[0]}; the keys are files and paired")
        files = word_list(entry.get("files"), "patterns", "of files")
        paired = entry.get("paired", True)
        if len(files) != 2:
            raise ValueError("files must name two files")
        if not isinstance(paired, bool):
            raise ValueError("paired must be true or false")
        return FilePair(patterns(files[:1]), patterns(files[1:]), paired)

    def spelled(self, texts: Sequence[str]) -> list[object]:
        """``ONE:OTHER``, or ``ONE:OTHER=false`` for two that are never compared."""
        found: list[object] = []
        for text in texts:
            match = re.fullmatch(r"([^:]+):([^:=]+)(?:=(true|false))?", text)
            if match is None:
                raise ValueError(f"must be ONE:OTHER, ONE:OTHER=true or ONE:OTHER=false, not {text}")
            found.append({"files": [match[1], match[2]], "paired": match[3] != "false"})
        return found

    def schema(self) -> Schema:
        """A list of objects."""
        files = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 2, "maxItems": 2}
        return {"type": "array", "items": {
            "type": "object", "properties": {"files": files, "paired": {"type": "boolean", "default": True}},
            "required": ["files"], "additionalProperties": False,
        }}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FilePath:
    """One path."""

    def typed(self, value: object, origin: Origin) -> Path:
        """Absolute."""
        return located(value, origin)

    def spelled(self, texts: Sequence[str]) -> str:
        """The last one."""
        return texts[-1]

    def schema(self) -> Schema:
        """A string."""
        return {"type": "string", "minLength": 1}


@dataclass(frozen=True, slots=True)
class FilePaths:
    """Paths of files that exist."""

    def typed(self, value: object, origin: Origin) -> tuple[Path, ...]:
        """Absolute."""
        found = tuple(located(text, origin) for text in word_list(value, "paths"))
        for path in found:
            if not path.is_file():
                raise ValueError(f"names a file that does not exist: {path}")
        return found

    def spelled(self, texts: Sequence[str]) -> list[str]:
        """One each time."""
        return list(texts)

    def schema(self) -> Schema:
        """A list of strings."""
        return {"type": "array", "items": {"type": "string", "minLength": 1}}


def split(texts: Sequence[str]) -> list[str]:
    """At commas; empty parts left out."""
    return [part.strip() for text in texts for part in text.split(",") if part.strip()]


def word_list(value: object, what: str, where: str = "") -> tuple[str, ...]:
    """The strings of a list. Raises ``ValueError``."""
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise ValueError(f"{where} must be a list of {what}".strip())
    return tuple(item.strip() for item in value)


def rule_list(value: object, where: str = "") -> tuple[str, ...]:
    """The rules of a list, as they are written. Raises ``ValueError``."""
    return tuple(map(canonical, word_list(value, "rules", where)))


def table(value: object) -> dict[str, object]:
    """A TOML table. Raises ``ValueError``."""
    if not isinstance(value, dict):
        raise ValueError("must be a table")
    return value


def one_of(value: object, words: tuple[str, ...], where: str) -> str:
    """One of the words. Raises ``ValueError``."""
    if not isinstance(value, str) or value not in words:
        raise ValueError(f"of {where} must be one of {', '.join(words)}")
    return value


def assignments(texts: Sequence[str], form: str) -> dict[str, str]:
    """``left=right``, at the last sign. Raises ``ValueError``."""
    found: dict[str, str] = {}
    for text in texts:
        left, sign, right = text.rpartition("=")
        if not sign or not left.strip():
            raise ValueError(f"must be {form}, not {text}")
        found[left.strip()] = right.strip()
    return found


def patterns(texts: Sequence[str]) -> PathPatterns:
    """Compiled. Raises ``ValueError``."""
    for text in texts:
        try:
            PathPatterns.of((text,))
        except PatternError as error:
            raise ValueError(f"has a bad pattern {text}: {error}") from error
    return PathPatterns.of(texts)


def located(value: object, origin: Origin) -> Path:
    """An absolute path; one that a project's own file names must stay in the project. Raises ``ValueError``."""
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError("must be a path")
    path = Path(origin.folder, value)
    if origin.confined and not path.resolve().is_relative_to(origin.folder.resolve()):
        raise ValueError(f"must lie below {origin.folder}: {value}")
    return path
