"""The settings of a run, as values that cannot change."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from normlint.findings import Confidence, Severity
from normlint.immutable import dataclass, field
from normlint.settings.patterns import PathPatterns
from normlint.sites import Role

FailOn = Severity | Literal["never"]
FAIL_ON: tuple[str, ...] = ("error", "warning", "info", "never")
CONFIDENCES: tuple[Confidence, ...] = ("low", "medium", "high")
TEST_FILES = ("test/", "tests/", "testing/", "test_*.py", "*_test.py", "conftest.py")
_TESTS = PathPatterns.of(TEST_FILES)
ROLES: tuple[str, ...] = get_args(Role)


class SettingsError(Exception):
    """A setting that cannot be used; the message is one line that names the place and the key."""


@dataclass(frozen=True, slots=True)
class FileRules:
    """Rules (codes, prefixes, names) for the files that the patterns match."""

    files: PathPatterns
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FilePair:
    """Two files, each by a pattern, that are compared (``paired``) or never compared, whatever the evidence says."""

    one: PathPatterns
    other: PathPatterns
    paired: bool

    def names(self, path: str, other: str) -> bool:
        """Whether the two POSIX paths, in either order, are meant."""
        return (self.one.match(path) and self.other.match(other)) or (self.one.match(other) and self.other.match(path))


@dataclass(frozen=True, slots=True)
class FileRole:
    """The role of the files that the patterns match."""

    files: PathPatterns
    role: Role


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user chose, defaults where nothing was chosen. Patterns count from the project root; paths are absolute.

    ``jobs`` 0 means one process a core. ``severity`` maps codes, prefixes and names. ``suppressions`` has no key: whether
    comments silence findings is chosen run by run.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: tuple[FileRules, ...] = ()
    severity: tuple[tuple[str, Severity], ...] = ()
    fail_on: FailOn = "warning"
    min_confidence: Confidence = "low"
    exclude: PathPatterns = field(default_factory=PathPatterns)
    force_exclude: bool = False
    respect_gitignore: bool = True
    tests: bool = True
    notebooks: bool = True
    pairs: tuple[FilePair, ...] = ()
    roles: tuple[FileRole, ...] = ()
    catalogue: tuple[Path, ...] = ()
    plugins: tuple[str, ...] = ()
    baseline: Path | None = None
    cache: bool = True
    cache_dir: Path | None = None
    jobs: int = 0
    fix: bool = False
    unsafe_fixes: bool = False
    unfixable: tuple[str, ...] = ()
    format: str = "text"
    suppressions: bool = True

    def leaves_out(self, path: str, folder: bool) -> bool:
        """Whether the file or folder at the POSIX path does not belong to the run."""
        return (
            self.exclude.match(path, folder=folder)
            or (not self.notebooks and path.endswith(".ipynb") and not folder)
            or (not self.tests and _TESTS.match(path, folder=folder))
        )

    def ignores(self, path: str) -> tuple[str, ...]:
        """The rules that are not reported in the file at the POSIX path."""
        return tuple(rule for entry in self.per_file_ignores if entry.files.match(path) for rule in entry.rules)

    def role_of(self, path: str) -> Role | None:
        """The role that was set for the file at the POSIX path; of several patterns the last one decides."""
        return next((entry.role for entry in reversed(self.roles) if entry.files.match(path)), None)

    def pair_of(self, path: str, other: str) -> bool | None:
        """Whether the two files must (True) or must not (False) be compared; None where evidence decides."""
        return next((entry.paired for entry in reversed(self.pairs) if entry.names(path, other)), None)

    def forces_pairs_of(self, path: str) -> bool:
        """Whether the file at the POSIX path may be one that ``pair_of`` is True for, with some other file."""
        return any(entry.paired and (entry.one.match(path) or entry.other.match(path)) for entry in self.pairs)
