"""CPython's tree and LibCST's are lowered to the same, wherever CPython's is lowered at all."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from normlint.limits import restrain
from normlint.lowering import abstract, concrete, lower
from normlint.lowering.unreadable import UnreadableError
from normlint.project import analyze
from normlint.report.json_output import check_json, sites_json
from normlint.settings.model import Settings
from normlint.source import decode

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path for folder in ("fixtures", "normlint/evaluate") for path in (ROOT / folder).rglob("*.py"))

# Expressions with parentheses, commas and blanks of their own, and what may stand around them.
ATOMS = [
    "a", "(a)", "( ( a ) )", "(a, b)", "((a), (b),)", "()", "( )", "(  # c\n a)", "'s' \"t\"", "f'{a}'", "(x for x in (y))",
    "(yield)", "(yield (a))", "a[1: ]", "a[b, ]", "a[(b), (c)]", "a[(b, c)]", "a[(b, c), ]", "a[:, : ,1:2 ]",
    "(a or b) or (c or d)", "-(a)", "f((x for x in y))", "f(x for x in (y))", "f((a), *(b), c=(d), **(e))", "f(**a, b=c)",
    "f(a=b, *c)", "(a)(b)", "( a ) . b", "(a.\n b)", "{**a, b: (c), **(d)}", "[*a, *(b)]", "{(a), }",
    "[(x, y) for x, (y) in (z) if (x) if (y)]", "{x: (y) for (x) in y}", "(lambda a, /, *b, c=(d), **e: (a))",
    "(lambda: (a, b))", "(a := (b))", "(a if (b) else (c))", "a < (b) <= c not  in d", "not (a)", "(await (a))",
    "f'''{\n a, b }''' 'c'", "f'{a!r:>{b}}{c=}'", "a.b()[c](d)", "...", "1_0.5J", "'é' + é", "f'é{a}ü{b.c}' + d",
]  # fmt: skip
AROUND = [
    "{}", "x = {}", "x = y = {},", "x = {}, (y)", "x: (int) = {}", "x += {}", "f({})", "f(({}), )", "f(a, {} )", "f(a=({}))",
    "[{}]", "({},)", "[x for x in {}]", "a[({})]", "a[b, ({})]", "return {}", "assert {}, 'c'", "raise {} from e", "({}).b",
    "({})()", "- ({})", "({}) + ({})", "if {}:\n  a\nelif ({}): b\nelse:\n  c", "while ({}): a; b;", "for a, b in {}: pass",
    "for (a, b) in ({}):\n  a\nelse: b", "with open({}) as (a, b): c", "def f(a: ({}) = ({}), *, b=({})): pass",
    "@a\nclass A(({}), b={}):\n  pass", "lambda a=({}): a", "try:\n  a\nexcept ({}) as e:\n  b\nelse:\n  c\nfinally:\n  d",
    "async def f():\n  async with a({}) as b, c: d\n  async for a in {}: b",
]  # fmt: skip
STATEMENTS = [
    "import a . b as c, d\n", "from . import (a, b as c,)\n", "from .. a import *\n", "from ... import a\n", "global a, b\n",
    "def f(): nonlocal a; del b\n", "x: int\n", "pass; a ; b # c\n", "async  def f(*a, b, **c) -> (d): ...\n",
    "class A: pass\n", "class A(): b = 1\n", "class A:\n  a: (int); b: c = 1\n  if d:\n    e: f\n",
    "class A(b=c, *d, **e): pass\n", "with (a): b\n", "with (a, b): c\n",
    "with (a as b, c as d): e\n", "with a, b as c: d\n", "with(a)as b: c\n",
    "match a:\n  case 1 | -2 if b: c\n  case 'd': f\n  case [a, *b, (c as d)]: h\n  case A(b, c=d): i\n  case _: j\n",
    "match a:\n  case {'b': c, **d}: e\n", "match a:\n  case (1): b\n", "ﬁ = ﬁ.ﬂ(ﬀ=1)\n", "é = 'é', é.é\n", "a = b \\\n  + c\n",
    "def f(a, b=1, /, c=2, *, d, e=3): return\n", "if a:\n  pass\nelse:\n  if b: c\n", "def \\\n f(): a\n",
    "x = '\\N{BULLET}\\x41\\d'\n", "x = f'{a:{b:{c}}}'\n", "x = rf'\\{a}'\n", "x = f'{{{a}}}{b:}{ c !r}'\n",
    "x = f'{a:{{}}}'\n", "'''a\nb''' ; c\n", "\ta = 1\n", "if a:\n\tb\n", "", "\n\n# c\n", "x = 1\f\n",
    "x = " + "1" * 5000 + "\n", "print 'a'\n", "a = b'\\xff' b'\\777'\n", "async def f(): return [await x async for x in y]\n",
]  # fmt: skip


def alike(text: str) -> bool | None:
    """Whether both ways give the same; None where one of them cannot read the text."""
    quick = abstract.lowered(text)
    try:
        return None if quick is None else repr(quick) == repr(concrete.lowered(text))
    except UnreadableError:
        return None  # LibCST does not know all of Python


@pytest.mark.parametrize("around", AROUND)
def test_expressions_are_lowered_alike(around: str) -> None:
    found = [alike(around.replace("{}", atom) + "\n") for atom in ATOMS]
    assert False not in found, ATOMS[found.index(False)]
    assert found.count(True) > len(ATOMS) * 0.6


def test_expressions_in_expressions_are_lowered_alike() -> None:
    for outer, inner in itertools.product(ATOMS, ATOMS):
        assert alike(outer.replace("b", inner) + "\n") is not False, (outer, inner)


@pytest.mark.parametrize("text", STATEMENTS)
def test_statements_are_lowered_alike(text: str) -> None:
    assert alike(text) is not False


def test_whole_files_are_lowered_alike_and_hardly_one_is_left_to_libcst() -> None:
    found = [alike(restrain(decode(path.read_bytes())).text.rstrip() + "\n") for path in SOURCES]
    assert False not in found, SOURCES[found.index(False)]
    assert found.count(None) <= 3


def test_what_cpython_cannot_parse_is_left_to_libcst() -> None:
    text = "x = 1\nprint 'a'\n"
    assert abstract.lowered(text) is None
    assert "syntax error at line 2" in lower("a.py", text.encode()).problems[0].message


def test_the_output_is_the_same_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    def printed() -> list[str]:
        roots = [ROOT / "fixtures/projects", ROOT / "fixtures/cases/NL103"]
        found = [analyze((root,), Settings(jobs=1), root=root) for root in roots]
        return [text for analysis in found for text in (check_json(analysis), sites_json(analysis))]

    quick = printed()
    monkeypatch.setattr(abstract, "lowered", lambda text: None)
    assert printed() == quick
