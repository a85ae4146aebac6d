"""Time runs over ever more files, and print how time and memory grow with them.

    python benchmarks/growth.py FOLDER [--shape course|zoo] [--files 100 --files 1000 --files 10000] [--rounds 3] [--jobs 1]

The files are those of sub-projects of four (a model, its data set, training and inference), each with stats of its own and
its model in a folder of its own, as in the repository of a course; or those of a zoo: models that all register themselves in
one module, which a package imports as a whole, and a script for each that builds its model by name. Growth is linear where
the last column, the CPU time a file over that of the smallest run beyond what an empty project takes, stays at 1.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from compare import Cost, Tool, run

PROJECT = Path(__file__).parent.parent / "fixtures" / "projects" / "dataset_item_missing" / "right"
IMAGENET = ("0.485", "0.229")


def course(folder: Path, count: int) -> Path:
    """A repository of ``count`` files, or as many as whole sub-projects have, below ``folder``."""
    root = folder / f"course-{count}"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    (root / "pyproject.toml").write_text("")
    sources = {path.name: path.read_text(encoding="utf-8") for path in sorted(PROJECT.glob("*.py"))}
    for number in range(count // len(sources)):
        lesson = root / f"lesson_{number:05}"
        lesson.mkdir()
        for name, text in sources.items():
            for stat, first in zip(IMAGENET, (3, 2), strict=True):
                text = text.replace(stat, f"0.{first}{number:05}")
            (lesson / name).write_text(text, encoding="utf-8")
    return root


MODELS = "MODELS = {}\n\n\ndef register(cls):\n    MODELS[cls.__name__] = cls\n    return cls\n"
MODEL = """import torchvision.transforms as T
from torch import nn

from zoo.registry import register


@register
class Model{number}(nn.Module):
    def forward(self, image):
        return image.mean((2, 3))


def transform{number}():
    return T.Compose([T.ToTensor(), T.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))])
"""
SCRIPT = """import torch
from PIL import Image

from zoo import MODELS
from zoo.model{number} import transform{number}

model = MODELS["Model{number}"]()
model.load_state_dict(torch.load("model{number}.pth"))
print(model(transform{number}()(Image.open("picture.png").convert("RGB"))[None]).argmax())
"""


def zoo(folder: Path, count: int) -> Path:
    """A package of ``count // 2`` models and a script for each, below ``folder``."""
    root = folder / f"zoo-{count}"
    shutil.rmtree(root, ignore_errors=True)
    (root / "zoo").mkdir(parents=True)
    (root / "pyproject.toml").write_text("")
    numbers = [f"{number:05}" for number in range(count // 2)]
    imports = [f"from zoo.model{number} import Model{number}\n" for number in numbers]
    (root / "zoo" / "registry.py").write_text(MODELS)
    (root / "zoo" / "__init__.py").write_text("".join(("from zoo.registry import MODELS\n", *imports)))
    for number in numbers:
        (root / "zoo" / f"model{number}.py").write_text(MODEL.format(number=number))
        (root / f"run{number}.py").write_text(SCRIPT.format(number=number))
    return root


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="outside of this repository")
    parser.add_argument("--shape", choices=("course", "zoo"), default="course")
    parser.add_argument("--files", type=int, action="append")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    sizes = sorted(given.files or (100, 1_000, 10_000))
    options = ("--isolated", "--no-cache", "--jobs", str(given.jobs), "-q", "--exit-zero")
    tool = Tool("normlint", (sys.executable, "-m", "normlint", "check", *options, "."))
    made = {"course": course, "zoo": zoo}[given.shape]
    roots = {size: made(given.folder.resolve(), size) for size in (0, *sizes)}
    costs: dict[int, list[Cost]] = {size: [] for size in roots}
    for _ in range(given.rounds):
        for size, root in roots.items():
            costs[size].append(run(tool, root))
    start, *rest = (statistics.median(cost.cpu for cost in runs) for runs in costs.values())
    print(f"{given.rounds} rounds, medians; an empty project takes {start:.2f} s")
    print(f"{'files':>7} {'cpu s':>8} {'MB':>6} {'ms a file':>10} {'growth':>7}")
    for size, cpu in zip(sizes, rest, strict=True):
        each, first = (cpu - start) / size, (rest[0] - start) / sizes[0]
        memory = statistics.median(cost.megabytes for cost in costs[size])
        print(f"{size:7} {cpu:8.2f} {memory:6.0f} {1000 * each:10.2f} {each / first:7.2f}")
    for root in roots.values():
        shutil.rmtree(root)


if __name__ == "__main__":
    main()
