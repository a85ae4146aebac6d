"""Hostile depth, length and size: each source is lowered in a process of its own, whose death fails the test."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import libcst as cst
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normlint import ir
from normlint.limits import (
    MAX_BLOCKS,
    MAX_BRACKETS,
    MAX_BYTES,
    MAX_ELIFS,
    MAX_LINKS,
    MAX_PATTERN_BRACKETS,
    restrain,
)
from normlint.logical_lines import ScanError, logical_lines
from normlint.lowering import lower

Shape = Callable[[int], str]

# Shapes of n brackets.
DEEP: dict[str, Shape] = {
    "list": lambda n: "[" * n + "]" * n,
    "parentheses": lambda n: "(" * n + "1" + ")" * n,
    "tuple": lambda n: "(" * n + "1" + ",)" * n,
    "dict": lambda n: "{1:" * n + "1" + "}" * n,
    "set": lambda n: "{" * n + "1" + "}" * n,
    "call": lambda n: "f(" * n + "1" + ")" * n,
    "subscript": lambda n: "a[" * n + "1" + "]" * n,
    "comprehension": lambda n: "[" * n + "1" + " for a in b]" * n,
    "generator argument": lambda n: "f(" * n + "1" + " for a in b)" * n,
    "lambda in parentheses": lambda n: "(lambda: " * n + "1" + ")" * n,
    "lambda default": lambda n: "(lambda a=" * n + "1" + ": 1)" * n,
    "f-string": lambda n: "f'{" * n + "1" + "}'" * n,
    "format": lambda n: "f'{1" + ":{1" * (n - 1) + "}" * (n - 1) + "}'",
    "over lines": lambda n: "(\n" * n + "1" + "\n)" * n,
}
# Shapes of at least n links in one expression.
LONG: dict[str, Shape] = {
    "sum": lambda n: "1+" * n + "1",
    "power": lambda n: "1**" * n + "1",
    "minus": lambda n: "-" * n + "1",
    "not": lambda n: "not " * n + "1",
    "attributes": lambda n: "a" + ".b" * n,
    "attributes of a number": lambda n: "1." + ".b" * n,
    "calls": lambda n: "a" + "()" * n,
    "subscripts": lambda n: "a" + "[0]" * n,
    "and": lambda n: "a and " * n + "b",
    "comparison": lambda n: "a < " * n + "b",
    "is not": lambda n: "a is not " * n + "b",
    "conditional": lambda n: "a if b else " * n + "c",
    "lambda": lambda n: "lambda: " * n + "1",
    "lambda with commas": lambda n: "lambda a, b: " * n + "1",
    "lambda defaults": lambda n: "lambda a, b=" * n + "1" + ": 1" * n,
    "strings": lambda n: "'a' " * n + "'b'",
    "f-strings": lambda n: "f'{a}' " * n + "'b'",
    "for clauses": lambda n: "[1" + " for a, b in c" * n + "]",
    "if clauses": lambda n: "[1 for a in b" + " if c" * n + "]",
    "continuation lines": lambda n: "1+\\\n" * n + "1",
    "in brackets over lines": lambda n: "(1" + "\n+ 1  # c, d" * n + "\n)",
}
# Whole statements; the second number is how many of n reach the limit.
BLOCKS: dict[str, Shape] = {
    "elif": lambda n: "if a:\n pass\n" + "elif a:\n pass\n" * n,
    "if": lambda n: "".join(" " * i + "if a:\n" for i in range(n)) + " " * n + "pass\n",
    "def": lambda n: "".join("\t" * i + "def f():\n" for i in range(n)) + "\t" * n + "pass\n",
    "decorators": lambda n: "@a\n" * n + "def f(): pass\n",
    "except": lambda n: "try:\n pass\n" + "except a:\n pass\n" * n,
    "semicolons": lambda n: "a;" * n + "a\n",
    "targets": lambda n: "a = " * n + "1\n",
    "import": lambda n: "import a" + ".b" * n + "\n",
    "pattern": lambda n: "match x:\n case " + "(" * n + "1" + ")" * n + ": pass\n",
    "pattern in dicts": lambda n: "match x:\n case " + "{1:" * n + "1" + "}" * n + ": pass\n",
    "alternatives": lambda n: "match x:\n case " + "1|" * n + "1: pass\n",
    "items": lambda n: "x = [" + "1," * n + "]\n",
    "blank lines": lambda n: "x = 1\n" + "\n" * n + "y = 2\n",
}

RUN = """
import json, sys
from normlint.lowering import lower
sources = json.load(sys.stdin)
for name, source in sources.items():
    print(name, end="\\t", flush=True)
    module = lower("a.py", source.encode())
    print(len(module.body), "; ".join(problem.message for problem in module.problems), sep="\\t", flush=True)
"""


def lowered_apart(sources: dict[str, str]) -> dict[str, tuple[int, str]]:
    """Number of statements and the problems of each source, from another process."""
    process = subprocess.run(
        [sys.executable, "-c", RUN], input=json.dumps(sources), capture_output=True, text=True, timeout=120,
        cwd=Path(__file__).parent.parent, check=False,
    )  # fmt: skip
    lines = process.stdout.splitlines()
    assert process.returncode == 0, f"the process died on {lines[-1:]}: {process.stderr[-500:]}"
    rows = [line.split("\t") for line in lines]
    return {name: (int(count), problems) for name, count, problems in rows}


def test_what_is_ten_thousand_deep_or_long_is_named_and_the_rest_is_lowered() -> None:
    sources = {name: f"a = 1\nx = {shape(10_000)}\nb = 2\n" for name, shape in (DEEP | LONG).items()}
    for name, (count, problems) in lowered_apart(sources).items():
        assert problems.startswith("not read: "), name
        assert count == 2, name


def test_what_is_just_within_the_limits_is_lowered() -> None:
    sources = {name: f"x = {shape(MAX_BRACKETS - 1)}\n" for name, shape in DEEP.items() if "lambda" not in name}
    sources |= {name: f"x = {shape(40)}\n" for name, shape in DEEP.items() if "lambda" in name}
    sources |= {name: f"x = {shape(60)}\n" for name, shape in LONG.items()}
    sources["elif"] = BLOCKS["elif"](MAX_ELIFS)
    sources["if"] = BLOCKS["if"](MAX_BLOCKS)
    sources["sum at the limit"] = "x = " + LONG["sum"](MAX_LINKS - 2)
    sources["minus at the limit"] = "x = " + LONG["minus"](MAX_LINKS - 2)
    sources["pattern"] = BLOCKS["pattern"](MAX_PATTERN_BRACKETS)
    for name, (count, problems) in lowered_apart(sources).items():
        assert problems == "", name
        assert count == 1, name


def test_thousands_of_clauses_blocks_and_items_do_no_harm() -> None:
    lowered_apart({name: shape(1_100) for name, shape in BLOCKS.items()})


def test_a_deep_line_costs_its_own_statement_only() -> None:
    deep = "[" * 100 + "]" * 100
    chain = "1+" * 300 + "1"
    source = (
        f"a = 1\nfor i in b:\n    c = {deep}\n    d = 1\n@e\n@f({chain})\ndef g():\n    h\n"
        f"if i:\n    j\nelif {chain}:\n    k\nelse:\n    l\ntry:\n    m\nexcept {chain}:\n    n\n"
        f"match o:\n    case 1:\n        p\n    case {deep}:\n        q\nr = 2\n"
    )
    module = lower("a.py", source.encode())
    first, loop, last = module.body
    assert isinstance(first, ir.Assign) and isinstance(last, ir.Assign)
    assert last.span.line == source.count("\n")
    assert isinstance(loop, ir.For) and len(loop.body) == 1
    assert loop.body[0].span.line == 4
    assert [problem.span.line for problem in module.problems] == [3, 5, 9, 15, 19]


def test_commas_end_a_chain_but_not_the_clauses_around_them() -> None:
    names = ", ".join(f"a.b.c{i} + 1" for i in range(500))
    assert restrain(f"x = [{names}]\n").problems == ()
    assert restrain("x = {" + ", ".join(f"{i}: lambda a, b: a" for i in range(500)) + "}\n").problems == ()


@pytest.mark.parametrize(
    "source",
    [
        "x = f'{a!r:^{w}} {b:%H:%M} {{}} {{' f'}}'", "x = f'{a[\"b\"]}' '('", 'x = rf"\\{a}("', 'x = f"\\N{DASH}{a}["',
        "x = f'''{\na # (\n}''' ", "x = '\\'(' \"[\" '''{''' \"\"\"\"(\"\"\"", "x = 1 # ((((", "x = b'(' rb'[' Rb'{', u'('",
        "x = f'{a if b else c}{lambda_}{(lambda: 1)()}'", 'x = f"{f"{a}"}"', "x = a[b:c, lambda d: d:e]",
        "if x: \\\n  y = (1,\n2)", "x = 'a' \\\n'b('", "'''\n(((\n'''", "x = f'{a:{b}{c}}'", "x = f'{a=}'", "x = a if(b)else[c]",
        "raise E(\"expected ']' at end \"\n  'x]')",
    ],
)  # fmt: skip
def test_brackets_in_strings_and_comments_do_not_count(source: str) -> None:
    cst.parse_module(source)
    assert restrain(source + "\ny = 1\n").problems == ()
    assert sum(line.keyword == "y" for line in logical_lines(source + "\ny = 1\n", 10**6)) == 1


def test_a_file_too_large_is_refused_at_once() -> None:
    for source in ("x = 1\n" * (MAX_BYTES // 6 + 1), "x=[1,1,1]\n" * 140_000, "x = -1\n" * 200_000):
        start = time.process_time()
        module = lower("a.py", source.encode())
        assert module.body == () and "too large" in module.problems[0].message
        assert time.process_time() - start < 20


def test_a_large_docstring_is_cheap() -> None:
    source = '"""' + "a ( [ { \\\n" * 100_000 + '"""\nx = 1\n'
    assert len(lower("a.py", source.encode()).body) == 2


_PIECES = st.lists(
    st.sampled_from([
        "f'", 'f"', "'", '"', "'''", "f'''", "{", "}", "{{", "}}", "(", ")", "[", "]", ":", "!r", "=", "#", "\\", "\n", " ",
        "x", "1", ",", "lambda ", "\\N{DASH}", "rf'", "b'", "if ", "for x in x", ":=", ";", "\t", "case ", "1.",
    ]),
    max_size=14,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(_PIECES)
def test_the_scan_finds_no_less_depth_than_the_parser(pieces: list[str]) -> None:
    text = "".join(pieces).rstrip("\n") + "\n"
    try:
        module = cst.parse_module(text)
    except (cst.ParserSyntaxError, cst.CSTValidationError):
        return
    try:
        lines = logical_lines(text, 10**6)
    except ScanError:
        # Refusing what LibCST would read is a loss, never a danger.
        return
    deepest = max((line.brackets for line in lines), default=0)
    pending: list[tuple[cst.CSTNode, int]] = [(module, 0)]
    while pending:
        node, depth = pending.pop()
        if isinstance(node, (cst.List, cst.Dict, cst.Set, cst.Call, cst.Subscript, cst.FormattedStringExpression)):
            depth += 1
        depth += len(getattr(node, "lpar", None) or ()) if isinstance(node, cst.BaseExpression) else 0
        assert depth <= deepest
        pending += [(child, depth) for child in node.children]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | _PIECES.map(lambda pieces: "".join(pieces).encode()))
def test_lowering_raises_nothing(data: bytes) -> None:
    for path in ("a.py", "a.ipynb"):
        module = lower(path, data)
        assert isinstance(module, ir.Module)
        for problem in module.problems:
            assert "\n" not in problem.message and problem.span.line >= 1
