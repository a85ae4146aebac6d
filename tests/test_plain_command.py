"""``check`` without click prints, and ends with, what it does with click."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

WRONG = "import torchvision.transforms as T\n\nswapped = T.Normalize([0.229, 0.224, 0.225], [0.485, 0.456, 0.406])\n"
# How the program is started: the second always with click.
WAYS = ("from normlint.__main__ import main", "from normlint.cli import main")
TELL = "import sys, atexit\natexit.register(lambda: print('click' in sys.modules, file=sys.stderr))\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[tool.normlint]\nexclude = ["left_out.py"]\n')
    (tmp_path / "plain.py").write_text("x = 1\n")
    for name in ("wrong.py", "left_out.py"):
        (tmp_path / name).write_text(WRONG)
    return tmp_path


def run(tree: Path, way: str, *arguments: str, before: str = "") -> tuple[int, str, str]:
    code = f"{before}import sys\nsys.argv[0] = 'normlint'\n{way}\nmain()\n"
    environment = {name: value for name, value in os.environ.items() if name != "NORMLINT_DEBUG"}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=tree, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("plain.py",), 0), (("wrong.py",), 1), ((), 1), (("--exit-zero",), 0), (("-q", "wrong.py"), 1),
        (("--quiet", "plain.py"), 0), (("left_out.py",), 1), (("--force-exclude", "left_out.py"), 0),
        (("--isolated", "--force-exclude", "left_out.py"), 1), (("gone.py",), 2), (("gone\x1b[31m.py",), 2),
        (("--no-such-flag",), 2), (("--format", "json", "wrong.py"), 1), (("",), 1), (("--", "plain.py"), 0), (("-",), 0),
    ],
)  # fmt: skip
def test_it_is_the_same_with_and_without_click(tree: Path, arguments: tuple[str, ...], code: int) -> None:
    plain, with_click = (run(tree, way, "check", *arguments) for way in WAYS)
    assert plain == with_click
    assert plain[0] == code


@pytest.mark.skipif(os.name == "nt", reason="click expands patterns there")
@pytest.mark.parametrize(
    ("arguments", "needs"), [(("--force-exclude", "wrong.py"), False), (("gone.py",), False), (("--format", "json"), True)]
)
def test_a_hook_needs_no_click(tree: Path, arguments: tuple[str, ...], needs: bool) -> None:
    assert run(tree, WAYS[0], "check", *arguments, before=TELL)[2].splitlines()[-1] == str(needs)


@pytest.mark.parametrize("error", ["KeyError('on purpose')", "BrokenPipeError(32, 'gone')"])
def test_what_goes_wrong_is_told_alike(tree: Path, error: str) -> None:
    before = f"import normlint.project\ndef analyze(*_, **__):\n    raise {error}\nnormlint.project.analyze = analyze\n"
    plain, with_click = (run(tree, way, "check", "wrong.py", before=before) for way in WAYS)
    assert plain == with_click
    assert plain[0] in {1, 2} and "Traceback" not in plain[2]


def test_nobody_has_to_read_the_output(tree: Path) -> None:
    command = [sys.executable, "-m", "normlint", "check", "."]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, cwd=tree, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")
