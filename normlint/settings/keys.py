"""The table of keys: everything else about settings is made from it."""

from __future__ import annotations

from normlint.findings import SEVERITIES
from normlint.immutable import dataclass
from normlint.report.formats import FORMATS
from normlint.settings.kinds import (
    Choice,
    ChoiceTable,
    Count,
    FilePath,
    FilePaths,
    Flag,
    Globs,
    Kind,
    Packages,
    PairList,
    RoleTable,
    Rules,
    RuleTable,
)
from normlint.settings.model import CONFIDENCES, FAIL_ON, ROLES

MOST_JOBS = 256
# Where a value came from, if from no file.
DEFAULT = "default"
COMMAND_LINE = "command line"
_SEVERITIES = tuple(reversed(SEVERITIES))


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its kind, its default as TOML would hold it (None: not set), and what it does.

    ``metavar`` stands for the value in ``--help``; without one the key has no option made from this table.
    """

    name: str
    kind: Kind
    default: object
    text: str
    metavar: str = ""

    @property
    def option(self) -> str:
        """Its option on the command line; one pair at a time, since ``normlint sites --pairs`` prints them."""
        return "--pair" if self.name == "pairs" else f"--{self.name}"

    @property
    def field(self) -> str:
        """Its name in ``Settings`` and among the parameters of a command."""
        return self.name.replace("-", "_")


KEYS: tuple[Key, ...] = (
    Key("select", Rules(), [], "Only these rules: codes, prefixes (NL2) or names, comma separated; ALL for all.", "RULES"),
    Key("ignore", Rules(), [], "Not these rules.", "RULES"),
    Key("extend-select", Rules(), [], "These rules as well as those on by default.", "RULES"),
    Key("per-file-ignores", RuleTable(), {}, "Not these rules in the files that a pattern matches.", "PATTERN:RULES"),
    Key("severity", ChoiceTable(_SEVERITIES), {}, "The severity of a rule: error, warning or info.", "RULE=SEVERITY"),
    Key("fail-on", Choice(FAIL_ON), "warning", "The least severity that makes the exit code 1.", "SEVERITY"),
    Key("min-confidence", Choice(CONFIDENCES), "low", "Leave out findings of a lower confidence.", "CONFIDENCE"),
    Key("exclude", Globs(), [], "Files that are not read at all; patterns as in a .gitignore, from the project root.", "PATTERN"),
    Key("force-exclude", Flag(), False, "Exclude files even when they are named on the command line.", "FLAG"),
    Key("respect-gitignore", Flag(), True, "Leave out what git ignores.", "FLAG"),
    Key("tests", Flag(), True, "Look at test files: tests/, test_*.py, *_test.py, conftest.py.", "FLAG"),
    Key("notebooks", Flag(), True, "Look at Jupyter notebooks.", "FLAG"),
    Key("pairs", PairList(), [], "Two files that are always compared, or (=false) never.", "FILE:FILE[=false]"),
    Key("roles", RoleTable(ROLES), {}, f"The role of the files that a pattern matches: {', '.join(ROLES)}.", "PATTERN=ROLE"),
    Key("catalogue", FilePaths(), [], "YAML files that describe further APIs.", "FILE"),
    Key("plugins", Packages(), [], "Installed packages whose rules run as well.", "PACKAGE"),
    Key("baseline", FilePath(), None, "A file of known findings, which are not reported.", "FILE"),
    Key("cache", Flag(), True, "Keep what was read for the next run.", "FLAG"),
    Key("cache-dir", FilePath(), None, "Where the cache is kept: .normlint_cache in the project root if not set.", "FOLDER"),
    Key("jobs", Count(0, MOST_JOBS), 0, "Number of processes; 0 for one a core.", "N"),
    Key("fix", Flag(), False, "Fix what can be fixed safely, in the files of PATHS."),
    Key("unsafe-fixes", Flag(), False, "With --fix or --diff: the fixes as well that change what a program does."),
    Key("unfixable", Rules(), [], "Rules whose findings are not fixed."),
    Key("format", Choice(tuple(FORMATS)), "text", "How findings are printed."),
)


def key_of(name: str) -> Key | None:
    """The key of that name."""
    return next((key for key in KEYS if key.name == name), None)


def nearest(name: str) -> str:
    """What to say about a name that is no key."""
    import difflib

    near = difflib.get_close_matches(name.replace("_", "-").lower(), [key.name for key in KEYS], n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else "`normlint config` lists the keys"
