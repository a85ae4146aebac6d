"""Hostile trees, end to end: every run ends in time, without a traceback, and with what the other files show."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import normlint

TIME_LIMIT = 60
GOOD = """\
from torchvision import transforms

# mean and std the wrong way round
normalize = transforms.Normalize(mean=[0.229, 0.224, 0.225], std=[0.485, 0.456, 0.406])
"""
MENTION = "from torchvision import transforms  # Normalize, ToTensor\n"


def normlint_check(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    """A run in its own process, which must end in time and never show a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "normlint", "check", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=TIME_LIMIT,
        check=False,
        cwd=Path(normlint.__file__).parent.parent,
    )
    assert b"Traceback" not in done.stdout + done.stderr
    assert done.returncode in (0, 1, 2), done.returncode  # a signal is negative
    return done


def findings(tree: Path) -> list[dict[str, Any]]:
    done = normlint_check("--format", "json", tree)
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr == b""
    found = json.loads(done.stdout)["findings"]
    assert isinstance(found, list)
    return found


def reasons(tree: Path, path: str) -> list[str]:
    """The NL902 messages of a file, once the findings of ``good.py`` beside it are known to be there."""
    found = findings(tree)
    assert any(finding["path"] == "good.py" and finding["rule"] != "NL902" for finding in found), found
    return [finding["message"] for finding in found if finding["path"] == path and finding["rule"] == "NL902"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "good.py").write_text(GOOD)
    return tmp_path


UNREADABLE = {
    "syntax_error": (MENTION + "def f(:\n    pass\n").encode(),
    "python_2": (MENTION + "print 'loss', loss\nexec 'x = 1'\n").encode(),
    "latin_1_without_coding_line": (MENTION + "# caf").encode() + b"\xe9\nx = 1\n",
    "unknown_coding": b"# -*- coding: no-such-codec -*-\n" + MENTION.encode(),
    "undecodable_in_its_coding": b"# -*- coding: ascii -*-\n" + MENTION.encode() + b"x = '\xe9'\n",
    "nul_bytes": MENTION.encode() + b"x = 1\n\0\0\0\n",
    "utf_16": (MENTION + "x = 1\n").encode("utf-16"),
    "nested_10000_deep": (MENTION + "x = " + "(" * 10_000 + "1" + ")" * 10_000 + "\n").encode(),
    "unclosed_brackets": (MENTION + "x = " + "[" * 10_000 + "\n").encode(),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable_file_is_named_with_the_reason(tree: Path, name: str) -> None:
    (tree / "bad.py").write_bytes(UNREADABLE[name])
    messages = reasons(tree, "bad.py")
    assert messages, "no NL902"
    assert all(len(message) > 10 for message in messages)


def nested_unary() -> str:
    return "x = " + "-" * 10_000 + "1\n"


def nested_blocks() -> str:
    return "".join(" " * depth + "if x:\n" for depth in range(99)) + " " * 99 + "y = 1\n"


def long_sum() -> str:
    return "x = " + " + ".join(["a"] * 10_000) + "\n"


def long_attribute_chain() -> str:
    return "x = a" + ".b" * 10_000 + "\n"


def long_elif_chain() -> str:
    return "if x == 0:\n    pass\n" + "".join(f"elif x == {number}:\n    pass\n" for number in range(3000))


def huge_numbers() -> str:
    return "x = transforms.Normalize(9 ** 9 ** 9 ** 9, 10 ** 100000)\ny = [0] * 10 ** 12\nz = 'a' * 10 ** 12\n"


def recursive_functions() -> str:
    return "def f(x):\n    return g(x / 255) + g(x)\n\n\ndef g(x):\n    return f(x * 255) + f(x)\n\n\nf(img)\ng(img)\n"


def doubling() -> str:
    steps = "".join(f"a{step} = a{step - 1} + a{step - 1}\n" for step in range(1, 60))
    return f"a0 = [0.5, 0.5]\n{steps}transforms.Normalize(a59, a59)\n"


@pytest.mark.parametrize(
    "source",
    [
        nested_unary,
        nested_blocks,
        long_sum,
        long_attribute_chain,
        long_elif_chain,
        huge_numbers,
        recursive_functions,
        doubling,
    ],
)
def test_heavy_file_does_not_stop_the_run(tree: Path, source: Callable[[], str]) -> None:
    (tree / "heavy.py").write_text(MENTION + source())
    reasons(tree, "heavy.py")


def test_five_megabytes(tree: Path) -> None:
    line = "    [0.485, 0.456, 0.406],\n"
    body = MENTION + "TABLE = [\n" + line * (5_000_000 // len(line)) + "]\n"
    (tree / "generated.py").write_text(body)
    reasons(tree, "generated.py")


def test_files_without_trouble(tree: Path) -> None:
    (tree / "empty.py").write_bytes(b"")
    (tree / "bom.py").write_bytes(b"\xef\xbb\xbf" + MENTION.encode())
    (tree / "latin_1.py").write_bytes(b"# -*- coding: latin-1 -*-\n" + MENTION.encode() + b"x = '\xe9'\n")
    (tree / "crlf.py").write_bytes(MENTION.encode().replace(b"\n", b"\r\n") + b"x = 1")
    assert [finding["path"] for finding in findings(tree) if finding["rule"] == "NL902"] == []


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'{"cells": 5}', b'{"cells": [{"cell_type": "code"}]}', b"[" * 100_000]
)
def test_broken_notebook(tree: Path, content: bytes) -> None:
    (tree / "broken.ipynb").write_bytes(content)
    reasons(tree, "broken.ipynb")


def test_missing_path_is_one_line(tmp_path: Path) -> None:
    done = normlint_check(tmp_path / "nowhere")
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.count(b"\n") == 1
    assert b"does not exist" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege on Windows")
def test_symlink_loops(tree: Path) -> None:
    (tree / "loop").symlink_to(tree)
    (tree / "self.py").symlink_to("self.py")
    assert len(reasons(tree, "self.py")) == 1
    assert not [finding for finding in findings(tree) if finding["path"].startswith("loop/")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs on this system")
def test_fifo_is_not_waited_for(tree: Path) -> None:
    os.mkfifo(tree / "pipe.py")
    reasons(tree, "pipe.py")
    done = normlint_check(tree / "pipe.py")
    assert done.returncode == 2
    assert b"neither a file nor a folder" in done.stderr


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0,
    reason="root can read a folder with mode 000; test_discover.py simulates the error",
)
def test_unreadable_folder(tree: Path) -> None:
    locked = tree / "locked"
    locked.mkdir()
    (locked / "a.py").write_text(GOOD)
    locked.chmod(0)
    try:
        assert reasons(tree, "locked") == ["unreadable folder: Permission denied"]
    finally:
        locked.chmod(0o755)


@pytest.mark.skipif(os.name == "nt", reason="such names cannot exist on Windows")
@pytest.mark.parametrize("name", [b"new\nline.py", b"\x1b[31mred.py", b"byte\xff.py", b"quote\"'`$(x).py", b"-flag.py"])
def test_hostile_file_name(tree: Path, name: bytes) -> None:
    try:
        with open(os.fsencode(tree) + b"/" + name, "wb") as stream:
            stream.write(GOOD.encode() + b"def broken(:\n")
    except OSError as error:
        pytest.skip(f"the file system refuses this name: {error}")
    messages = reasons(tree, os.fsdecode(name))
    assert messages
    for output in ("text", "concise"):
        done = normlint_check("--format", output, tree)
        assert b"\x1b" not in done.stdout
        assert b"\xff" not in done.stdout
        assert done.stderr == b""
        assert b"\nFound " in b"\n" + done.stdout
