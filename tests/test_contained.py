"""Changes that only those can notice who name what was changed, and those that more may notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from normlint import ir
from normlint.contained import Change, change_of
from normlint.lowering import lower, lower_slices
from tests.rerunning import edit, run

MODULE = '''"""Text."""
import torch
from torchvision import transforms

LIMIT = 3

def first(x, size=3):
    return x.mean()

class Head(torch.nn.Module):
    def __init__(self):
        self.scale = 0.5
    @property
    def size(self):
        return self.scale

def last(x):
    return first(x)
'''
END = "    return first(x)\n"


def sliced(path: str, data: bytes) -> ir.Module:
    return lower_slices(path, data, lambda name_span: ())[0]


def changed(before: str, after: str, count: int = 1) -> Change | None:
    """However both forms are lowered."""
    assert before in MODULE
    old, new = MODULE.encode(), MODULE.replace(before, after, count).encode()
    changes = [change_of(one("a.py", old), other("a.py", new)) for one in (lower, sliced) for other in (lower, sliced)]
    assert changes == changes[:1] * 4
    return changes[0]


@pytest.mark.parametrize(
    ("before", "after", "names", "silent", "still"),
    [
        (END, END + "\nROUND = 7\n", {"ROUND"}, True, True),
        (END, END + "\nROUND = -7\n'text'\n", {"ROUND"}, True, True),
        (END, END + "\nMEAN = 7\n", {"MEAN"}, False, False),
        (END, END + "\neval = 7\n", {"eval"}, True, False),
        (END, END + "\ndef more(x):\n    return x / 255\n", {"more"}, True, False),
        (END, "    return x\n", {"last"}, True, False),
        (END, END + "\ndef more():\n    from PIL import Image\n    return Image\n", {"more"}, True, False),
        (END, END + "\ndef more():\n    from torchvision import transforms\n", {"more"}, True, False),
        (END, END + "\nclass More:\n    def put(self):\n        self.kept = 1\n", {"More", "put", "kept"}, True, False),
        (END, END + "\nclass More(torch.nn.Module):\n    pass\n", {"More"}, False, False),
        ("LIMIT = 3", "LIMIT = 3\nMORE = 3", {"MORE", "first", "Head", "last"}, False, False),  # all moves down
        # In the middle, as long as all that follows stands where it stood.
        ("LIMIT = 3", "LIMIT = 4", {"LIMIT"}, True, True),
        ("self.scale = 0.5", "self.scale = 0.7", {"Head", "scale"}, True, False),
    ],
)
def test_what_only_its_names_tell_of(before: str, after: str, names: set[str], silent: bool, still: bool) -> None:
    assert changed(before, after) == Change(frozenset(names), silent, still)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return x.mean()", "return x"),  # another function names it
        (END, END + "\nfirst = 3\n"),
        (END, END + "\nlast(3)\n"),
        (END, END + "\nimport numpy\n"),
        (END, END + "\nSIZE = LIMIT\n"),
        (END, END + "\nSIZES = [1, 2]\n"),
        (END, END + "\n@torch.jit.script\ndef more(x):\n    return x\n"),
        (END, END + "\ndef more(x, by=last(1)):\n    return x\n"),
        (END, END + "\ndef more():\n    from PIL import x\n"),  # the name of what others use
        (END, END + "\ndef more():\n    from PIL import *\n"),
        (END, END + "\ndef more(parser):\n    parser.add_argument('--mean', default=0.5)\n"),
        (END, END + "\nclass More(metaclass=last):\n    pass\n"),
        (END, END + "\nif LIMIT:\n    SIZE = 3\n"),
        ("LIMIT = 3", "import os\nLIMIT = 3"),  # all else moves down, and this is no definition
        ("(x, size=3)", "(x, size=(3))"),
        (END, END + "\ndef broken(:\n"),
    ],
)
def test_what_others_may_notice(before: str, after: str) -> None:
    assert changed(before, after) is None


PREPARE = """import torchvision.transforms as T
import helper


def prepare(image):
    return T.Normalize(helper.MEAN, helper.STD)(helper.scaled(image))
"""
COMPUTED = """import helper


def prepare(image, by):
    return getattr(helper, "BY_CONSTANT".lower())(image / 255) * 255
"""
HELPER = "MEAN = [0.5, 0.5, 0.5]\nSTD = [0.2, 0.2, 0.2]\n\n\ndef scaled(image):\n    return image / 255\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = (tmp_path / "project").resolve()
    root.mkdir()
    (root / "prepare.py").write_text(PREPARE)
    (root / "helper.py").write_text(HELPER)
    (root / "limits.py").write_text("LARGEST = 7\n")
    (root / "user.py").write_text("import limits\n\n\ndef back(x):\n    return x * limits.LARGEST * 0.5 + 0.5\n")
    return root


@pytest.mark.parametrize(
    ("name", "text", "units"),
    [
        ("helper.py", "\n\ndef more(image):\n    return image / 127.5 - 1\n", ["helper.py"]),
        ("helper.py", "\nROUND = 7\n", []),
        ("limits.py", "\nROUND = 7\n", []),
        ("limits.py", "\n\ndef more(x):\n    return x\n", []),
        ("limits.py", "\n\nLARGEST = 8\n", ["user.py"]),
        ("helper.py", "\n\ndef prepare(image):\n    return image / 127.5 - 1\n", ["helper.py", "prepare.py"]),
    ],
)
def test_who_names_nothing_of_it_is_not_evaluated(
    tree: Path, tmp_path: Path, evaluated: list[str], name: str, text: str, units: list[str]
) -> None:
    run(tree, tmp_path / "cache")
    evaluated.clear()
    edit(tree / name, lambda before: before + text)
    warm = run(tree, tmp_path / "cache")
    assert evaluated == units
    assert warm == run(tree, None)
    edit(tree / name, lambda before: before.removesuffix(text))
    assert run(tree, tmp_path / "cache") == run(tree, None)


def test_who_puts_names_together_is_evaluated(tree: Path, tmp_path: Path, evaluated: list[str]) -> None:
    (tree / "computed.py").write_text(COMPUTED)
    run(tree, tmp_path / "cache")
    evaluated.clear()
    edit(tree / "helper.py", lambda before: before + "\n\ndef by_constant(image):\n    return image / 127.5 - 1\n")
    warm = run(tree, tmp_path / "cache")
    assert "computed.py" in evaluated
    assert warm == run(tree, None)
