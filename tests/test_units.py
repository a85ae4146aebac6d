"""A run that takes over units of the last one finds what a run without a cache finds, and evaluates what changed."""

from __future__ import annotations

import os
import random
import re
import shutil
import zlib
from pathlib import Path
from typing import Any

import pytest

from normlint import ahead, bodies, judgement
from normlint.attempt import Attempt
from normlint.cache import Store
from normlint.earlier import Earlier, unpack
from normlint.evaluate.log import Log
from normlint.evaluate.machine import Machine
from normlint.evaluate.relevance import digests
from normlint.evaluate.units import Unit
from normlint.facts import Facts
from normlint.log_codec import LogError, decode, encode
from normlint.lowering import lower
from normlint.mentioned import pack as pack_mentions
from normlint.mentioned import unpack as unpack_mentions
from normlint.places import Place
from normlint.project import analyze
from tests.rerunning import edit, run

FIXTURES = Path(__file__).parent.parent / "fixtures"
PROJECTS = sorted(folder for folder in (FIXTURES / "projects").iterdir() if any(folder.rglob("*.py")))


SWAPPED = "import torchvision.transforms as T\n\nuse = 'rgb', T.Normalize([0.229, 0.224, 0.225], [0.485, 0.456, 0.406])\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = (tmp_path / "project").resolve()
    root.mkdir()
    (root / "stats.py").write_text("MEAN = [0.5, 0.5, 0.5]\nSTD = [0.25, 0.25, 0.25]\n")
    (root / "registry.py").write_text("FOUND = {}\n\n\ndef scale(x):\n    return FOUND['scale'](x / 255)\n")
    (root / "train.py").write_text(
        "import torchvision.transforms as T\nfrom stats import MEAN, STD\n\nnormalize = T.Normalize(MEAN, STD)\n"
    )
    (root / "alone.py").write_text("def back(x):\n    return x * 0.5 + 0.5\n")
    return root


def test_only_what_reaches_a_changed_file_is_evaluated(tree: Path, tmp_path: Path, evaluated: list[str]) -> None:
    run(tree, tmp_path / "cache")
    assert evaluated == ["alone.py", "registry.py", "stats.py", "train.py"]
    evaluated.clear()
    edit(tree / "stats.py", lambda text: text.replace("0.25", "0.2"))
    warm = run(tree, tmp_path / "cache")
    assert evaluated == ["stats.py", "train.py"]
    assert warm == run(tree, None)
    assert "0.2," in warm[1]


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time that rules run."""
    runs: list[int] = []
    original = judgement.gather

    def noting(log: Log, *others: Any) -> Facts:
        runs.append(len(log.observations))
        return original(log, *others)

    monkeypatch.setattr(judgement, "gather", noting)
    return runs


TRAIN = "normalize = T.Normalize(MEAN, STD)\n"
BACK = "    return x * 0.5 + 0.5\n"


@pytest.mark.parametrize(
    ("name", "before", "after", "evaluates", "judges"),
    [
        ("stats.py", "0.25]\n", "0.25]\n# A comment.\n", False, False),
        ("train.py", TRAIN, TRAIN.replace("\n", "  # A comment behind a site.\n"), False, False),
        ("alone.py", BACK, f"{BACK}\n\ndef more(x):\n    return x\n", True, False),
        ("alone.py", BACK, f"{BACK}\n\nROUND = 7\n", False, False),
        # What must not be taken for the same:
        ("stats.py", "0.25]\n", "0.2]\n", True, True),
        ("stats.py", "MEAN =", "# A comment that moves what is below.\nMEAN =", True, True),
        ("alone.py", BACK, f"{BACK}\n\ndef more(x):\n    return x / 255\n", True, True),
        ("alone.py", BACK, BACK.replace("\n", "  # normlint: ignore\n"), False, True),
        ("train.py", "from stats import MEAN, STD", "from stats import STD\nMEAN = STD", True, True),
        ("train.py", TRAIN, TRAIN.replace("(MEAN, STD)", "(MEAN,  STD)"), True, True),
        ("stats.py", "MEAN", "def broken(:\nMEAN", True, True),
    ],
)
def test_only_what_is_seen_otherwise_is_judged_again(
    tree: Path, tmp_path: Path, evaluated: list[str], judged: list[int],
    name: str, before: str, after: str, evaluates: bool, judges: bool,
) -> None:  # fmt: skip
    run(tree, tmp_path / "cache")
    evaluated.clear()
    judged.clear()
    edit(tree / name, lambda text: text.replace(before, after, 1))
    warm = run(tree, tmp_path / "cache")
    assert (bool(evaluated), bool(judged)) == (evaluates, judges)
    assert warm == run(tree, None)
    edit(tree / name, lambda text: text.replace(after, before, 1))
    assert run(tree, tmp_path / "cache") == run(tree, None)


def test_what_findings_quote_is_read_again(tree: Path, tmp_path: Path, judged: list[int]) -> None:
    """A fingerprint holds the text of a finding's places, of which an evaluation sees no quotes and no spaces at the end."""
    (tree / "train.py").write_text(SWAPPED)
    first = run(tree, tmp_path / "cache")
    assert '"rule": "NL305"' in first[0]
    judged.clear()
    edit(tree / "train.py", lambda text: text.replace("0.485,", "0.485 ,"))
    assert run(tree, tmp_path / "cache") == run(tree, None)
    edit(tree / "train.py", lambda text: text.replace("'rgb'", '"rgb"'))
    assert run(tree, tmp_path / "cache") == run(tree, None)


def test_what_is_told_beside_the_code_is_judged_again(tree: Path, tmp_path: Path, judged: list[int]) -> None:
    (tree / "README.md").write_text("Nothing.\n")
    run(tree, tmp_path / "cache")
    judged.clear()
    edit(tree / "README.md", lambda text: text + "```\npython train.py\npython alone.py\n```\n")
    assert run(tree, tmp_path / "cache") == run(tree, None)
    assert len(judged) == 2


def test_a_log_that_is_gone_or_damaged_is_made_again(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tree, tmp_path / "cache")
    original = Store.packed
    edit(tree / "alone.py", lambda text: text.replace("0.5", "0.25"))
    for lost in (None, zlib.compress(encode(Log(exhausted=3)))):
        monkeypatch.setattr(
            Store, "packed", lambda self, name, lost=lost: lost if name.endswith(" train.py") else original(self, name)
        )
        assert run(tree, tmp_path / "cache") == run(tree, None)
        edit(tree / "alone.py", lambda text: text.replace("0.25", "0.125"))


def test_sites_are_listed_after_a_run_that_listed_none(tree: Path, tmp_path: Path) -> None:
    run(tree, tmp_path / "cache")
    edit(tree / "alone.py", lambda text: text.replace("0.5", "0.25"))
    analyze((tree,), root=tree, store=Store(tree, tmp_path / "cache"), with_facts=False, with_sites=False)
    assert run(tree, tmp_path / "cache") == run(tree, None)


def test_a_module_that_changes_another_ones_values_is_reached_by_it(tree: Path, tmp_path: Path, evaluated: list[str]) -> None:
    (tree / "plugin.py").write_text("import registry\nregistry.FOUND['scale'] = lambda x: (x - 0.5) / 0.25\n")
    run(tree, tmp_path / "cache")
    evaluated.clear()
    edit(tree / "plugin.py", lambda text: text.replace("0.25", "0.125"))
    assert run(tree, tmp_path / "cache") == run(tree, None)
    assert "registry.py" in evaluated


def test_a_change_that_is_new_or_gone_reaches_those_that_saw_none(tree: Path, tmp_path: Path) -> None:
    run(tree, tmp_path / "cache")
    edit(tree / "alone.py", lambda text: "import registry\nregistry.FOUND['scale'] = lambda x: x * 2 - 1\n" + text)
    assert run(tree, tmp_path / "cache") == run(tree, None)
    edit(tree / "alone.py", lambda text: text.partition("\n\n")[2] + "\n")
    assert run(tree, tmp_path / "cache") == run(tree, None)


def test_new_files_and_configs_are_noticed(tree: Path, tmp_path: Path) -> None:
    run(tree, tmp_path / "cache")
    (tree / "sub").mkdir()
    (tree / "sub" / "more.py").write_text("from stats import MEAN\n\n\ndef undo(x):\n    return x * 0.25 + MEAN[0]\n")
    assert run(tree, tmp_path / "cache") == run(tree, None)
    (tree / "config.yaml").write_text("mean: [0.1, 0.2, 0.3]\nstd: [0.4, 0.5, 0.6]\n")
    assert run(tree, tmp_path / "cache") == run(tree, None)
    (tree / "stats.py").unlink()
    assert run(tree, tmp_path / "cache") == run(tree, None)


_NUMBER = re.compile(r"\d")


def _another_number(generator: random.Random, text: str) -> str:
    places = [found.start() for found in _NUMBER.finditer(text)]
    at = generator.choice(places) if places else 0
    return text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :] if places else text + "\n"


def _without_a_line(generator: random.Random, text: str) -> str:
    lines = text.split("\n")
    del lines[generator.randrange(len(lines))]
    return "\n".join(lines)


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_edits_of_the_fixture_projects(project: Path, tmp_path: Path) -> None:
    root = (tmp_path / "project").resolve()
    shutil.copytree(project, root)
    generator = random.Random(project.name)
    files = sorted(root.rglob("*.py"))
    run(root, tmp_path / "cache")
    for change in (_another_number, _without_a_line, _another_number):
        edit(generator.choice(files), lambda text, change=change: change(generator, text))
        assert run(root, tmp_path / "cache") == run(root, None)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
@pytest.mark.parametrize("project", PROJECTS[:6], ids=lambda path: path.name)
def test_processes_find_the_same(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "WORTHWHILE", 1)
    alone = run(project, None)
    assert run(project, tmp_path / "cache", jobs=3) == alone
    assert run(project, tmp_path / "cache", jobs=3) == alone


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
def test_processes_observe_the_same(tree: Path, tmp_path: Path, judged: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "WORTHWHILE", 1)
    (tree / "uses.py").write_text("def use(x):\n    import helper\n    return helper.back(x) / 255\n")
    (tree / "helper.py").write_text("def back(x):\n    return x\n")
    run(tree, tmp_path / "cache", jobs=3)
    judged.clear()
    edit(tree / "helper.py", lambda text: text + "\n\ndef more(x):\n    return x\n")
    warm = run(tree, tmp_path / "cache", jobs=1)
    assert not judged
    assert warm == run(tree, None)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")
def test_what_a_dead_process_leaves_is_evaluated_here(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "WORTHWHILE", 1)
    alone, original, here = run(tree, None), bodies.evaluate_module, os.getpid()

    def dying(machine: Machine, path: str) -> Unit | None:
        if path == "registry.py" and os.getpid() != here:
            os._exit(9)
        return original(machine, path)

    monkeypatch.setattr(bodies, "evaluate_module", dying)
    assert run(tree, None, jobs=2) == alone


def logs_of(root: Path, monkeypatch: pytest.MonkeyPatch) -> list[Log]:
    logs: list[Log] = []
    original = Attempt._log

    def noting(self: Attempt, key: str) -> Log:
        logs.append(original(self, key))
        return logs[-1]

    monkeypatch.setattr(Attempt, "_log", noting)
    run(root, None)
    return logs


def test_logs_survive_their_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    logs = logs_of(FIXTURES / "cases", monkeypatch)
    assert sum(len(log.observations) for log in logs) > 500
    for log in logs:
        assert decode(encode(log)) == log


def test_damaged_logs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = max(map(encode, logs_of(FIXTURES / "demo", monkeypatch)), key=len)
    generator = random.Random(1)
    refused = 0
    for _ in range(300):
        at = generator.randrange(len(data))
        broken = data[:at] + generator.choice([b"", b"[", b"9", b'"', b"null", b"-1"]) + data[at + 1 :]
        try:
            assert isinstance(decode(broken), Log)  # another number may stand for another value
        except LogError:
            refused += 1
    assert refused > 150


def test_what_is_known_of_units_survives_its_encoding() -> None:
    earlier = Earlier(
        "here", {"a.py": "1", "b.py": "2"}, ["a.py", "b.py"], {"a.py": ["b.py"], "b.py": []}, {"b.py": ["a.py"]},
        {"a.py": ["b.py", "c.py"]}, {"b.py": [(Place("b.py", 1, 2, 3, 4), "unreadable")]}, {"a.py": "3"},
        {"config x.yaml": "4", "top b.py": "5", "body b.py": "6", "body a.py": "7"},
        frozenset({"b.py"}),
    )  # fmt: skip
    assert unpack(earlier.pack(), "here") == earlier
    assert unpack(earlier.pack(), "elsewhere") == Earlier("elsewhere")
    assert unpack(b"[1]", "here") == unpack(None, "here") == Earlier("here")


def test_mentions_survive_their_encoding() -> None:
    for path in sorted((FIXTURES / "cases").rglob("fires_*.py"))[:60]:
        mentions = digests(lower(path.name, path.read_bytes()))
        assert unpack_mentions(pack_mentions(mentions)) == mentions


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"[[],[],[7],[]]", b"[[[1,1,1,1,0,0,[-1]]],[],[],[]]", b'[[],[["f",0,true,[]]],[],[]]']
)
def test_damaged_mentions_are_refused(data: bytes) -> None:
    with pytest.raises((ValueError, TypeError, LookupError)):
        unpack_mentions(data)


def test_damaged_mentions_are_worked_out_again(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tree, tmp_path / "cache")
    original = Store.packed
    lost = zlib.compress(b"[[],[],[],[1]]")
    monkeypatch.setattr(Store, "packed", lambda self, name: lost if name.startswith("mentions") else original(self, name))
    edit(tree / "stats.py", lambda text: text.replace("0.25", "0.2"))
    assert run(tree, tmp_path / "cache") == run(tree, None)
