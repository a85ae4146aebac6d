"""The cache changes how fast a run is, never what it reports, whatever state its file is in."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import normlint.lowering
from normlint import cache
from normlint.cache import FOLDER, Store
from normlint.cli import main
from normlint.project import Analysis, Settings, analyze
from normlint.report.json_output import check_json, sites_json

TRAIN = """\
import torchvision.transforms as T
from helpers import recover

train_transform = T.Compose([T.ToTensor(), T.Normalize([0.5, 0.5, 0.5], [0.25, 0.25, 0.25])])


def show(x):
    return recover(x)
"""
HELPERS = """\
def recover(x):
    return x * 0.5 + 0.5
"""
SWAPPED = """\
import torchvision.transforms as T

normalize = T.Normalize(mean=[0.229, 0.224, 0.225], std=[0.485, 0.456, 0.406])
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "pyproject.toml").write_text("")
    for name, text in {"train.py": TRAIN, "helpers.py": HELPERS, "swapped.py": SWAPPED, "plain.py": "x = 1\n"}.items():
        (root / name).write_text(text)
    (root / "config.yaml").write_text("model:\n  mean: [0.1, 0.2, 0.3]\n  std: [0.4, 0.5, 0.6]\n")
    age(root)
    return root


def age(root: Path) -> None:
    """Make the files older than what the cache takes for fresh."""
    for path in root.rglob("*"):
        if FOLDER not in path.parts and path.is_file():
            os.utime(path, ns=(10**18, 10**18 + path.stat().st_mtime_ns % 10**9))


def outputs(analysis: Analysis) -> tuple[str, str]:
    return check_json(analysis), sites_json(analysis)


def plain(root: Path) -> tuple[str, str]:
    return outputs(analyze((root,)))


def cached(root: Path, folder: Path | None = None, settings: Settings = Settings()) -> tuple[str, str]:  # noqa: B008
    return outputs(analyze((root,), settings, store=Store(root, folder), with_facts=False))


@pytest.fixture
def lowered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that are lowered, in order."""
    paths: list[str] = []
    original = normlint.lowering.lower
    monkeypatch.setattr(normlint.lowering, "lower", lambda path, data: (paths.append(path), original(path, data))[1])
    return paths


def test_a_second_run_renders_what_the_first_found(tree: Path, lowered: list[str], evaluations: list[int]) -> None:
    expected = plain(tree)
    assert '"rule"' in expected[0]
    del lowered[:], evaluations[:]
    assert cached(tree) == expected
    assert lowered and evaluations
    del lowered[:], evaluations[:]
    assert cached(tree) == expected
    assert not lowered and not evaluations


def test_only_changed_files_are_lowered_again(tree: Path, lowered: list[str], evaluations: list[int]) -> None:
    cached(tree)
    (tree / "helpers.py").write_text(HELPERS.replace("0.5 + 0.5", "0.25 + 0.5"))
    expected = plain(tree)
    del lowered[:], evaluations[:]
    assert cached(tree) == expected
    assert lowered == ["helpers.py"]
    assert evaluations


def test_files_that_cannot_matter_do_not_start_an_evaluation(tree: Path, evaluations: list[int]) -> None:
    before = cached(tree)
    (tree / "plain.py").write_text("x = 22\n")
    del evaluations[:]
    assert cached(tree) == before == plain(tree)
    assert evaluations == [1]  # the one of plain()


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "new.py").write_text(SWAPPED),
        lambda root: (root / "swapped.py").unlink(),
        lambda root: (root / "swapped.py").rename(root / "other.py"),
        lambda root: (root / "plain.py").write_text(SWAPPED),
        lambda root: (root / "config.yaml").write_text("a: 1\n"),
        lambda root: (root / "plain.py").write_text("x = 1  # normlint: ignore\n"),
        lambda root: (root / "train.py").write_text("def broken(:\n    x / 255\n"),
    ],
)
def test_every_change_that_matters_is_seen(tree: Path, change: Callable[[Path], object]) -> None:
    before = cached(tree)
    change(tree)
    after = cached(tree)
    assert after == plain(tree)
    assert after != before or "plain" in str(change)


def test_content_counts_where_times_differ(tree: Path, lowered: list[str]) -> None:
    before = cached(tree)
    for path in tree.glob("*.py"):
        os.utime(path, ns=(10**18, 10**18 + 5))
    del lowered[:]
    assert cached(tree) == before
    assert not lowered


def test_a_change_at_the_moment_of_the_first_run_is_seen(tree: Path) -> None:
    path = tree / "swapped.py"
    now = time.time_ns()
    os.utime(path, ns=(now, now))
    before = cached(tree)
    path.write_text(SWAPPED.replace("0.229, 0.224, 0.225", "0.485, 0.456, 0.406", 1))
    os.utime(path, ns=(now, now))
    assert cached(tree) == plain(tree) != before


def test_results_are_kept_apart_by_settings(tree: Path) -> None:
    everything = cached(tree)
    nothing = cached(tree, settings=Settings(ignore=("NL1", "NL2", "NL3", "NL4")))
    assert json.loads(nothing[0])["findings"] == [] != json.loads(everything[0])["findings"]
    assert cached(tree) == everything


def test_other_paths_are_served_by_the_same_result(tree: Path, evaluations: list[int]) -> None:
    cached(tree)
    del evaluations[:]
    found = analyze((tree / "swapped.py",), root=tree, store=Store(tree), with_facts=False)
    assert not evaluations
    assert {finding.place.path for finding in found.findings} == {"swapped.py"}
    assert outputs(found) == outputs(analyze((tree / "swapped.py",), root=tree))


def test_facts_are_there_where_they_are_asked_for(tree: Path) -> None:
    cached(tree)
    assert analyze((tree,), store=Store(tree)).facts == analyze((tree,)).facts


@pytest.mark.parametrize("position", [0, 5, 20, 60, 90, 200, -400, -3])
def test_damage_is_noticed(tree: Path, position: int) -> None:
    expected = cached(tree)
    path = tree / FOLDER / "cache"
    data = bytearray(path.read_bytes())
    data[position] ^= 0x15
    path.write_bytes(data)
    (tree / "helpers.py").write_text(HELPERS + "\n")
    assert cached(tree) == plain(tree)
    (tree / "helpers.py").write_text(HELPERS)
    assert cached(tree) == expected


@pytest.mark.parametrize("content", [b"", b"normlint cache 1\n", b"\0" * 300, b"normlint cache 1\n" + b"f" * 80 + b"{}"])
def test_what_is_no_cache_is_none(tree: Path, content: bytes) -> None:
    expected = cached(tree)
    (tree / FOLDER / "cache").write_bytes(content)
    assert cached(tree) == expected


def test_a_cut_off_file_is_no_cache(tree: Path) -> None:
    expected = cached(tree)
    path = tree / FOLDER / "cache"
    data = path.read_bytes()
    for size in range(0, len(data), len(data) // 7):
        path.write_bytes(data[:size])
        assert cached(tree) == expected


def forged(path: Path, change: Callable[[dict[str, object]], None]) -> None:
    """Replace the index by one with a right checksum."""
    data = path.read_bytes()
    size = int(data[17:33], 16)
    start = 17 + 16 + 64
    document = json.loads(data[start : start + size])
    change(document)
    index = json.dumps(document).encode()
    from hashlib import sha256

    header = data[:17] + b"%016x" % len(index) + sha256(index).hexdigest().encode()
    path.write_bytes(header + index + data[start + size :])


def _other_outcome(document: dict[str, object]) -> None:
    for entry in document["results"].values():  # type: ignore[attr-defined]
        entry["findings"][0][0] = "os.system"


def _other_modules(document: dict[str, object]) -> None:
    document["packs"][1] = [10**12 for _ in document["packs"][1]]  # type: ignore[index]
    document["results"] = {}


@pytest.mark.parametrize(
    "change",
    [
        _other_outcome,
        _other_modules,
        lambda document: document.update(files={"../x": ["a", 1, 2, 3]}),
        lambda document: document.update(files=[["../x"], ["a"], [1], [2], [3]]),
        lambda document: document.update(files=[["x"], [1], [2], ["3"], [99]]),
        lambda document: document["packs"][1].pop(),
        lambda document: document["packs"][1].reverse(),
        lambda document: document.update(files=[]),
        lambda document: document.update(results=7),
        lambda document: document.update(results={"x": None}),
        lambda document: document.update(stamp="another version"),
        lambda document: document.update(place=[1, 2]),
        lambda document: document.pop("packs"),
    ],
)
def test_a_forged_cache_does_no_harm(tree: Path, change: Callable[[dict[str, object]], None]) -> None:
    expected = cached(tree)
    forged(tree / FOLDER / "cache", change)
    assert cached(tree) == expected


def test_a_cache_that_comes_with_the_repository_is_not_believed(tree: Path, tmp_path: Path, evaluations: list[int]) -> None:
    expected = cached(tree)
    copy = tmp_path / "copy"
    import shutil

    shutil.copytree(tree, copy)
    del evaluations[:]
    assert cached(copy) == expected
    assert evaluations


def test_a_named_folder_serves_another_machine(tree: Path, tmp_path: Path, evaluations: list[int]) -> None:
    import shutil

    expected = cached(tree, tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    del evaluations[:]
    assert cached(tree, tmp_path / "two") == expected
    assert not evaluations
    assert not (tree / FOLDER).exists()


def test_a_link_in_place_of_the_folder_is_not_followed(tree: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tree / FOLDER).symlink_to(elsewhere)
    assert cached(tree) == plain(tree)
    assert not list(elsewhere.iterdir())


def test_a_folder_behind_a_link_out_of_the_root_is_not_used(tree: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tree / "link").symlink_to(elsewhere)
    assert cached(tree, tree / "link" / "cache") == plain(tree)
    assert not list(elsewhere.iterdir())


def test_a_named_folder_in_the_repository_is_not_believed_elsewhere(
    tree: Path, tmp_path: Path, evaluations: list[int]
) -> None:
    import shutil

    expected = cached(tree, tree / "folder")
    assert cached(tree, tree / "folder") == expected
    assert len(evaluations) == 1
    shutil.move(tree / "folder", tree / "old")
    shutil.copytree(tree / "old", tree / "folder")
    assert cached(tree, tree / "folder") == expected
    assert len(evaluations) == 2


def test_where_nothing_can_be_written_there_is_no_cache(tree: Path) -> None:
    (tree / FOLDER).write_text("in the way")
    assert cached(tree) == plain(tree)


def test_the_folder_hides_itself_and_leaves_no_temporary_files(tree: Path) -> None:
    cached(tree)
    cached(tree, settings=Settings(ignore=("NL3",)))
    assert sorted(path.name for path in (tree / FOLDER).iterdir()) == [".gitignore", "CACHEDIR.TAG", "cache"]
    assert (tree / FOLDER / ".gitignore").read_text().splitlines()[-1] == "*"


def test_a_program_that_nobody_touched_is_not_read_again(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read() -> str:
        pytest.fail("its files are read")

    first = Store(tree)
    first.load()
    first.save({}, {}, {"a": 1})
    with monkeypatch.context() as patch:
        patch.setattr(cache, "stamp", read)
        again = Store(tree)
        again.load()
        assert again.contents.results == {"a": 1}
    monkeypatch.setattr(cache, "look_of_stamp", lambda: "touched")
    again.load()
    assert again.contents.results == {"a": 1}  # and it says the same as before
    monkeypatch.setattr(cache, "stamp", lambda: "another program")
    again.load()
    assert not again.contents.results


def test_runs_at_the_same_time_leave_a_complete_cache(tree: Path) -> None:
    expected = plain(tree)
    store = Store(tree)
    store.load()
    stores = [Store(tree) for _ in range(4)]

    def write(store: Store) -> None:
        for _ in range(15):
            store.save({"a.py": cache.Known(1, 2, "3" * 64, True)}, {"3" * 64: b"x" * 5000}, {})

    threads = [threading.Thread(target=write, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.load()
    assert store.contents.files
    assert cached(tree) == expected


def test_clean_removes_it(tree: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert run(main, ["check", str(tree), "-q"]).exit_code == 1
    assert (tree / FOLDER).is_dir()
    assert "removed" in run(main, ["cache", "clean", str(tree)]).output
    assert not (tree / FOLDER).exists()
    assert "no cache" in run(main, ["cache", "clean", str(tree)]).output
    folder = tmp_path / "named"
    assert run(main, ["check", str(tree), "-q", "--cache-dir", str(folder)]).exit_code == 1
    assert len(list(folder.iterdir())) == 3
    assert "removed" in run(main, ["cache", "clean", str(tree), "--cache-dir", str(folder)]).output
    assert folder.is_dir() and len(list(folder.iterdir())) == 2


def test_no_cache_leaves_nothing(tree: Path) -> None:
    assert CliRunner().invoke(main, ["check", str(tree), "-q", "--no-cache"]).exit_code == 1
    assert not (tree / FOLDER).exists()
