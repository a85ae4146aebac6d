"""Make every fix in copies of source trees, and check the result from outside.

    python scripts/check_fixes.py TREE [TREE ...]

Each tree is copied, all rules are run on it, every fix is made (``--fix --unsafe-fixes``), and all rules are run again on
what is on disk. For each tree: the findings, those with a fix, those fixed; and what must be nothing: files that parsed and
do not parse any more, findings that were not there before, changed lines that no fixed finding accounts for (a line of a
statement with one of its places, or an import). Exits 1 if there is any. With ``--diff FILE`` the changes are kept to be read.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path

HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@", re.MULTILINE)
IMPORT = re.compile(r"^[-+](import|from) ", re.MULTILINE)


def check(folder: Path, *options: str) -> tuple[dict[str, list[dict[str, object]]], str]:
    """The JSON of a run of all rules, and what it says on stderr."""
    command = [sys.executable, "-m", "normlint", "check", "--isolated", "--select", "ALL", "--exit-zero", "--format", "json"]
    done = subprocess.run([*command, *options, "."], cwd=folder, capture_output=True, text=True, check=True)
    return json.loads(done.stdout), done.stderr


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "core.autocrlf=false", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout.decode("utf-8", "replace")


def parsed(path: Path) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(path.read_bytes())
        except (SyntaxError, ValueError, RecursionError):
            return None


def statement(tree: ast.Module | None, line: int) -> range:
    """The lines of the smallest statement around a line; of one that holds others, its head."""
    best = range(line, line + 1)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or line):
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if isinstance(body, list) and body else node.end_lineno or line
            if node.lineno <= line <= end:
                best = range(node.lineno, end + 1)
    return best


def unaccounted(folder: Path, path: str, before: ast.Module | None, findings: list[dict[str, object]]) -> list[str]:
    """The hunks of a file's changes that lie in no statement of a finding and hold more than imports."""
    lines: set[int] = set()
    for finding in findings:
        for place in (finding, *finding["related"]):  # type: ignore[misc]
            if place["path"] == path:
                lines.update(statement(before, int(place["line"])))  # type: ignore[call-overload]
    changes = git(folder, "diff", "-U0", "--", path)
    starts = [match.start() for match in HUNK.finditer(changes)]
    left = []
    for start, end in zip(starts, [*starts[1:], len(changes)], strict=True):
        match = HUNK.match(changes, start)
        assert match is not None
        first, count = int(match[1]), int(match[2] or 1)
        touched = range(first, first + count) if count else range(first, first + 2)
        if not lines.intersection(touched) and not IMPORT.search(changes, match.end(), end):
            left.append(changes[start:end])
    return left


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", type=Path, nargs="+")
    parser.add_argument("--diff", type=Path, help="write all changes to this file")
    given = parser.parse_args()
    totals: Counter[str] = Counter()
    rules: dict[str, Counter[str]] = {}
    for tree in given.trees:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) / "tree"
            shutil.copytree(tree, folder, symlinks=True, ignore=shutil.ignore_patterns(".git", ".normlint_cache"))
            for command in (("init", "-q"), ("add", "-A", "-f"), ("commit", "-q", "-m", "before")):
                git(folder, *command)
            before, _ = check(folder)
            offered = [finding for finding in before["findings"] if finding["fixable"]]
            names = {str(finding["path"]) for finding in before["findings"]}
            trees = {name: parsed(folder / name) for name in names if name.endswith(".py")}
            _, said = check(folder, "--fix", "--unsafe-fixes") if offered else ({}, "")
            after, _ = check(folder) if offered else (before, "")
            changed = git(folder, "diff", "--name-only").splitlines()
            broken = [path for path in changed if trees.get(path) is not None and parsed(folder / path) is None]
            known = Counter(str((f["rule"], f["path"], f["message"])) for f in before["findings"])
            # A finding that says the same of lines that moved is no other one.
            left = Counter(re.sub(r":\d+", "", str((f["rule"], f["path"], f["message"]))) for f in after["findings"])
            new = left - Counter(re.sub(r":\d+", "", text) for text in known.elements())
            strange = [hunk for path in changed for hunk in unaccounted(folder, path, trees.get(path), before["findings"])]
            refused = re.findall(r"^normlint: (\S+): (\w+) not fixed: (.*)$", said, re.MULTILINE)
            if given.diff is not None:
                with given.diff.open("a", encoding="utf-8") as file:
                    file.write(f"##### {tree.name}\n{git(folder, 'diff')}\n")
        for finding in before["findings"]:
            count = rules.setdefault(str(finding["rule"]), Counter())
            count["findings"] += 1
            count["fixable"] += bool(finding["fixable"])
        for _, code, _ in refused:
            rules.setdefault(code, Counter())["refused"] += 1
        row = {
            "findings": len(before["findings"]), "fixable": len(offered), "refused": len(refused), "left": len(after["findings"]),
            "files changed": len(changed), "BROKEN": len(broken), "NEW": sum(new.values()), "STRANGE": len(strange),
        }  # fmt: skip
        totals.update(row)
        print(tree.name, ", ".join(f"{name} {value}" for name, value in row.items()), flush=True)
        for place, code, reason in refused:
            print(f"    refused: {code} {place}: {reason}")
        for what in (*broken, *new, *strange):
            print(f"    !! {what}")
    print("\nall:", ", ".join(f"{name} {value}" for name, value in totals.items()))
    for code, count in sorted(rules.items()):
        print(f"{code}: {count['findings']} findings, {count['fixable']} fixable, {count['refused']} refused")
    sys.exit(1 if totals["BROKEN"] or totals["NEW"] or totals["STRANGE"] else 0)


if __name__ == "__main__":
    main()
