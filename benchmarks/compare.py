"""Time normlint and its peers on the corpus, interleaved, and print ratios.

    python benchmarks/compare.py FOLDER [--case small|image|plain|corpus] [--rounds 5] [--tool NAME ...]

The tools run one after the other, round by round, so that what else the machine does falls on all of them alike. The
table has the medians of wall and CPU time (user and system, with the processes that a tool starts) and of the largest
process's memory, each as a ratio to ``ruff check --select F401 --no-cache`` of the same round, with its spread. Trust the
ratios of one table; times of different tables cannot be compared. Tools that are not installed are left out:

    pip install ruff flake8 torchfix fixit pylint semgrep
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from corpus import build

CASES = {
    "small": ["lpips", "facenet_pytorch", "piq", "pytorch_fid", "clean_fid"],
    "image": ["basicsr", "lpips", "facenet_pytorch", "piq", "pytorch_fid", "clean_fid"],
    "plain": ["pylint==4.1.4", "django==5.2.8"],
    "corpus": [],
}
BASELINE = "ruff"
_SEMGREP = """\
rules:
  - {id: normalize, pattern: "$X.Normalize(...)", message: m, languages: [python], severity: INFO}
"""


@dataclass(frozen=True)
class Tool:
    """``command`` runs in the corpus folder; ``before`` runs untimed before it."""

    name: str
    command: tuple[str, ...]
    before: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cost:
    wall: float
    cpu: float
    megabytes: float


def tools(scratch: Path) -> list[Tool]:
    """The tools that are installed beside this Python."""
    rules = scratch / "semgrep.yaml"
    rules.write_text(_SEMGREP)
    cache = str(scratch / "cache")
    normlint = (sys.executable, "-m", "normlint")
    every = [
        Tool(BASELINE, ("ruff", "check", "--select", "F401", "--no-cache", "--isolated", "-q", ".")),
        Tool("ruff-cached", ("ruff", "check", "--select", "F632", "--isolated", "-q", "--cache-dir", cache + "-ruff", ".")),
        Tool("normlint", (*normlint, "check", "--isolated", "--no-cache", "-q", "--exit-zero", ".")),
        Tool("normlint-one", (*normlint, "check", "--isolated", "--no-cache", "--jobs", "1", "-q", "--exit-zero", ".")),
        Tool("normlint-warm", (*normlint, "check", "--isolated", "--cache-dir", cache, "-q", "--exit-zero", ".")),
        Tool("flake8", ("flake8", "--isolated", "--select", "F401", ".")),
        Tool("torchfix", ("torchfix", "--select", "ALL", ".")),
        Tool("fixit", ("fixit", "lint", ".")),
        Tool("pylint", ("pylint", "--disable=all", "--enable=unused-import", "--recursive=y", ".")),
        Tool("semgrep", ("semgrep", "scan", "--metrics=off", "--disable-version-check", "-q", "--config", str(rules), ".")),
        Tool("start-up: click", (sys.executable, "-c", "import click")),
    ]
    folder = Path(sys.executable).parent
    found = []
    for tool in every:
        program = tool.command[0]
        there = program if os.path.isabs(program) else shutil.which(program, path=f"{folder}{os.pathsep}{os.environ['PATH']}")
        if there:
            found.append(Tool(tool.name, (there, *tool.command[1:]), tool.before))
    return found


def run(tool: Tool, folder: Path) -> Cost:
    """One run; what the tool prints and whether it finds something does not matter."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    process = subprocess.Popen(tool.command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu, usage.ru_maxrss / 1024)


def ratios(costs: list[Cost], base: list[Cost], field: str) -> str:
    """Median and spread of the round-by-round ratios."""
    each = [getattr(cost, field) / max(getattr(other, field), 1e-9) for cost, other in zip(costs, base, strict=True)]
    return f"{statistics.median(each):8.2f} ({min(each):.2f}-{max(each):.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the corpus is, or is to be built")
    parser.add_argument("--case", choices=sorted(CASES), default="small")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tool", action="append", help="only these (and ruff)")
    given = parser.parse_args()
    corpus = build(given.folder, CASES[given.case])
    target = given.folder / "cases" / given.case
    if not target.exists():
        target.mkdir(parents=True)
        for package in sorted(corpus.iterdir()):
            name, _, version = package.name.rpartition("-")
            if not CASES[given.case] or not {name, f"{name}=={version}"}.isdisjoint(CASES[given.case]):
                shutil.copytree(package, target / package.name)
        (target / "pyproject.toml").write_text("")
    sizes = [path.stat().st_size for path in target.rglob("*.py")]
    print(f"{given.case}: {len(sizes):,} Python files, {sum(sizes) / 1e6:.2f} MB; {given.rounds} rounds")
    wanted = [t for t in tools(given.folder) if not given.tool or t.name in given.tool or t.name == BASELINE]
    for tool in wanted:
        if "warm" in tool.name or "cached" in tool.name:
            run(tool, target)
    costs: dict[str, list[Cost]] = {tool.name: [] for tool in wanted}
    for _ in range(given.rounds):
        for tool in wanted:
            costs[tool.name].append(run(tool, target))
    base = costs[BASELINE]
    print(f"{'':16} {'wall s':>8} {'cpu s':>8} {'MB':>6}  wall / ruff (spread)         cpu / ruff (spread)")
    for name, runs in costs.items():
        median = [statistics.median([getattr(cost, field) for cost in runs]) for field in ("wall", "cpu", "megabytes")]
        print(
            f"{name:16} {median[0]:8.3f} {median[1]:8.3f} {median[2]:6.0f}  "
            f"{ratios(runs, base, 'wall'):28} {ratios(runs, base, 'cpu')}"
        )


if __name__ == "__main__":
    main()
