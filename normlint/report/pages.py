"""The documentation of the rules as Markdown: one page a rule, and an index.

``python -m normlint.report.pages`` in the source tree writes ``docs/rules``; the tests check that it is current.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from normlint.report.catalog import first_line, section
from normlint.rules import RULES, Rule

GROUPS = {
    "NL1": "Agreement between places",
    "NL2": "Undoing a normalization",
    "NL3": "Applying a normalization",
    "NL4": "Handing values on",
    "NL9": "The run itself",
}
_WRITTEN = ("What it does", "Why is this bad?", "Example", "Use instead")
_LANGUAGES = {".py": "python", ".ipynb": "json", ".yaml": "yaml", ".yml": "yaml", ".json": "json", ".toml": "toml"}


class Case(NamedTuple):
    """A fixture: what it is called, and its files by name (one without a name where it is a single file)."""

    title: str
    files: tuple[tuple[str, str], ...]


def page(rule: Rule, silent: Sequence[Case] = ()) -> str:
    """The page of a rule, with the code of ``silent`` as what it keeps silent about. Ends with a newline."""
    documentation = inspect.cleandoc(rule.documentation)
    default = "on by default" if rule.default else "off by default"
    parts = [
        f"# {rule.code} {rule.name}",
        f"Severity: {rule.severity}; {default}.",
        first_line(documentation) + ".",
        *(f"## {heading}\n{section(documentation, heading)}" for heading in _WRITTEN),
    ]
    if silent:
        parts.append("## What stays silent\nEach of these is checked in the tests to give no finding of this rule.")
        parts += [_case(case) for case in silent]
    parts.append(f"## Options\n{section(documentation, 'Options') or _options(rule)}")
    parts.append(f"## Fix safety\n{section(documentation, 'Fix safety') or 'There is no automatic fix for this rule.'}")
    return "\n\n".join(parts) + "\n"


def index(rules: Sequence[Rule]) -> str:
    """The list of all rules by group."""
    parts = [
        "# Rules",
        "One page a rule. `normlint explain NL103` (or `normlint explain denormalize-mismatch`) prints the same page.",
    ]
    for prefix, title in GROUPS.items():
        rows = [
            f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.severity} | {'on' if rule.default else 'off'} "
            f"| {first_line(rule.documentation)}. |"
            for rule in rules
            if rule.code.startswith(prefix)
        ]
        head = ["| code | name | severity | default | reports |", "| --- | --- | --- | --- | --- |"]
        parts.append(f"## {prefix}: {title}\n\n" + "\n".join([*head, *rows]))
    return "\n\n".join(parts) + "\n"


def silent_cases(folder: Path) -> tuple[Case, ...]:
    """The fixtures ``silent_*`` of one rule, files and folders, by name."""
    return tuple(
        Case(path.stem.removeprefix("silent_").replace("_", " "), _files(path)) for path in sorted(folder.glob("silent_*"))
    )


def pages(cases: Path) -> dict[str, str]:
    """Content by file name: one file a rule, and ``README.md``, which code hosts show for the folder."""
    found = {f"{rule.code}.md": page(rule, silent_cases(cases / rule.code)) for rule in RULES}
    return {**found, "README.md": index(RULES)}


def _files(path: Path) -> tuple[tuple[str, str], ...]:
    if path.is_file():
        return ((path.name, path.read_text(encoding="utf-8")),)
    files = sorted(file for file in path.rglob("*") if file.suffix in _LANGUAGES)
    return tuple((file.relative_to(path).as_posix(), file.read_text(encoding="utf-8")) for file in files)


def _case(case: Case) -> str:
    blocks = []
    for name, text in case.files:
        caption = f"`{name}`:\n\n" if len(case.files) > 1 else ""
        blocks.append(f"{caption}```{_LANGUAGES[Path(name).suffix]}\n{text.strip()}\n```")
    return "\n\n".join([f"### {case.title[:1].upper()}{case.title[1:]}", *blocks])


def _options(rule: Rule) -> str:
    name = f"`{rule.code}` (or `{rule.name}`)"
    switch = f"`ignore` turns {name} off" if rule.default else f"`extend-select` turns {name} on"
    return (
        f"None of its own. On the command line or in the settings, {switch}, `per-file-ignores` turns it off for some files,\n"
        f"and `severity` makes it an error, a warning or an info. `# normlint: ignore[{rule.code}] reason` silences one finding."
    )


def main(root: Path) -> None:
    """Write the pages below ``root``; pages of rules that are gone are removed."""
    folder = root / "docs" / "rules"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pages(root / "fixtures" / "cases")
    for stale in folder.glob("*.md"):
        if stale.name not in wanted:
            stale.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
