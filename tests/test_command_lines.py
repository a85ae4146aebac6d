"""Commands in READMEs, and what they say of two scripts."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from normlint.command_lines import MOST_COMMANDS, commands_of, is_read, together
from normlint.project import analyze

PROJECTS = Path(__file__).parent.parent / "fixtures" / "projects"


def fenced(*lines: str, before: str = "## Usage") -> str:
    return "\n".join([before, "```bash", *lines, "```", ""])


@pytest.mark.parametrize(
    ("line", "script", "arguments"),
    [
        ("python train.py", "train.py", ()),
        ("$ python3 -u train.py --lr 0.1", "train.py", ("--lr", "0.1")),
        ("> python train.py --out=a.pth", "train.py", ("--out", "a.pth")),
        ("!python train.py", "train.py", ()),
        ("CUDA_VISIBLE_DEVICES=0,1 python tools/train.py cfg.yml", "tools/train.py", ("cfg.yml",)),
        ("torchrun --nproc_per_node 8 ./train.py", "train.py", ()),
        ("python -m torch.distributed.launch train.py --x 'a b'", "train.py", ("--x", "a b")),
        ("cd x && python train.py # all of it", "train.py", ()),
        ("python train.py | tee log.txt", "train.py", ()),
        ("./train.py a", "train.py", ("a",)),
    ],
)
def test_a_command_is_taken_apart(line: str, script: str, arguments: tuple[str, ...]) -> None:
    found = [(command.script, command.arguments) for command in commands_of("README.md", fenced(line))]
    assert found == [(script, arguments)]


@pytest.mark.parametrize("line", ["vim train.py", "git add train.py", "python 'train.py", "echo python", "cat a.py b.py", ""])
def test_what_runs_no_script_is_no_command(line: str) -> None:
    assert list(commands_of("README.md", fenced(line))) == []


def test_only_fenced_lines_count() -> None:
    assert list(commands_of("README.md", "python train.py\n\n    python test.py\n`python a.py`\n")) == []


def test_lines_go_on_and_folders_change() -> None:
    text = fenced("cd sub", "python train.py \\", "   --out a.pth") + fenced("python test.py", before="# Other")
    found = list(commands_of("code/README.md", text))
    assert [(c.script, c.line, c.heading) for c in found] == [("code/sub/train.py", 4, "Usage"), ("code/test.py", 9, "Other")]
    assert found[0].files == ("a.pth",)


def test_pages_of_documentation_speak_of_the_folder_above() -> None:
    assert [c.script for c in commands_of("lib/docs/usage.md", fenced("python tools/train.py"))] == ["lib/tools/train.py"]
    assert all(map(is_read, ("README.md", "a/readme.md", "docs/x.md")))
    assert not any(map(is_read, ("CHANGELOG.md", "a/b.py", "docs.py")))


def test_a_long_file_is_read_up_to_a_bound() -> None:
    assert len(list(commands_of("README.md", fenced(*["python a.py"] * 1000)))) == MOST_COMMANDS


def said(*blocks: str, training: str = "train.py", other: str = "test.py") -> str:
    return together(tuple(commands_of("README.md", "".join(blocks))), training, other)


def test_what_two_commands_have_in_common() -> None:
    shared = fenced("python train.py --save a.pt"), fenced("python test.py --load a.pt", before="# Test")
    assert said(*shared) == "README.md runs both with a.pt"
    apart = fenced("python train.py --save a.pt"), fenced("python test.py --load b.pt", before="# Test")
    assert said(*apart) == ""
    assert said(fenced("python train.py", "python test.py")) == 'README.md runs both under "Usage"'
    assert said(fenced("python train.py", "python plot.py"), other="plot.py") == ""
    assert said(fenced("python train.py")) == ""


def findings(tmp_path: Path, readme: str) -> list[str]:
    folder = tmp_path / "project"
    shutil.copytree(PROJECTS / "readme_commands" / "wrong", folder)
    (folder / "normlint.toml").touch()
    (folder / "README.md").write_text(readme, encoding="utf-8")
    return [finding.code for finding in analyze((folder,)).findings]


def test_programs_apart_are_compared_only_where_the_readme_brings_them_together(tmp_path: Path) -> None:
    both = fenced("python training/train.py --save a.pt", "python demo/live.py --load a.pt")
    assert findings(tmp_path / "1", both) == ["NL102"]
    assert findings(tmp_path / "2", "# Birds\n") == []
    assert findings(tmp_path / "3", fenced("python training/train.py") + fenced("python demo/live.py", before="# Demo")) == []


def test_a_readme_that_is_a_link_is_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    shutil.copytree(PROJECTS / "readme_commands" / "wrong", folder)
    (folder / "normlint.toml").touch()
    (folder / "README.md").rename(tmp_path / "README.md")
    os.symlink(tmp_path / "README.md", folder / "README.md")
    assert analyze((folder,)).findings == ()
