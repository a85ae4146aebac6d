"""Files on disk under ``--fix`` and ``--diff``: replaced as a whole, or left alone."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from normlint.cli import main
from normlint.fixing.writing import WriteError, replace_file

SAFE = """import torch
from PIL import Image
from torchvision import transforms

x = transforms.ToTensor()(Image.open("a.png"))
pixels = (x * 300).to(torch.uint8)
"""
SAFE_FIXED = SAFE.replace("(x * 300)", "(x * 300).clamp(0, 255)")
UNSAFE = """def denormalize(x, mean, std):
    return x * mean + std
"""
UNSAFE_FIXED = UNSAFE.replace("mean + std", "std + mean")
posix = pytest.mark.skipif(os.name == "nt", reason="permissions and links of POSIX")


def check(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["check", *map(str, arguments)])


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "normlint.toml").touch()
    (tmp_path / "safe.py").write_text(SAFE)
    (tmp_path / "unsafe.py").write_text(UNSAFE)
    return tmp_path


def texts(tree: Path) -> tuple[str, str]:
    return (tree / "safe.py").read_text(), (tree / "unsafe.py").read_text()


def test_fix_makes_the_safe_ones(tree: Path) -> None:
    result = check("--fix", tree)
    assert texts(tree) == (SAFE_FIXED, UNSAFE)
    assert result.exit_code == 1
    assert "Fixed 1 finding. Found 1 finding (1 error)" in result.stdout
    assert "No safe fixes; 1 fixable with --fix --unsafe-fixes." in result.stdout


def test_unsafe_fixes_makes_all(tree: Path) -> None:
    result = check("--fix", "--unsafe-fixes", tree)
    assert texts(tree) == (SAFE_FIXED, UNSAFE_FIXED)
    assert result.exit_code == 0, result.output
    assert "Fixed 2 findings. No findings left." in result.stdout
    assert check("--fix", "--unsafe-fixes", "--exit-non-zero-on-fix", tree).exit_code == 0, "nothing was left to fix"


def test_exit_non_zero_on_fix(tree: Path) -> None:
    assert check("--fix", "--unsafe-fixes", "--exit-non-zero-on-fix", tree).exit_code == 1
    assert texts(tree) == (SAFE_FIXED, UNSAFE_FIXED)


def test_diff_changes_nothing(tree: Path) -> None:
    result = check("--diff", tree)
    assert texts(tree) == (SAFE, UNSAFE)
    assert result.exit_code == 1
    assert result.stdout == (
        "--- safe.py\n+++ safe.py\n@@ -3,4 +3,4 @@\n from torchvision import transforms\n \n"
        ' x = transforms.ToTensor()(Image.open("a.png"))\n'
        "-pixels = (x * 300).to(torch.uint8)\n+pixels = (x * 300).clamp(0, 255).to(torch.uint8)\n"
    )
    assert result.stderr == "Would fix 1 finding.\n"


def test_diff_without_a_difference(tree: Path) -> None:
    result = check("--diff", tree / "unsafe.py")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "No fixes to make.\n"


def test_diff_can_be_applied(tree: Path) -> None:
    data = SAFE.replace("\n", "\r\n").rstrip().encode()
    (tree / "safe.py").write_bytes(data)
    command = [sys.executable, "-m", "normlint", "check", "--diff", "--quiet", "."]
    done = subprocess.run(command, cwd=tree, capture_output=True, timeout=120)
    subprocess.run(["git", "init", "-q"], cwd=tree, check=True)
    subprocess.run(["git", "apply", "-p0", "-"], cwd=tree, input=done.stdout, check=True)
    assert (tree / "safe.py").read_bytes() == SAFE_FIXED.replace("\n", "\r\n").rstrip().encode()


def test_only_files_of_the_paths_change(tree: Path) -> None:
    check("--fix", "--unsafe-fixes", tree / "unsafe.py")
    assert texts(tree) == (SAFE, UNSAFE_FIXED)


def test_what_was_not_fixed_is_named_on_stderr(tree: Path) -> None:
    (tree / "unsafe.py").write_text("def denormalize(x, mean, std):\n    return 255 * (x + mean) * std\n")
    result = check("--fix", "--unsafe-fixes", tree)
    assert result.stderr.startswith("normlint: unsafe.py:2: NL201 not fixed: ")
    assert check("--fix", "--unsafe-fixes", "--quiet", tree).stderr == ""


def test_fixes_can_be_set_in_the_settings(tree: Path) -> None:
    (tree / "normlint.toml").write_text('fix = true\nunsafe-fixes = true\nunfixable = ["NL202"]\n')
    assert "Fixed 1 finding. Found 1 finding" in check(tree).stdout
    assert texts(tree) == (SAFE, UNSAFE_FIXED)
    assert "[*]" not in check("--no-fix", tree).stdout
    assert "unknown rule: NL9999" in check("--unfixable", "NL9999", tree).stderr
    check("--no-unsafe-fixes", "--unfixable", "NL305", tree)
    assert texts(tree) == (SAFE_FIXED, UNSAFE_FIXED)


def test_marks_of_what_can_be_fixed(tree: Path) -> None:
    assert "NL202 [warning] [*] " in check("--format", "concise", tree).stdout
    assert "NL201 [error] `" in check("--format", "concise", tree).stdout
    assert "NL201 [error] [*] " in check("--format", "concise", "--unsafe-fixes", tree).stdout
    text = check(tree).stdout
    assert "= fix: Clamp to 0..255 first" in text
    assert "= fix (unsafe): Use `x * std + mean`" in text


def test_nothing_of_fixing_is_imported_without_need(tree: Path) -> None:
    program = (
        "import sys; from normlint.cli import main\n"
        "try: main(['check', sys.argv[1]])\n"
        "except SystemExit: pass\n"
        "print([name for name in sys.modules if name.startswith('normlint.fixing')])"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tree)], capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines()[-1] == "[]"


@posix
@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600, 0o640])
def test_permissions_are_kept(tree: Path, mode: int) -> None:
    (tree / "safe.py").chmod(mode)
    check("--fix", tree)
    assert texts(tree)[0] == SAFE_FIXED
    assert stat.S_IMODE((tree / "safe.py").stat().st_mode) == mode


@posix
def test_a_read_only_file_is_left_alone(tree: Path) -> None:
    (tree / "safe.py").chmod(0o444)
    result = check("--fix", tree)
    assert texts(tree)[0] == SAFE
    assert result.exit_code == 2
    assert result.stderr == "normlint: error: not fixed: safe.py: read-only\n"


@posix
def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    root = tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (outside / "a.py").write_text("old")
    (root / "link.py").symlink_to(outside / "a.py")
    (root / "folder").symlink_to(outside)
    for path in ("link.py", "folder/a.py"):
        with pytest.raises(WriteError):
            replace_file(root, path, b"old", b"new")
    assert (outside / "a.py").read_text() == "old"
    assert (root / "link.py").is_symlink()


@pytest.mark.parametrize("path", ["../a.py", "/a.py", "b/../../a.py", "./a.py", "", "b//a.py", "b/"])
def test_a_path_that_may_lead_out_is_refused(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    (root / "b").mkdir(parents=True)
    (tmp_path / "a.py").write_text("old")
    with pytest.raises(WriteError):
        replace_file(root, path, b"old", b"new")
    assert (tmp_path / "a.py").read_text() == "old"


def test_a_file_that_has_changed_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("newer")
    with pytest.raises(WriteError, match="changed since"):
        replace_file(tmp_path, "a.py", b"old", b"new")
    assert (tmp_path / "a.py").read_text() == "newer"


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text("old")

    def full(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(WriteError, match="No space"):
        replace_file(tmp_path, "a.py", b"old", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.py"]
    assert (tmp_path / "a.py").read_text() == "old"


@posix
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.py")
    with pytest.raises(WriteError, match="not a regular file"):
        replace_file(tmp_path, "a.py", b"old", b"new")
