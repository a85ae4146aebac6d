"""The pre-commit hooks, run by pre-commit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytest.importorskip("pre_commit")

MANIFEST = Path(__file__).parent.parent / ".pre-commit-hooks.yaml"
TRAIN = """\
import torch
from torchvision import transforms as T
from torchvision.datasets import ImageFolder

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
pipeline = T.Compose([T.ToTensor(), T.Normalize(MEAN, STD)])


def train(folder, model, optimizer):
    for x, y in torch.utils.data.DataLoader(ImageFolder(folder, pipeline)):
        torch.nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
"""
PREDICT = """\
from PIL import Image
from train import pipeline


def show(path):
    x = pipeline(Image.open(path))
    return x * std() + mean()


def mean():
    import torch

    return torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)


def std():
    import torch

    return torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
"""


def hooks() -> list[dict[str, object]]:
    """The hooks as published, run by the interpreter of the tests instead of an environment of their own."""
    published = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    for hook in published:
        hook["entry"] = hook["entry"].replace("normlint", f'"{sys.executable}" -m normlint', 1)
        hook["language"] = "system"
    return list(published)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    person = {f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = kept | person | {"PRE_COMMIT_HOME": str(folder.parent / "pre-commit"), "GIT_CONFIG_GLOBAL": os.devnull}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository that is clean, with the first hook installed."""
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "train.py").write_text(TRAIN)
    (folder / "predict.py").write_text(PREDICT)
    (folder / "README.md").write_text("normalize by 255\n")
    config = {"repos": [{"repo": "local", "hooks": hooks()[:1]}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    for command in (["git", "init", "-q"], [sys.executable, "-m", "pre_commit", "install"], ["git", "add", "."]):
        done = run(folder, *command)
        assert done.returncode == 0, done.stderr
    done = run(folder, "git", "commit", "-qm", "start")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_manifest_is_valid() -> None:
    done = run(MANIFEST.parent, sys.executable, "-m", "pre_commit", "validate-manifest", str(MANIFEST))
    assert done.returncode == 0, done.stdout + done.stderr
    assert [hook["id"] for hook in hooks()] == ["normlint", "normlint-audit"]
    assert all(hook["require_serial"] for hook in hooks())


def test_a_commit_that_breaks_another_file_is_stopped(repository: Path) -> None:
    (repository / "train.py").write_text(TRAIN.replace("[0.485, 0.456, 0.406]", "[0.5, 0.5, 0.5]"))
    run(repository, "git", "add", "train.py")
    done = run(repository, "git", "commit", "-m", "another mean")
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "NL103 denormalize-mismatch" in said
    assert "predict.py:7" in said
    (repository / "predict.py").write_text(PREDICT.replace("[0.485, 0.456, 0.406]", "[0.5, 0.5, 0.5]"))
    run(repository, "git", "add", "predict.py")
    done = run(repository, "git", "commit", "-m", "both")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_commit_that_touches_neither_end_passes_and_the_audit_does_not(repository: Path) -> None:
    (repository / "predict.py").write_text(PREDICT.replace("0.229", "0.5"))
    run(repository, "git", "add", "predict.py")
    assert run(repository, "git", "commit", "--no-verify", "-m", "broken").returncode == 0
    (repository / "other.py").write_text("x = 1\n")
    (repository / "README.md").write_text("normalize by 255, clamp\n")
    run(repository, "git", "add", ".")
    done = run(repository, "git", "commit", "-m", "something else")
    assert done.returncode == 0, done.stdout + done.stderr
    audit = {"repos": [{"repo": "local", "hooks": hooks()[1:]}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(audit))
    run(repository, "git", "add", ".")
    done = run(repository, sys.executable, "-m", "pre_commit", "run")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "predict.py:7" in done.stdout
