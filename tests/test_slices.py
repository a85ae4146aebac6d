"""Bodies of functions that are lowered when they are asked for are what they are when the whole file is lowered."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normlint import ir, lowering
from normlint.evaluate.relevance import digests
from normlint.lowering import lower, lower_slices
from normlint.lowering.abstract import slices
from normlint.places import Span
from tests.test_idle import OPS, TWICE, outputs, put
from tests.test_lowering_ways import AROUND, ATOMS, SOURCES, STATEMENTS

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


def functions(module: ir.Module) -> list[ir.Function]:
    """Those that are no part of another one's body."""
    found, pending = [], [*module.body]
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
    module, mentions = lower_slices("a.py", data, never)
    assert module == lower("a.py", data)
    assert mentions == digests(module)


def test_notebooks_are_lowered_as_a_whole() -> None:
    data = b'{"cells": [{"cell_type": "code", "source": ["def f():\\n", "    return 1"]}], "nbformat": 4}'
    module, mentions = lower_slices("a.ipynb", data, never)
    assert module == lower("a.ipynb", data)
    assert module.body
    assert mentions == digests(module)


def test_a_function_that_cannot_be_parsed_by_itself_is_lowered_with_its_file() -> None:
    data = b"from __future__ import barry_as_FLUFL\ndef f():\n    return 1 <> 2\n"
    whole, asked = lower("a.py", data), []

    def again(name_span: Span) -> tuple[ir.Statement, ...]:
        asked.append(name_span)
        return functions(whole)[0].body

    if not whole.problems:
        module, _ = lower_slices("a.py", data, again)
        assert module == whole
        assert asked == [functions(whole)[0].name_span]


def test_only_functions_that_are_entered_are_lowered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    original = slices.body_of

    def noting(text: str, span: Span) -> tuple[ir.Statement, ...] | None:
        read.append(text.split("(")[0].removeprefix("def "))
        return original(text, span)

    monkeypatch.setattr(slices, "body_of", noting)
    others = "".join(f"\n\ndef other{number}(path):\n    return open(path, {number})\n" for number in range(20))
    files = {"ops.py": OPS + others, "main.py": TWICE.format(imports="from ops import scale", call="scale") + others}
    put(tmp_path, files)
    found = outputs(tmp_path)
    assert "NL302" in found[0]
    assert set(read) == {"scale", "load"}
    monkeypatch.setattr(lowering, "lower_slices", lambda path, data, again: (m := lower(path, data), digests(m)))
    assert outputs(tmp_path) == found
