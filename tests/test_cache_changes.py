"""What changes after the cache was written stands in a file beside it, which counts for that very cache and no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rerunning import edit, run

from normlint import cache_changes, cache_file
from normlint.cache import Store, clean
from normlint.earlier import _TABLES, Earlier, unpack
from normlint.places import Place
from normlint.workspace import Workspace

STATS = "MEAN = [0.5, 0.5, 0.5]\nSTD = [0.25, 0.25, 0.25]\n"
TRAIN = "import torchvision.transforms as T\nfrom stats import MEAN, STD\n\nnormalize = T.Normalize(MEAN, STD)\n"
SWAPPED = "import torchvision.transforms as T\n\nnormalize = T.Normalize(mean=[0.229, 0.224, 0.225], std=[0.485, 0.456, 0.406])\n"


@pytest.fixture(autouse=True)
def worthwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_changes, "WORTHWHILE", 0)
    monkeypatch.setattr(cache_changes, "_PART", 1)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = (tmp_path / "project").resolve()
    root.mkdir()
    for name, text in {"stats": STATS, "train": TRAIN, "swapped": SWAPPED, "plain": "x = 1\n"}.items():
        edit_new(root / f"{name}.py", text)
    return root


def edit_new(path: Path, text: str) -> None:
    path.write_text("")
    edit(path, lambda _: text)


@pytest.fixture
def store(tree: Path, tmp_path: Path) -> Store:
    """The cache after a first run."""
    run(tree, tmp_path / "cache")
    found = Store(tree, tmp_path / "cache")
    assert found.path.exists() and not found.changes.exists()
    return found


def test_changes_are_written_beside_what_stays(tree: Path, store: Store, evaluations: list[int]) -> None:
    before = store.path.read_bytes()
    for old, new in (("0.25]", "0.2]"), ("0.5]", "0.4]"), ("0.2]", "0.25]"), ("MEAN =", "# A comment.\nMEAN =")):
        edit(tree / "stats.py", lambda text, old=old, new=new: text.replace(old, new, 1))  # type: ignore[misc]
        assert run(tree, store.folder) == run(tree, None)
        evaluations.clear()
        assert run(tree, store.folder) == run(tree, None)
        assert len(evaluations) == 1  # the run without a cache
    assert store.path.read_bytes() == before
    assert store.changes.exists()
    assert sorted(path.name for path in store.folder.iterdir() if path.suffix == ".tmp") == []


def test_other_files_have_the_cache_written_anew(tree: Path, store: Store) -> None:
    edit(tree / "stats.py", lambda text: text.replace("0.25]", "0.2]"))
    run(tree, store.folder)
    before = store.path.read_bytes()
    edit_new(tree / "more.py", SWAPPED)
    assert run(tree, store.folder) == run(tree, None)
    assert store.path.read_bytes() != before and not store.changes.exists()
    assert run(tree, store.folder) == run(tree, None)


def test_many_changes_have_the_cache_written_anew(tree: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_changes, "_PART", 100)
    edit(tree / "stats.py", lambda text: text.replace("0.25]", "0.2]"))
    run(tree, store.folder)
    assert not store.changes.exists()


def test_what_is_gone_does_not_come_back(tree: Path, store: Store) -> None:
    edit(tree / "stats.py", lambda text: text.replace("0.25]", "0.2]"))
    run(tree, store.folder)
    gone = json.loads(index_of(store.changes))["gone"]
    assert gone
    edit(tree / "stats.py", lambda text: text.replace("0.2]", "0.25]"))
    assert run(tree, store.folder) == run(tree, None)
    now = Store(tree, store.folder)
    now.load()
    document = json.loads(index_of(store.changes))
    assert all(now.packed(name) is None for name in document["gone"])
    assert set(gone) <= {*document["gone"], *document["packs"][0]}


def index_of(path: Path) -> bytes:
    descriptor = cache_file.opened(path)
    return cache_file.index_of(descriptor)[0]


def test_changes_of_another_cache_are_none(tree: Path, store: Store, tmp_path: Path) -> None:
    edit(tree / "stats.py", lambda text: text.replace("0.25]", "0.2]"))
    run(tree, store.folder)
    changes = store.changes.read_bytes()
    edit_new(tree / "more.py", SWAPPED)
    run(tree, store.folder)
    store.changes.write_bytes(changes)
    assert run(tree, store.folder) == run(tree, None)


@pytest.mark.parametrize("position", [0, 20, 60, 300, -300, -20, -1])
def test_damage_is_noticed(tree: Path, store: Store, position: int) -> None:
    edit(tree / "stats.py", lambda text: text.replace("0.25]", "0.2]"))
    expected = run(tree, None)
    run(tree, store.folder)
    data = bytearray(store.changes.read_bytes())
    data[position] ^= 0xFF
    store.changes.write_bytes(data)
    assert run(tree, store.folder) == expected
    store.changes.write_bytes(data[: len(data) // 2])
    assert run(tree, store.folder) == expected


FORGED: list[Callable[[dict[str, Any]], object]] = [
    lambda document: document.update(base="0" * 64),
    lambda document: document.update(stamp=["x", "y"]),
    lambda document: document.update(stamp=None),
    lambda document: document["files"].__setitem__(0, [-1]),
    lambda document: document["files"].__setitem__(0, [10_000]),
    lambda document: document["files"].__setitem__(0, ["0"]),
    lambda document: document["files"].__setitem__(4, [99]),
    lambda document: document["files"].__setitem__(3, [7]),
    lambda document: document.update(files=[]),
    lambda document: document.update(gone=[1]),
    lambda document: document.update(gone=None),
    lambda document: document["packs"].__setitem__(1, [-1] * len(document["packs"][1])),
    lambda document: document["packs"].__setitem__(1, [10**15] * len(document["packs"][1])),
    lambda document: document["packs"].__setitem__(1, []),
    lambda document: document.update(results=[]),
    lambda document: document.update(results={"x": 7}),
    lambda document: document.clear(),
]


@pytest.mark.parametrize("change", FORGED)
def test_forged_changes_do_no_harm(tree: Path, store: Store, change: Callable[[dict[str, Any]], object]) -> None:
    edit(tree / "stats.py", lambda text: text.replace("0.25]", "0.2]"))
    expected = run(tree, None)
    run(tree, store.folder)
    document = json.loads(index_of(store.changes))
    packs = store.changes.read_bytes()[-sum(document["packs"][1]) :]
    change(document)
    cache_file.write(store.changes, json.dumps(document).encode(), [packs])
    assert run(tree, store.folder) == expected


def test_clean_removes_both(tree: Path, store: Store) -> None:
    edit(tree / "stats.py", lambda text: text.replace("0.25]", "0.2]"))
    run(tree, store.folder)
    assert store.changes.exists()
    assert clean(tree, store.folder)
    assert not store.path.exists() and not store.changes.exists()


EARLIER = Earlier(
    "here", {"a.py": "1", "b.py": "2"}, ["a.py", "b.py"], {"a.py": ["b.py"], "b.py": []}, {}, {"a.py": [], "b.py": ["a.py"]},
    {"a.py": [(Place("a.py", 1, 1, 1, 2), "what")]}, {"a.py": "x", "b.py": "y"}, {"top a.py": "n"}, frozenset({"a.py"}),
    {"b.py": ["a.py"]},
)  # fmt: skip


def test_units_are_brought_up_to_date() -> None:
    packed = EARLIER.pack()
    later = replace(
        EARLIER, digests={"a.py": "3", "b.py": "2"}, logs={"top a.py": "m"}, asked={"a.py": ["b.py", "a.py"], "b.py": ["a.py"]},
        problems={"a.py": [(Place("a.py", 2, 1, 2, 2), "that")]},
    )  # fmt: skip
    since = later.pack_since(EARLIER)
    found = unpack(packed, "here", since)
    assert replace(found, since={}) == replace(later, asked={"a.py": ["a.py", "b.py"], "b.py": ["a.py"]})
    more = replace(found, forms={"a.py": "x", "b.py": "z"})
    again = unpack(packed, "here", more.pack_since(found))
    assert replace(again, since={}) == replace(more, since={})


def test_what_is_not_brought_up_to_date_is_packed_anew() -> None:
    for change in (
        {"digests": {"a.py": "1"}}, {"order": ["b.py", "a.py"]}, {"environment": "there"}, {"any_name": frozenset({"b.py"})},
        {"logs": {"top a.py": "n", "top b.py": "m"}},
    ):  # fmt: skip
        assert replace(EARLIER, **change).pack_since(EARLIER) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "since",
    [b"", b"7", b"[]", b'["there",{}]', b'["here",{}]']
    + [
        json.dumps(["here", {name: {} for name in _TABLES if name != "digests"} | one]).encode()
        for one in (
            {"digests": {"c.py": "1"}}, {"digests": {"a.py": 1}}, {"digests": 7}, {"digests": {}, "direct": {"a.py": [1]}},
            {"digests": {}, "problems": {"a.py": [["a.py", 1]]}}, {"digests": {}, "any_name": {}},
        )
    ],
)  # fmt: skip
def test_damaged_units_are_none(since: bytes) -> None:
    assert unpack(EARLIER.pack(), "here", since) == Earlier("here")


def test_files_that_are_as_they_were_are_not_looked_at_one_by_one(
    tree: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    original = Workspace._look
    monkeypatch.setattr(Workspace, "_look", lambda self, file: (looked.append(file.path), original(self, file))[1])
    edit(tree / "stats.py", lambda text: text.replace("0.25]", "0.2]"))
    run(tree, store.folder)
    assert looked == ["stats.py"]
