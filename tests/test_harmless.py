"""What the quick test lets through is within the limits; and it lets nearly everything through that people write."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_limits import BLOCKS, DEEP, LONG

import normlint
from normlint.harmless import is_harmless
from normlint.limits import MAX_BLOCKS, restrain
from normlint.lowering import lower, parsing

SHAPES = DEEP | LONG
_PIECES = st.lists(
    st.sampled_from([
        "(", ")", "[", "]", "{", "}", "f'", "f\"", "rf'''", "'", '"', "'''", '"""', "\\", "#", "\n", "\\\n", " ", "    ", "+",
        "-", ".", ",", ":", "=", ";", "not ", " if ", " else ", "lambda a, b: ", "for a in b", "a", "1", "b'", "{a}", "{{", "}}",
        "case ", "elif a:", "\t", "\N{LATIN SMALL LETTER E WITH ACUTE}",
    ])
    | st.sampled_from(sorted(SHAPES)).map(lambda name: SHAPES[name](90)),
    max_size=30,
).map("".join)  # fmt: skip


@pytest.mark.parametrize("name", sorted(SHAPES))
@pytest.mark.parametrize("count", [50, 70, 262, 3_000])
def test_a_statement_that_is_too_deep_or_long_is_not_let_through(name: str, count: int) -> None:
    for source in (f"x = {SHAPES[name](count)}\n", f"a = 1\nif a:\n    f(x, {SHAPES[name](count)})\n"):
        assert restrain(source).problems == () or not is_harmless(source)


@pytest.mark.parametrize(
    ("name", "count"),
    # The indentation of nested blocks grows with the square of their number.
    [(name, n) for name in sorted(BLOCKS) for n in (8, 60, MAX_BLOCKS + 1, 400, 30_000) if n <= 400 or name not in {"if", "def"}],
)
def test_statements_that_are_too_deep_or_long_are_not_let_through(name: str, count: int) -> None:
    source = BLOCKS[name](count)
    assert restrain(source).problems == () or not is_harmless(source)


@pytest.mark.parametrize(
    "source",
    [
        # Code that only seems to stand in a string or comment.
        'x = f"{ "" + DEEP "" }"', "x = f'{a['DEEP']}'", 'x = f"}}{ {"DEEP"}}}"', "x = f'{a # }' DEEP\n}'",
        "x = '''a''' '' DEEP ''", "x = 'a\\\\' DEEP 'b'", "x = r'\\' DEEP '", "if'a'in DEEP: pass", "x = \"'\" DEEP \"'\"",
        "x = f'{a:{b}}' DEEP f'{c}'", "x = '''\nreturn\n''' DEEP '''\nimport a\n'''", "x = \\\n'#' \\\nDEEP # '\n",
        "x = f'{\"}\"} DEEP {\"{\"}'", "x = f'{\"a}{b\" DEEP}'",
    ],
)  # fmt: skip
def test_nothing_hides_behind_quotes(source: str) -> None:
    for deep in ("(" * 90 + ")" * 90, "+ 1" * 400):
        written = source.replace("DEEP", deep)
        assert restrain(written).problems == () or not is_harmless(written)


@settings(max_examples=150, deadline=None)
@given(_PIECES)
def test_what_is_let_through_is_left_as_it_is(source: str) -> None:
    """Where the careful test would refuse the text instead, the parser must as well."""
    if is_harmless(source):
        restrained = restrain(source)
        assert restrained.refused or (restrained.text, restrained.problems) == (source, ())
        if restrained.refused:
            assert lower("a.py", source.encode()).problems


def test_nearly_all_files_are_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """A count of what is weighed token by token, which takes twice to four times as long."""
    careful = []
    monkeypatch.setattr(parsing, "restrain", lambda text: careful.append(text) or restrain(text))
    paths = sorted(Path(normlint.__file__).parent.rglob("*.py"))
    for path in paths:
        parsing.lower_text(path.read_text(encoding="utf-8"))
    assert len(careful) <= len(paths) * 0.1


@pytest.mark.parametrize("piece", ['"""\\\n', "\\'", "'''\\", '"\\\n', "f'{'", "#'\n", "\\\n'", "f'{a}", "\"'"])
def test_quotes_without_an_end_take_no_time(piece: str) -> None:
    source = piece * (300_000 // len(piece))
    began = time.process_time()
    for start in ("", "'", '"', "'''", '"""'):
        is_harmless(start + source)
    assert time.process_time() - began < 3
