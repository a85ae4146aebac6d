"""Files lowered by other processes are those that this one would have made, and dead processes are no trouble."""

from __future__ import annotations

import io
import os
import signal
import struct
import zlib
from hashlib import sha256
from pathlib import Path

import pytest

from normlint import ahead, forks, workspace
from normlint.ahead import Ahead, Packed, processes
from normlint.codec import decode
from normlint.discover import SourceFile
from normlint.evaluate.relevance import digests
from normlint.lowering import lower
from normlint.mentioned import unpack
from normlint.project import Settings, analyze
from normlint.report.json_output import check_json, sites_json

FIXTURES = Path(__file__).parent.parent / "fixtures"
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")


def sources(count: int) -> list[SourceFile]:
    paths = sorted(FIXTURES.rglob("*.py"))[:count]
    return [SourceFile(path.relative_to(FIXTURES).as_posix(), path, "python") for path in paths]


@pytest.mark.parametrize("sliced", [False, True])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_files_arrive_in_whatever_order_they_are_asked_for(count: int, sliced: bool) -> None:
    files = sources(12)
    started = Ahead(files, count, sliced)
    try:
        for file in (*files[6:], *files[:6]):
            taken = started.take(file.path)
            assert taken is not None
            data = file.absolute.read_bytes()
            assert taken[0] == sha256(data).digest()
            assert decode(zlib.decompress(taken.module)) == lower(file.path, data)
            assert unpack(taken.mentions) == digests(lower(file.path, data))
        assert started.take(files[0].path) is None
        assert started.take("elsewhere.py") is None
    finally:
        started.close()


@pytest.mark.parametrize("gone", [False, True])
def test_what_is_asked_for_comes_next(gone: bool) -> None:
    """Each once, and the rest in order, also where nobody can ask any more."""
    files = sources(6)
    asked, asking = os.pipe()
    os.write(asking, b"".join(struct.pack(">I", turn) for turn in (4, 2, 4)))
    if gone:
        os.close(asking)
    told = io.BytesIO()
    ahead._serve(files, range(6), False, asked, told)
    frames = forks._whole(bytearray(told.getvalue()))
    assert [frame.document[0] for frame in frames] == [4, 2, 0, 1, 3, 5]
    for descriptor in (asked,) if gone else (asked, asking):
        os.close(descriptor)


def test_a_process_that_dies_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    original = ahead.packed

    def dying(file: SourceFile, sliced: bool) -> Packed:
        if file.path == files[2].path:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(file, sliced)

    files = sources(6)
    monkeypatch.setattr(ahead, "packed", dying)
    started = Ahead(files, 2)
    try:
        assert [started.take(file.path) is not None for file in files] == [True, True, False, True, False, True]
    finally:
        started.close()


def test_closing_ends_processes_that_have_not_finished() -> None:
    started = Ahead(sources(40), 2)
    workers = list(started._workers)
    started.close()
    for fork, _ in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(fork.process, 0)


def test_a_file_that_cannot_be_read_is_left_to_whoever_asks(tmp_path: Path) -> None:
    started = Ahead([SourceFile("gone.py", tmp_path / "gone.py", "python")], 1)
    try:
        assert started.take("gone.py") is None
    finally:
        started.close()


@pytest.mark.parametrize("room", [0, workspace._MOST_OPENED])
def test_the_output_is_the_same_for_every_number_of_processes(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    monkeypatch.setattr(ahead, "WORTHWHILE", 1_000)
    monkeypatch.setattr(workspace, "_MOST_OPENED", room)
    folder = FIXTURES / "demo" if (FIXTURES / "demo").is_dir() else FIXTURES
    results = []
    for jobs in (1, 2, 3):
        analysis = analyze((folder,), Settings(jobs=jobs), root=folder)
        results.append((check_json(analysis), sites_json(analysis)))
    assert results[0] == results[1] == results[2]
    assert '"rule"' in results[0][0]


def test_small_runs_start_none() -> None:
    assert processes(8, 10_000) == 0
    assert processes(1, 10**9) == 0
    assert processes(8, 10**9) == 8
    assert processes(8, ahead.WORTHWHILE * 2) == 3
