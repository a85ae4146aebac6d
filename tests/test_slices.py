"""Bodies of functions that are lowered when they are asked for are what they are when the whole file is lowered."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normlint import ir, lowering
from normlint.evaluate.relevance import digests
from normlint.lowering import lower, lower_slices, lower_with_file, module
from normlint.lowering.abstract import slices
from normlint.places import Span
from tests.rerunning import edit, run
from tests.test_idle import OPS, TWICE, put
from tests.test_lowering_ways import AROUND, ATOMS, ROOT, SOURCES, STATEMENTS

_IN_FUNCTION = "class A:\n    size = 1\n\n    def f(self, a=1):\n{}\n    @property\n    def last(self): return self\n"
# What says something of pixel values alone, in a part of an expression, or together with what is elsewhere.
_TELLING = [
    "x.mean()", "(x - np.mean(x))", "x.mean", "x / 255", "x * 2", "x - 1", "0.5", "-0.5", "128", "x.mul(0.5)", "x.add(y.std())",
    "[0.1, 0.2, -0.3]", "(0.1, 1, 2.5)", "'normalize'", "'a.yaml'", "y", "image.permute(0, 1)", "loader", "f(mean=y)",
    "f'{x} 255'", "f'{x / 255:.2f}'", "f\"a{y.mean}\" 'b'", "lambda mean, *std: x", "(await z)(1 - x.std())", "Normalize",
    "inner(x)", "(lambda: x.mean() / 2)", "{**y, 'std': 1}", "[x for x in y if 255]", "x[0.1, 0.2, 0.3]",
    "transforms.Compose([])",
]  # fmt: skip
_STATING = [
    "self.a = {}", "a, self.b.c = {}", "b: {} = 1", "c: int", "self.d: int = {}", "e = {}", "e -= {}", "f.g *= {}",
    "parser.add_argument('--mean', default={})", "self.register_buffer('mean', {})", "self.register_buffer(name, {})",
    "return {}", "def inner(mean={}): return {}", "class Inner(Base, key={}):\n    h: int\n    i = {}",
    "with {} as j: k = {}", "with open(mean) as k: self.l = {}", "from torchvision.transforms import Normalize as n",
    "import torch.nn as nn", "for x in {}: pass", "try: pass\nexcept {}: x\nelse: y\nfinally: del z", "{} - {}", "{}.std()",
    "if {}: x\nelif y: return {}\nelse: pass", "match {}:\n    case 255: x\n    case [mean, *y] if z: return {}",
    "raise {} from mean",
    "async def other():\n    async with {} as a: await b\n    async for c in d: e", "assert x, {}", "global mean", "lambda: {}",
]  # fmt: skip


def never(name_span: Span) -> tuple[ir.Statement, ...]:
    raise AssertionError("not by itself")


def functions(lowered: ir.Module) -> list[ir.Function]:
    """Those that are no part of another one's body."""
    found, pending = [], [*lowered.body]
    while pending:
        node = pending.pop()
        if isinstance(node, ir.Function):
            found.append(node)
            continue
        for field in ("body", "otherwise", "handlers", "final", "cases"):
            pending.extend(getattr(node, field, ()))
    return found


def is_read(function: ir.Function) -> bool:
    try:
        object.__getattribute__(function, "body")
    except AttributeError:
        return False
    return True


def alike(text: str, path: str = "a.py") -> bool:
    """Whether both ways give the same, lengths and mentions included."""
    plain = lower(path, text.encode())
    sliced, mentions = lower_slices(path, text.encode(), never)
    lengths = [function.length for function in functions(sliced)]
    return mentions == digests(plain) and plain == sliced and lengths == [function.length for function in functions(plain)]


def indented(text: str) -> str:
    return "".join(f"        {line}\n" if line.strip() else "\n" for line in text.split("\n"))


@pytest.mark.parametrize("around", AROUND)
def test_expressions_are_lowered_alike(around: str) -> None:
    for atom in ATOMS:
        text = around.replace("{}", atom)
        assert alike(_IN_FUNCTION.format(indented(text))), text


@pytest.mark.parametrize("text", STATEMENTS)
def test_statements_are_lowered_alike(text: str) -> None:
    assert alike(_IN_FUNCTION.format(indented(text)))
    assert alike(f"def f():\n\t{text}")
    assert alike(f"def f(): a\n{text}\nasync def g(): {text}")


@pytest.mark.parametrize("stating", _STATING)
def test_what_is_mentioned_is_the_same(stating: str) -> None:
    for first, second in itertools.product(_TELLING, _TELLING[::9]):
        text = stating.replace("{}", first, 1).replace("{}", second)
        assert alike(_IN_FUNCTION.format(indented(text))), text


@given(st.lists(st.tuples(st.sampled_from(_STATING), st.sampled_from(_TELLING), st.sampled_from(_TELLING)), max_size=6))
def test_what_is_mentioned_together_is_the_same(statements: list[tuple[str, str, str]]) -> None:
    text = "\n".join(stating.replace("{}", first, 1).replace("{}", second) for stating, first, second in statements)
    assert alike(_IN_FUNCTION.format(indented(text)))


def test_whole_files_are_lowered_alike() -> None:
    for path in SOURCES:
        assert alike(path.read_bytes().decode()), path


def test_bodies_are_left_for_later() -> None:
    left = [function for path in SOURCES for function in functions(lower_slices("a.py", path.read_bytes(), never)[0])]
    assert sum(map(is_read, left)) < len(left) * 0.05


@pytest.mark.parametrize(
    "text",
    [
        "def f(): return 'é'\n", "if a:\n  \\\ndef f(): return 1\n", "def f(): return 1\n\x0c\n", "def f(* a): return 1\n",
        "def f():\n  with (a): b\n", "def f():\n  with (a, b): c\n", "def f():\n  x = " + "1" * 5000 + "\n",
        "def f():\n  match a:\n    case {'b': c, **d}: e\n", "def f():\n  print 'a'\n", "def f(:\n",
        "def f(): return " + "(" * 300 + ")" * 300,
        "def f():\n  return f'{a:{{}}}'\n", "def f():\n  def \\\n g(): a\n", "def f():\n  lambda * a: b\n", "x = '\ud800'\n",
    ],
)  # fmt: skip
def test_what_is_left_to_others_is_the_same(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    sliced, mentions = lower_slices("a.py", data, never)
    assert sliced == lower("a.py", data)
    assert mentions == digests(sliced)


def test_notebooks_are_lowered_as_a_whole() -> None:
    data = b'{"cells": [{"cell_type": "code", "source": ["def f():\\n", "    return 1"]}], "nbformat": 4}'
    sliced, mentions = lower_slices("a.ipynb", data, never)
    assert sliced == lower("a.ipynb", data)
    assert sliced.body
    assert mentions == digests(sliced)


def test_functions_that_cannot_be_lowered_by_themselves_are_lowered_with_their_file(monkeypatch: pytest.MonkeyPatch) -> None:
    data = (ROOT / "normlint/codec.py").read_bytes()
    whole, lowered = lower("a.py", data), []
    monkeypatch.setattr(module, "lower", lambda path, data: (lowered.append(path), lower(path, data))[1])
    monkeypatch.setattr(slices, "body_of", lambda text, span: None)
    sliced, _ = lower_slices("a.py", data, lower_with_file("a.py", data))
    assert not lowered
    assert sliced == whole
    assert lowered == ["a.py"]


@pytest.mark.parametrize("is_cached", [False, True])
def test_only_functions_that_are_entered_are_lowered(is_cached: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    original = slices.body_of

    def noting(text: str, span: Span) -> tuple[ir.Statement, ...] | None:
        read.append(text.split("(")[0].removeprefix("def "))
        return original(text, span)

    monkeypatch.setattr(slices, "body_of", noting)
    others = "".join(f"\n\ndef other{number}(path):\n    return open(path, {number})\n" for number in range(20))
    files = {"ops.py": OPS + others, "main.py": TWICE.format(imports="from ops import scale", call="scale") + others}
    put(tmp_path / "tree", files)
    found = run(tmp_path / "tree", tmp_path / "store" if is_cached else None)
    assert "NL302" in found[0]
    assert set(read) == {"scale", "load"}
    monkeypatch.setattr(lowering, "lower_slices", lambda path, data, again: (m := lower(path, data), digests(m)))
    assert run(tmp_path / "tree", None) == found


EDITS: list[tuple[str, str]] = [
    ("return open(path, 7)", "return open(path, 7)  # as it is"),
    ("return open(path, 7)", "return open(path, 255)"),
    ("/ 255", "/ 1"),
    ("/ 1", "/ 255\n\n\ndef further(x):\n    return scale(x)"),
    ("def other3(path)", "def other3(path, *more)"),
    ("def other4(path)", "@scale\ndef other4(path)"),
    ("def scale", "\ndef scale"),
    ("return open(path, 8)", "return (\n"),
    ("return (\n", "return open(path, 8)"),
]


def test_runs_after_a_change_say_what_runs_without_a_cache_say(tmp_path: Path) -> None:
    others = "".join(f"\n\ndef other{number}(path):\n    return open(path, {number})\n" for number in range(20))
    files = {"ops.py": OPS + others, "main.py": TWICE.format(imports="from ops import scale", call="scale") + others}
    tree = put(tmp_path / "tree", files)
    assert run(tree, tmp_path / "store") == run(tree, None)
    for before, after in EDITS:
        edit(tree / "ops.py", lambda text, before=before, after=after: text.replace(before, after))  # type: ignore[misc]
        assert run(tree, tmp_path / "store") == run(tree, None), before
