"""Files of weights: how their paths are worked out, and which programs they bring together."""

from __future__ import annotations

from pathlib import Path

import pytest

from normlint.evaluate.observations import WeightsFile
from normlint.evaluate.paths import resolved
from normlint.places import Place
from normlint.project import Analysis, analyze
from normlint.weight_files import is_generic, same_file

SAVES = """
import argparse, os
from pathlib import Path
import torch
from torch import nn

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NAME = "birds"

parser = argparse.ArgumentParser()
parser.add_argument("-o", "--out-dir", type=str, default="runs")
parser.add_argument("--epochs", type=int, default=3)
parser.add_argument("--name")
args = parser.parse_args()
model = nn.Linear(3, 3)
torch.save(model.state_dict(), %s)
print(model(torch.rand(3)) / 255)
"""


def project(folder: Path, files: dict[str, str]) -> Analysis:
    (folder / "normlint.toml").touch()
    for name, source in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return analyze((folder,))


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("'out/birds.pth'", "code/out/birds.pth"),
        ("NAME + '.pth'", "code/birds.pth"),
        ("'out/' + NAME + '.pth'", "code/out/birds.pth"),
        ("'%s.pth' % NAME", "code/birds.pth"),
        ("'{}/{}.pth'.format('out', NAME)", "code/out/birds.pth"),
        ("f'{NAME}_{args.epochs}.pth'", "code/birds_3.pth"),
        ("os.path.join(args.out_dir, 'best.pth')", "code/runs/best.pth"),
        ("os.path.join(ROOT, 'weights', 'best.pth')", "weights/best.pth"),
        ("Path(__file__).resolve().parent.parent / 'weights' / 'best.pth'", "weights/best.pth"),
        ("str(Path(args.out_dir).joinpath('a', 'best.pth'))", "code/runs/a/best.pth"),
        ("os.path.join(args.name, 'best.pth')", None),
        ("f'{args.name}.pth'", None),
        ("'../../other/best.pth'", None),
    ],
)
def test_paths_are_worked_out(tmp_path: Path, written: str, path: str | None) -> None:
    found = project(tmp_path, {"code/train.py": SAVES % written}).facts.weights
    assert [resolved(file.text, "code") for file in found][:1] == ([] if path is None and not found else [path])


def test_options_that_differ_in_two_programs_stay_apart(tmp_path: Path) -> None:
    one = SAVES % "args.out_dir + '/best.pth'"
    found = project(tmp_path, {"train_a.py": one, "train_b.py": one.replace('"runs"', '"logs"')}).facts.weights
    assert {(file.entry, file.text) for file in found} == {("train_a.py", "runs/best.pth"), ("train_b.py", "logs/best.pth")}


def test_options_of_a_module_that_is_imported(tmp_path: Path) -> None:
    options = "import argparse\n\ndef get():\n    parser = argparse.ArgumentParser()\n"
    options += "    parser.add_argument('--out', default='x')\n    return parser.parse_args()\n"
    source = "from options import get\n" + SAVES.replace("args = parser.parse_args()", "args = get()") % "args.out + '/birds.pth'"
    found = project(tmp_path, {"options.py": options, "train.py": source}).facts.weights
    assert {file.text for file in found} == {"x/birds.pth"}


@pytest.mark.parametrize("name", ["best.pth", "model.pt", "weights/model_best.pth.tar", "net_G_latest.pth", "3.pt"])
def test_names_that_say_nothing(name: str) -> None:
    assert is_generic(name)


@pytest.mark.parametrize("name", ["birds.pth", "resnet18_birds.pt", "unet-carvana.pth"])
def test_names_that_say_something(name: str) -> None:
    assert not is_generic(name)


@pytest.mark.parametrize(
    ("saved", "loaded", "path"),
    [
        (("a/train.py", "best.pth"), ("a/test.py", "best.pth"), "a/best.pth"),
        (("a/train.py", "best.pth"), ("b/test.py", "best.pth"), None),
        (("a/train.py", "out/best.pth"), ("b/test.py", "out/best.pth"), None),
        (("a/train.py", "../out/best.pth"), ("b/test.py", "../out/best.pth"), "out/best.pth"),
        (("a/train.py", "out/birds.pth"), ("b/test.py", "out/birds.pth"), "out/birds.pth"),
        (("train.py", "out/best.pth"), ("b/test.py", "../out/best.pth"), "out/best.pth"),
        (("a/train.py", "out/birds.pth"), ("b/test.py", "../out/birds.pth"), "out/birds.pth"),
        (("a/train.py", "/data/best.pth"), ("b/test.py", "/data/best.pth"), None),
        (("a/train.py", "/data/birds.pth"), ("b/test.py", "/data/birds.pth"), "/data/birds.pth"),
        (("train.py", "birds.pth"), ("test.py", "dogs.pth"), None),
    ],
)
def test_which_files_are_the_same(saved: tuple[str, str], loaded: tuple[str, str], path: str | None) -> None:
    one, other = (
        WeightsFile(text, number == 0, "", True, Place(entry, 1, 1, 1, 1)) for number, (entry, text) in enumerate((saved, loaded))
    )
    assert same_file(one, other) == path
