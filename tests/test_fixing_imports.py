"""Which import brings the constants of one file into another, and when none does."""

from __future__ import annotations

import pytest

from normlint.fixing.files import Files
from normlint.fixing.importing import import_of

STATS = "MEAN = [0.5]\nSTD = [0.5]\n"
SCRIPT = "import torch\n\nMEAN = [0.5]\ntorch.manual_seed(0)\n"
TARGET = '"""Docs."""\n\nfrom __future__ import annotations\n\nimport torch\n\n\ndef f(x):\n    return x\n'


def imported(files: dict[str, str], source: str, target: str, *names: str) -> tuple[int, str] | None:
    """Line number and text of what is inserted; line 0 for nothing."""
    known = Files(lambda path: files[path].encode() if path in files else None, lambda path: path in files)
    one, other = known.python(source), known.python(target)
    assert one is not None and other is not None
    found = import_of(known, one, other, list(names))
    if found is None:
        return None
    return next(((files[target].count("\n", 0, r.start) + 1, r.text) for r in found), (0, ""))


@pytest.mark.parametrize(
    ("files", "source", "target", "names", "expected"),
    [
        ({"stats.py": STATS, "a.py": TARGET}, "stats.py", "a.py", ["MEAN", "STD"], (6, "from stats import MEAN, STD\n")),
        ({"d/stats.py": STATS, "d/a.py": TARGET}, "d/stats.py", "d/a.py", ["MEAN"], (6, "from stats import MEAN\n")),
        ({"d/stats.py": STATS, "a.py": TARGET}, "d/stats.py", "a.py", ["MEAN"], None),
        (
            {"d/__init__.py": "", "d/stats.py": STATS, "a.py": TARGET},
            "d/stats.py", "a.py", ["MEAN"], (6, "from d.stats import MEAN\n"),
        ),
        (
            {"s/d/__init__.py": "", "s/d/e/__init__.py": "", "s/d/e/stats.py": STATS, "s/d/a.py": TARGET},
            "s/d/e/stats.py", "s/d/a.py", ["MEAN"], (6, "from d.e.stats import MEAN\n"),
        ),
        (
            {"d/__init__.py": "", "d/stats.py": STATS, "d/a.py": "from .x import y\n"},
            "d/stats.py", "d/a.py", ["MEAN"], (2, "from .stats import MEAN\n"),
        ),
        ({"d/__init__.py": "", "d/stats.py": STATS, "e/a.py": TARGET}, "d/stats.py", "e/a.py", ["MEAN"], None),
        # What the other file imports itself is imported from where it comes from.
        (
            {"train.py": f"from stats import MEAN\n{SCRIPT.replace('MEAN', 'M')}", "a.py": TARGET},
            "train.py", "a.py", ["MEAN"], (6, "from stats import MEAN\n"),
        ),
        ({"train.py": "import stats as s\n", "a.py": TARGET}, "train.py", "a.py", ["s"], (6, "import stats as s\n")),
        ({"b/train.py": "from stats import MEAN\n", "a.py": TARGET}, "b/train.py", "a.py", ["MEAN"], None),
        # Already there.
        ({"stats.py": STATS, "a.py": "from stats import MEAN\n"}, "stats.py", "a.py", ["MEAN"], (0, "")),
        # The name is taken.
        ({"stats.py": STATS, "a.py": "MEAN = [1]\n"}, "stats.py", "a.py", ["MEAN"], None),
        ({"stats.py": STATS, "a.py": "from other import MEAN\n"}, "stats.py", "a.py", ["MEAN"], None),
        ({"stats.py": STATS, "a.py": "def f(MEAN):\n    pass\n"}, "stats.py", "a.py", ["MEAN"], None),
        # Importing the file would run it, or go round in circles.
        ({"train.py": SCRIPT, "a.py": TARGET}, "train.py", "a.py", ["MEAN"], None),
        ({"train.py": f"import a\n{STATS}", "a.py": TARGET}, "train.py", "a.py", ["MEAN"], None),
        ({"train.py": f"from a import f\n{STATS}", "a.py": TARGET}, "train.py", "a.py", ["MEAN"], None),
        # No constant: bound twice, in a function, or not at all.
        ({"stats.py": STATS + STATS, "a.py": TARGET}, "stats.py", "a.py", ["MEAN"], None),
        ({"stats.py": "def f():\n    MEAN = [1]\n", "a.py": TARGET}, "stats.py", "a.py", ["MEAN"], None),
        ({"stats.py": "", "a.py": TARGET}, "stats.py", "a.py", ["MEAN"], None),
    ],
)  # fmt: skip
def test_import(
    files: dict[str, str], source: str, target: str, names: list[str], expected: tuple[int, str] | None
) -> None:
    assert imported(files, source, target, *names) == expected


@pytest.mark.parametrize(
    ("target", "line"),
    [
        ("x = 1\n", 1),
        ("# a comment\n\nx = 1\n", 3),
        ('"""Docs."""\nx = 1\n', 2),
        ("import a\nimport b\n\nimport c  # so\nx = 1\nimport d\n", 5),
        ("import a; x = 1\n", 1),
        ("from a import (\n    b,\n    c,\n)\n\ndef f(): pass\n", 5),
        ("import a", 2),
        ("if True:\n    import a\n", 1),
    ],
)
def test_place_of_the_import(target: str, line: int) -> None:
    found = imported({"stats.py": STATS, "t.py": target}, "stats.py", "t.py", "MEAN")
    assert found is not None
    number, text = found
    assert number + text.startswith("\n") == line
    before = target.splitlines(keepends=True)
    at = number - 1 if not text.startswith("\n") else number
    compile("".join([*before[:at], text, *before[at:]]), "t.py", "exec")
