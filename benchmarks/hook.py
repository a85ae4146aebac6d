"""Time the hook: normlint and ruff on the same three changed files of a warm repository.

    python benchmarks/hook.py FOLDER [--files 5000] [--rounds 7]

A git repository is made from six packages of wheels.txt, in their order, until it has so many Python files. Both
programs run over all of it once, so that their caches are full. Then, round by round, three files change and the hook's
command runs, interleaved with ``ruff check`` on the same files: three files without a word of images (a constant is changed
in each), and three with many (the stats of a Normalize are). The time of a run with nothing changed shows what start-up and
looking through the repository cost, that of ``python -c "import click"`` how fast the machine is. Trust the ratios of one table.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from compare import Cost, Tool, ratios, run
from corpus import build, pins

PACKAGES = ("mmdet", "mmpretrain", "mmsegmentation", "mmpose", "lightly", "timm")
MENTION = re.compile(r"Normalize\(|\bmean\b|\bstd\b|255|127\.5|image", re.IGNORECASE)
PLAIN = "\n\nROUND = {}\n"
NORMALIZE = """

def normalize_of_round(path):
    from PIL import Image
    from torchvision import transforms

    normalize = transforms.Normalize([0.485, 0.456, 0.406], [0.2, 0.2, 0.2{}])
    return normalize(transforms.ToTensor()(Image.open(path)))
"""


def repository(folder: Path, size: int) -> Path:
    """A committed git repository of ``size`` Python files, and what lies beside them, below ``folder``."""
    target = folder / f"hook-{size}"
    shutil.rmtree(target, ignore_errors=True)
    count = 0
    for package_name in PACKAGES:
        name, _, version = pins([package_name])[0].partition("==")
        package = build(folder, [name]) / f"{name}-{version}"
        for path in sorted(path for path in package.rglob("*") if path.is_file()):
            count += path.suffix == ".py"
            if count > size:
                break
            copy = target / path.relative_to(package.parent)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        if count >= size:
            break
    (target / "pyproject.toml").write_text("")
    person = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    for command in (("init", "-q"), ("add", "-A"), (*person, "commit", "-q", "-m", "start")):
        subprocess.run(("git", *command), cwd=target, check=True)
    return target


def chosen(root: Path) -> tuple[list[str], list[str]]:
    """Three files without a word of images, and three of those that scale or normalize often, spread over the repository."""
    counts = {
        path.relative_to(root).as_posix(): len(MENTION.findall(path.read_text(encoding="utf-8", errors="replace")))
        for path in sorted(root.rglob("*.py"))
    }
    groups = ([path for path, count in counts.items() if not count], [path for path, count in counts.items() if count >= 10])
    return tuple([group[len(group) * part // 4] for part in (1, 2, 3)] for group in groups)  # type: ignore[return-value]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="outside of this repository")
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    root = repository(given.folder.resolve(), given.files)
    normlint = (sys.executable, "-m", "normlint")
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or "ruff"
    groups = dict(zip(("no site", "sites"), chosen(root), strict=True))
    originals = {name: (root / name).read_text(encoding="utf-8") for names in groups.values() for name in names}
    print(f"{given.files} Python files; {given.rounds} rounds")
    for case, names in {"nothing": groups["sites"], **groups}.items():
        mine = Tool("normlint", (*normlint, "check", "--isolated", "--force-exclude", *names))
        ruffs = Tool("ruff", (ruff, "check", "--isolated", *names))
        click = Tool("click", (sys.executable, "-c", "import click"))  # the least that a program with its options takes
        run(mine, root)
        costs: dict[str, list[Cost]] = {"ruff": [], "click": [], "normlint": []}
        for number in range(given.rounds):
            for name in names if case != "nothing" else ():
                text = PLAIN if case == "no site" else NORMALIZE
                (root / name).write_text(originals[name] + text.format(number + 1), encoding="utf-8")
            costs["ruff"].append(run(ruffs, root))
            costs["click"].append(run(click, root))
            costs["normlint"].append(run(mine, root))
        for name, text in originals.items():
            (root / name).write_text(text, encoding="utf-8")
        run(mine, root)
        print(f"\nchanged: {case}: {', '.join(names)}" if case != "nothing" else "\nnothing changed")
        print(f"{'':10} {'wall s':>8} {'cpu s':>8} {'MB':>6}  wall / ruff (spread)         cpu / ruff (spread)", flush=True)
        for name, runs in costs.items():
            wall, cpu, size = (statistics.median(getattr(cost, field) for cost in runs) for field in ("wall", "cpu", "megabytes"))
            base = costs["ruff"]
            print(f"{name:10} {wall:8.3f} {cpu:8.3f} {size:6.0f}  {ratios(runs, base, 'wall'):28} {ratios(runs, base, 'cpu')}")


if __name__ == "__main__":
    main()
