"""Which files a run looks at."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from normlint import discover as module
from normlint import gitlist
from normlint.discover import PathError, ReadError, SourceFile, discover, project_root, read

needs_symlinks = pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege on Windows")
needs_fifo = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs on this system")


def put(root: Path, *paths: str, content: str = "x = 1\n") -> None:
    for path in paths:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True, env=environment)


def names(root: Path, *explicit: Path) -> list[str]:
    return [file.path for file in discover(root, explicit).files]


@pytest.fixture(params=["git", "walk"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An empty project, with and without git."""
    root = tmp_path / "project"
    root.mkdir()
    if request.param == "git":
        git(root, "init", "-q")
    return root


def test_kinds_and_order(project: Path) -> None:
    put(project, "b.py", "a/z.pyi", "a/b.pyw", "n.ipynb", "c.yaml", "c.yml", "c.json", "README.md", "UP.PY", "UP.MD")
    found = discover(project)
    assert [(file.path, file.kind) for file in found.files] == [
        ("README.md", "config"),
        ("UP.MD", "config"),
        ("UP.PY", "python"),
        ("a/b.pyw", "python"),
        ("a/z.pyi", "python"),
        ("b.py", "python"),
        ("c.json", "config"),
        ("c.yaml", "config"),
        ("c.yml", "config"),
        ("n.ipynb", "notebook"),
    ]
    assert found.problems == ()
    assert all(Path(file.absolute) == project / file.path for file in found.files)


def test_folders_that_hold_no_sources(project: Path) -> None:
    put(project, "node_modules/m/a.py", "lib/site-packages/b.py", "__pycache__/c.py", ".tox/d.py", ".nox/e.py")
    put(project, "build/f.py", "dist/g.py", "env/lib/h.py", "env/pyvenv.cfg", "kept/env.py")
    assert names(project) == ["kept/env.py"]


def test_tracked_build_folder_is_source(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    put(tmp_path, "build/tracked.py", "build/made.py")
    git(tmp_path, "add", "build/tracked.py")
    assert names(tmp_path) == ["build/tracked.py"]


def test_git_ignored_files_are_left_out_unless_named(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    put(tmp_path, "kept.py", "secret.py", "gone.py", "data/x.py")
    put(tmp_path, ".gitignore", content="secret.py\ndata/\n")
    git(tmp_path, "add", "gone.py")
    (tmp_path / "gone.py").unlink()
    assert names(tmp_path) == ["kept.py"]
    assert names(tmp_path, tmp_path / "secret.py") == ["kept.py", "secret.py"]
    assert names(tmp_path, tmp_path / "data") == ["data/x.py", "kept.py"]


def test_named_file_without_a_suffix_is_python(project: Path) -> None:
    put(project, "tool", "a.py")
    found = discover(project, [project / "tool"])
    assert [(file.path, file.kind) for file in found.files] == [("a.py", "python"), ("tool", "python")]


def test_named_file_with_nothing_to_check_is_left_out(project: Path) -> None:
    put(project, "README.md", "a.txt", "a.py")
    (project / "run.sh").write_text("#!/usr/bin/env python3\n")
    found = discover(project, [project / "README.md", project / "a.txt", project / "run.sh"])
    kinds = [("README.md", "config"), ("a.py", "python"), ("run.sh", "python")]
    assert [(file.path, file.kind) for file in found.files] == kinds


def test_subfolder_as_root_lists_only_itself(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    put(tmp_path, "other.py", "sub/mine.py")
    assert names(tmp_path / "sub") == ["mine.py"]


@needs_symlinks
def test_symlinks(project: Path, tmp_path: Path) -> None:
    put(tmp_path, "outside/far.py")
    put(project, "near.py")
    (project / "alias.py").symlink_to("near.py")
    (project / "out.py").symlink_to(tmp_path / "outside/far.py")
    (project / "outfolder").symlink_to(tmp_path / "outside")
    (project / "around").symlink_to(project)
    (project / "loop.py").symlink_to("loop.py")
    (project / ".#lock.py").symlink_to("user@host.123")
    found = discover(project)
    assert [file.path for file in found.files] == ["near.py"]
    assert [path for path, _ in found.problems] == ["loop.py", "out.py"]
    assert "out of the project" in found.problems[1][1]


@needs_symlinks
def test_index_that_names_files_behind_a_link(tmp_path: Path) -> None:
    root = tmp_path / "project"
    put(tmp_path, "outside/far.py")
    put(root, "folder/far.py")
    git(root, "init", "-q")
    git(root, "add", "folder/far.py")
    (root / "folder/far.py").unlink()
    (root / "folder").rmdir()
    (root / "folder").symlink_to(tmp_path / "outside")
    assert names(root) == []


def test_index_that_names_files_above_the_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root = tmp_path / "project"
    put(tmp_path, "above.py", "project/ok.py")
    listed = gitlist.Listing((f"{tmp_path}/above.py", "../above.py", "ok.py"), ())
    monkeypatch.setattr(gitlist, "listing", lambda *_, **__: listed)
    assert names(root) == ["ok.py"]


@needs_fifo
def test_fifo_is_not_listed_and_not_read(project: Path) -> None:
    os.mkfifo(project / "pipe.py")
    put(project, "a.py")
    assert names(project) == ["a.py"]
    with pytest.raises(ReadError, match="not a regular file"):
        read(SourceFile("pipe.py", project / "pipe.py", "python"))
    with pytest.raises(PathError, match="neither a file nor a folder"):
        project_root([project / "pipe.py"])


@pytest.mark.skipif(os.name == "nt", reason="hooks are shell scripts")
def test_repository_config_runs_nothing(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    put(tmp_path, "a.py")
    git(tmp_path, "add", "a.py")
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch '{tmp_path}/sprung'\n")
    trap.chmod(0o755)
    git(tmp_path, "config", "core.fsmonitor", str(trap))
    git(tmp_path, "config", "core.hooksPath", str(tmp_path))
    assert names(tmp_path) == ["a.py", "trap.sh"]
    assert not (tmp_path / "sprung").exists()
    # The trap is a real one: git without our options springs it.
    subprocess.run(["git", "status"], cwd=tmp_path, capture_output=True, check=False)
    assert (tmp_path / "sprung").exists()


def test_git_environment_of_a_hook_is_not_inherited(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    put(tmp_path, "a.py")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "nowhere.index"))
    listed = gitlist.listing(tmp_path, (".py",))
    assert listed is not None
    assert listed.untracked == ("a.py",)


def test_slow_git_is_replaced_by_a_walk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def slow(*_: object, **__: object) -> gitlist.Listing:
        raise gitlist.TimedOut("git ls-files took longer than 30 s")

    put(tmp_path, "a.py")
    monkeypatch.setattr(gitlist, "listing", slow)
    found = discover(tmp_path)
    assert [file.path for file in found.files] == ["a.py"]
    assert found.problems[0][1].startswith("git ls-files took longer")


def test_git_time_limit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    with pytest.raises(gitlist.TimedOut, match="longer than 1e-06 s"):
        gitlist.listing(tmp_path, (".py",), time_limit=1e-6)


def test_unreadable_folder_is_named_and_the_rest_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put(tmp_path, "a.py", "locked/b.py")
    real = os.scandir

    def guarded(path: Path) -> Iterator[os.DirEntry[str]]:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", guarded)
    found = discover(tmp_path)
    assert [file.path for file in found.files] == ["a.py"]
    assert found.problems == (("locked", "unreadable folder: Permission denied"),)


def test_too_many_files_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put(tmp_path, *(f"f{number}.py" for number in range(5)))
    monkeypatch.setattr(module, "MAX_FILES", 3)
    found = discover(tmp_path)
    assert len(found.files) == 3
    assert found.problems == ((".", "more than 3 files: the rest is not checked"),)


@pytest.mark.skipif(os.name == "nt" or os.uname().sysname == "Darwin", reason="names are bytes only on Linux")
def test_undecodable_name(project: Path) -> None:
    with open(os.fsencode(project) + b"/\xff.py", "wb"):
        pass
    assert names(project) == ["\udcff.py"]


def test_root_is_nearest_marker(tmp_path: Path) -> None:
    put(tmp_path, "pyproject.toml", "pkg/a.py", "pkg/deep/b.py", "other/normlint.toml", "other/c.py")
    assert project_root([tmp_path / "pkg/deep/b.py"]) == tmp_path
    assert project_root([tmp_path / "other/c.py"]) == tmp_path / "other"
    assert project_root([tmp_path / "other/c.py", tmp_path / "pkg"]) == tmp_path


def test_root_without_marker_is_the_folder(tmp_path: Path) -> None:
    put(tmp_path, "x/a.py", "x/b/c.py")
    assert project_root([tmp_path / "x"]) == tmp_path / "x"
    assert project_root([tmp_path / "x/a.py"]) == tmp_path / "x"
    assert project_root([tmp_path / "x/a.py", tmp_path / "x/b/c.py"]) == tmp_path / "x"


def test_missing_path(tmp_path: Path) -> None:
    with pytest.raises(PathError, match="does not exist"):
        project_root([tmp_path / "nowhere"])
    with pytest.raises(PathError, match="does not exist"):
        discover(tmp_path, [tmp_path / "nowhere.py"])


def test_path_outside_root(tmp_path: Path) -> None:
    put(tmp_path, "a/x.py", "b/y.py")
    with pytest.raises(PathError, match="outside the project root"):
        discover(tmp_path / "a", [tmp_path / "b/y.py"])


def test_read(tmp_path: Path) -> None:
    target = tmp_path / "a.py"
    target.write_bytes(b"\xff\r\n\0")
    file = SourceFile("a.py", target, "python")
    assert read(file) == b"\xff\r\n\0"
    assert read(file, limit=4) == b"\xff\r\n\0"
    with pytest.raises(ReadError, match="larger than"):
        read(file, limit=3)
    target.unlink()
    with pytest.raises(ReadError, match="No such file"):
        read(file)


@needs_symlinks
def test_read_follows_no_link(tmp_path: Path) -> None:
    put(tmp_path, "a.py")
    (tmp_path / "b.py").symlink_to("a.py")
    with pytest.raises(ReadError):
        read(SourceFile("b.py", tmp_path / "b.py", "python"))


@pytest.mark.parametrize("size", [0, 3, 300_000])
def test_all_of_a_file_is_read_whatever_it_was_said_to_hold(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x" * 200_000)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        assert module._all_of(descriptor, size, 1_000_000) == path.read_bytes()
        os.lseek(descriptor, 0, os.SEEK_SET)
        assert len(module._all_of(descriptor, size, 1_000)) > 1_000
    finally:
        os.close(descriptor)
