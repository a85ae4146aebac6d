"""A later run judges only the files of which something else was observed, and finds what a first run finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from rerunning import edit

from normlint import lazy_facts, parts, summaries
from normlint.cache import Store
from normlint.discover import discover
from normlint.evaluate.log import LISTS, Log
from normlint.evaluation import evaluate
from normlint.facts import Facts, FileFacts, gather
from normlint.project import Settings, analyze
from normlint.report.json_output import check_json
from normlint.results import SUMMARIES
from normlint.workspace import Workspace

PROJECTS = Path(__file__).parent.parent / "fixtures" / "projects"
TRAIN = """\
import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

from model import Net

normalize = transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def train(net, optimizer):
    transform = transforms.Compose([transforms.ToTensor(), normalize])
    for images, labels in DataLoader(datasets.ImageFolder("data", transform), shuffle=True):
        loss = nn.functional.cross_entropy(net(images), labels)
        loss.backward()
        optimizer.step()


if __name__ == "__main__":
    model = Net()
    train(model, torch.optim.SGD(model.parameters(), 0.1))
"""
MODEL = """\
from torch import nn


class Net(nn.Module):
    def forward(self, x):
        return x.mean(dim=(2, 3))
"""
PREDICT = """\
from PIL import Image
from torchvision import transforms

from model import Net


def predict(path):
    net = Net()
    return net(transforms.ToTensor()(Image.open(path)))


if __name__ == "__main__":
    print(predict("a.png"))
"""
SHOW = """\
import numpy as np
from PIL import Image


def show(path):
    picture = np.asarray(Image.open(path)) / 255
    return picture.astype(np.uint8)
"""
STATS = "from torchvision import transforms\n\nodd = transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.255))\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = (tmp_path / "project").resolve()
    root.mkdir()
    for name, text in {"train": TRAIN, "model": MODEL, "predict": PREDICT, "show": SHOW, "stats": STATS}.items():
        (root / f"{name}.py").write_text(text)
    return root


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that rules were shown, and "across" where they were shown all together."""
    shown: list[str] = []
    in_file, across = parts.in_file, parts.across

    def noting(facts: Facts, *others: object) -> object:
        assert facts.only is not None
        shown.append(facts.only.path)
        return in_file(facts, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(parts, "in_file", noting)
    monkeypatch.setattr(parts, "across", lambda *given: (shown.append("across"), across(*given))[1])
    return shown


def found(root: Path, store: Path | None, **settings: object) -> str:
    kept = Store(root, store) if store is not None else None
    chosen = Settings(jobs=1, **settings)  # type: ignore[arg-type]
    analysis = analyze((root,), chosen, root=root, store=kept, with_facts=False, with_sites=False)
    return check_json(analysis, statistics=True)


def test_only_the_changed_file_is_judged_again(tree: Path, tmp_path: Path, judged: list[str]) -> None:
    first = found(tree, tmp_path / "cache")
    assert {"NL102", "NL203", "NL305"} == {rule for rule in ("NL101", "NL102", "NL203", "NL305") if f'"{rule}"' in first}
    assert judged == ["predict.py", "show.py", "stats.py", "train.py", "across"]
    for name, change, again in CHANGES:
        judged.clear()
        edit(tree / name, change)
        warm = found(tree, tmp_path / "cache")
        assert judged == again, name
        assert warm == found(tree, None)
        assert warm != first
        first = warm


CHANGES: list[tuple[str, Callable[[str], str], list[str]]] = [
    ("show.py", lambda text: text.replace("/ 255", "/ 255.0 * 255"), ["show.py"]),
    ("stats.py", lambda text: text.replace("0.255", "0.225"), ["stats.py"]),
    ("stats.py", lambda text: text.replace("0.485", "0.458"), ["stats.py"]),
    # What reaches a model is everybody's business.
    ("predict.py", lambda text: text.replace("(path)))", "(path)) * 2 - 1)"), ["predict.py", "across"]),
    # A picture in another order than its stats is held against the whole project.
    ("show.py", lambda text: f"import cv2\n{STATS}\n{text}\nbad = odd(transforms.ToTensor()(cv2.imread('a.png')))\n",
     ["show.py", "across"]),
    ("show.py", lambda text: SHOW, ["show.py", "across"]),
]  # fmt: skip


def test_files_that_come_and_go_are_judged(tree: Path, tmp_path: Path) -> None:
    found(tree, tmp_path / "cache")
    (tree / "show.py").rename(tree / "seen.py")
    assert found(tree, tmp_path / "cache") == found(tree, None)
    (tree / "seen.py").unlink()
    warm = found(tree, tmp_path / "cache")
    assert warm == found(tree, None)
    assert "NL203" not in warm


def test_parts_of_other_logs_are_not_believed(tree: Path, tmp_path: Path, judged: list[str]) -> None:
    """With other settings a run leaves other logs behind: the parts of the settings before do not belong to them."""
    cache = tmp_path / "cache"
    found(tree, cache)
    edit(tree / "show.py", lambda text: text.replace("uint8", "int32"))
    found(tree, cache, select=("NL2",))
    edit(tree / "stats.py", lambda text: text.replace("0.255", "0.225"))
    judged.clear()
    assert found(tree, cache) == found(tree, None)
    assert judged[:5] == ["predict.py", "show.py", "stats.py", "train.py", "across"]


@pytest.mark.parametrize("lost", [SUMMARIES, "parts "])
@pytest.mark.parametrize("data", [None, b"", b"[[[1]],[]]", b"{}", b'[1,[["a",7]]]', b'["Parts","a","b",{"x":["Part",1]}]'])
def test_what_cannot_be_read_is_made_again(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str, data: bytes | None
) -> None:
    found(tree, tmp_path / "cache")
    edit(tree / "show.py", lambda text: text.replace("uint8", "int32"))
    original = Workspace.unit
    monkeypatch.setattr(Workspace, "unit", lambda self, key: data if key.startswith(lost) else original(self, key))
    assert found(tree, tmp_path / "cache") == found(tree, None)


def test_a_damaged_log_that_a_rule_asks_for_is_made_again(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(tree, tmp_path / "cache")
    edit(tree / "predict.py", lambda text: text.replace("(path)))", "(path)) * 2 - 1)"))
    original = Workspace.unit
    monkeypatch.setattr(
        Workspace, "unit", lambda self, key: b"[1,[],[]]" if key == "body train.py" else original(self, key)
    )
    assert found(tree, tmp_path / "cache") == found(tree, None)


@pytest.mark.parametrize("name", ["", "checkpoint_path", "channel_order_programs", "converter_commands", "consensus"])
def test_facts_that_are_read_when_they_are_asked_for_are_the_same(tree: Path, name: str) -> None:
    root = PROJECTS / name if name else tree
    workspace = Workspace(discover(root, (), lambda path, folder: False))
    logs = evaluate(workspace, 1).logs
    assert logs is not None
    lazy, whole = lazy_facts.facts_from(logs, Settings(), workspace.commands()), gather(logs.whole(), Settings())
    assert list(lazy.files) == list(whole.files)
    assert whole.by_path
    for kind in lazy_facts.LISTS:
        assert list(getattr(lazy, kind)) == list(getattr(whole, kind)), kind


def test_every_list_of_a_log_belongs_to_files_or_to_all() -> None:
    assert {*summaries.OWNED, *summaries.SHARED} == {*LISTS, "constructions", "own_weights"}
    assert set(summaries.OWNED) == {field.name for field in fields(FileFacts)} - {"path"}
    assert {field.name for field in fields(Log)} - {"exhausted"} == {*summaries.OWNED, *summaries.SHARED}


def test_what_logs_hold_can_be_written_and_read() -> None:
    known = {
        "top a.py": summaries.Summary(2, 1, ("feeds",), ("a.py", "b.py"), ("a.py",)),
        "body a.py": summaries.Summary(0, 0, ("modules",)), "body b.py": summaries.Summary(0, 0, ("modules",)),
    }  # fmt: skip
    assert summaries.unpack(summaries.pack(known)) == known
