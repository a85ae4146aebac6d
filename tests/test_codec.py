"""Modules survive the way to bytes and back; other bytes are refused."""

from __future__ import annotations

import contextlib
import json
import math
from itertools import accumulate, pairwise
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from normlint import codec, ir
from normlint.codec import CodecError, decode, encode
from normlint.lowering import lower, lower_slices
from normlint.places import Span

HERE = Path(__file__).parent
SAMPLES = sorted((HERE.parent / "normlint").rglob("*.py"))[:40]
SPAN = Span(1, 2, 3, 4)

EVERYTHING = """
import a.b as c, d
from ..e import f as g
from . import *
@h(1, *i, j=2, **k)
class A(B, metaclass=C):
    x: int = 1
    y += 2
    global z
def l(m, /, n: o = 1, *p, q, r=2, **s):
    return t
    return
async def u():
    async with v as w, x: await y
    async for z in a: break
    else: continue
    yield b
while (c := d): raise E from f
while g: raise
try: h
except i as j: k
except: l
else: m
finally: n
match o:
    case 1: p
    case [q]: r
assert s, t
if u: v
elif w: x
else: y
z = a = b[c, d:e:f, ...][::][g]
h = [i for j in k if l if m for n in o], {p: q for r in s}, {**t, 1: u}, {v, *w}, (lambda x, *y, z=1: a), {}
b = -c + not_d ** 2 if e < f <= g not in h else i and j or k
l = f'{m}a{n:{o}}' 'b', b'\\xff', 1j, 1e999, -0.0, '\\ud800', 10 ** 2, 0xfffffffffffffffffffffffff, None, True, ...
"""


def test_every_node_survives() -> None:
    module = lower("a.py", EVERYTHING.encode())
    assert module.problems == ()
    assert decode(encode(module)) == module
    head, _, bodies = encode(module).partition(b"\n")
    written, ends = json.loads(head)[2], [0, *accumulate(json.loads(head)[5])]
    for start, end in pairwise(ends):
        written += json.loads(bodies[start:end])
    tags = {record[0] for record in written}
    nodes = {*get_args(ir.Expression), *get_args(ir.Statement)}
    assert len(tags) >= len(nodes)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_real_sources_survive(path: Path) -> None:
    module = lower(path.name, path.read_bytes())
    data = encode(module)
    assert decode(data) == module
    assert encode(decode(data)) == data


def test_notebooks_and_problems_survive() -> None:
    source = {"cells": [{"cell_type": "code", "source": ["a = 1\n", "b"]}, {"cell_type": "code", "source": ["c = ="]}]}
    module = lower("dir/ü.ipynb", json.dumps(source).encode())
    assert module.cells and module.problems
    assert decode(encode(module)) == module


NUMBERS = st.booleans() | st.integers() | st.floats() | st.complex_numbers()
CONSTANTS = st.none() | NUMBERS | st.text(st.characters()) | st.binary()


@given(CONSTANTS)
def test_every_constant_survives(value: ir.ConstantValue) -> None:
    (statement,) = decode(encode(ir.Module("a", (ir.ExpressionStatement(SPAN, ir.Constant(SPAN, value)),)))).body
    assert isinstance(statement, ir.ExpressionStatement) and isinstance(statement.value, ir.Constant)
    assert type(statement.value.value) is type(value)
    assert repr(statement.value.value) == repr(value)


def test_long_integers_and_deep_trees_survive() -> None:
    node: ir.Expression = ir.Constant(SPAN, 16**4000 - 1)
    for _ in range(900):
        node = ir.Unary(SPAN, "-", node)
    data = encode(ir.Module("a", (ir.ExpressionStatement(SPAN, node),)))
    assert encode(decode(data)) == data


def test_negative_zero_keeps_its_sign() -> None:
    (statement,) = decode(encode(ir.Module("a", (ir.ExpressionStatement(SPAN, ir.Constant(SPAN, -0.0)),)))).body
    assert math.copysign(1, statement.value.value) == -1  # type: ignore[union-attr,arg-type]


HEAD, _, BODIES = encode(lower("a.py", EVERYTHING.encode())).partition(b"\n")
DOCUMENT = json.loads(HEAD)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_tampered_documents_are_refused_or_are_modules(data: st.DataObject) -> None:
    document = json.loads(json.dumps(DOCUMENT))
    records = document[2]
    numbers = st.booleans() | st.integers(-3, 99) | st.floats()
    junk = st.none() | numbers | st.text(max_size=3) | st.just([]) | st.just({})
    record = data.draw(st.sampled_from(records))
    at = data.draw(st.integers(0, len(record) - 1))
    match data.draw(st.sampled_from(["replace", "remove", "insert", "drop", "swap", "head"])):
        case "replace":
            record[at] = data.draw(junk)
        case "remove":
            del record[at]
        case "insert":
            record.insert(at, data.draw(junk))
        case "drop":
            records.remove(record)
        case "swap":
            records.reverse()
        case "head":
            document[data.draw(st.integers(0, 4))] = data.draw(junk)
    try:
        module = decode(json.dumps(document).encode() + b"\n" + BODIES)
        repr(module)
    except CodecError:
        return
    assert decode(encode(module)) == module or "nan" in repr(module)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_tampered_bodies_are_refused_or_lowered_again(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(BODIES) - 1))
    broken = BODIES[:at] + data.draw(st.sampled_from([b"[", b"9", b'"', b"-", b",", b"x"])) + BODIES[at + 1 :]
    module = decode(HEAD + b"\n" + broken)
    with contextlib.suppress(CodecError):
        repr(module)
    assert isinstance(repr(decode(HEAD + b"\n" + broken, lambda name_span: ())), str)


def test_a_body_that_is_forgotten_is_read_again() -> None:
    source = lower("a.py", b"class A:\n    def f(self):\n        return 1\n")
    opened: list[tuple[ir.Function, int]] = []
    module = decode(encode(source), opened=lambda function, size: opened.append((function, size)))
    assert not opened
    assert module == source
    ((function, size),) = opened
    assert size > 10
    function.forget()
    assert module == source
    assert len(opened) == 2


def test_bodies_are_read_when_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encode(lower("a.py", b"def f(x):\n    return x\n\n\nclass A:\n    def g(self):\n        return 1\n"))
    read: list[bytes] = []
    original = codec._read
    monkeypatch.setattr(codec, "_read", lambda body, *others: (read.append(body), original(body, *others))[1])
    function, cls = decode(data).body
    assert isinstance(function, ir.Function) and isinstance(cls, ir.Class) and not read
    assert len(function.body) == len(function.body) == 1 == len(read)
    assert isinstance(function.body[0], ir.Return)
    with pytest.raises(AttributeError):
        function.nothing  # noqa: B018


LINES = b"""\
import a
class A:
    @b
    def f(self, c=1):  # one
        return a(
            self)
def g(): return a.b
"""


def left(data: bytes) -> ir.Module:
    """A module whose functions are left as lines."""
    return lower_slices("a.py", data, lambda name_span: ())[0]


def test_functions_that_are_left_as_lines_survive() -> None:
    data = encode(left(LINES))
    assert b"return a(\\n            self)" in data
    assert decode(data) == lower("a.py", LINES)
    assert encode(decode(data)) == data
    read = decode(data)
    assert repr(read) == repr(lower("a.py", LINES))
    assert encode(read) == data  # whatever was entered


def test_comments_are_no_part_of_the_lines() -> None:
    other = LINES.replace(b"# one", b"# another").replace(b"self)", b"self)  # 'end'").replace(b"return a.b", b"return a.b#")
    assert other.count(b"#") == 3
    assert encode(left(other)) == encode(left(LINES))
    assert encode(left(LINES.replace(b"a.b", b"'#'"))) == encode(left(LINES.replace(b"a.b", b"'#'#'#'")))


@pytest.mark.parametrize(
    "lines", ["def g(): return " + "(" * 5000 + ")" * 5000, "x = 1", "def g(): 'é'", "", "def g():", "if 1: pass"]
)
def test_lines_that_are_tampered_with_are_not_lowered(lines: str) -> None:
    head, _, bodies = encode(left(LINES)).partition(b"\n")
    document = json.loads(head)
    first, last = bodies[: document[5][0]], bodies[document[5][0] :]
    body = json.dumps(lines).encode()
    for written in ((first, body), (body, last)):
        document[5] = [*map(len, written)]
        tampered = b"".join((json.dumps(document).encode(), b"\n", *written))
        with pytest.raises(CodecError):
            repr(decode(tampered))
        assert "body=()" in repr(decode(tampered, lambda name_span: ()))


@given(st.binary(max_size=50))
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(CodecError):
        decode(data)


@pytest.mark.parametrize(
    "data",
    [b"", b"null", b"[" * 100_000, b"[3,[],[],[],[],[]]", b'[1,"a",[],[],[],[]]', b'[3,"a",[[0,1,1,1,1,1]],[],[],[]]',
     b'[3,"a",[[]],[],[],[]]', b'[3,"a",[],[[1,1,1,1]],[],[]]', b'[3,"a",[],[],[[1,1]],[]]', b'[3,"a",[],[],[],[1]]',
     b'[3,"a",[],[],[],[-1]]\n', b'[3,"a",[],[],[]]', b"1" * 10_000, b"\xff\xfe"],
)  # fmt: skip
def test_malformed_documents_are_refused(data: bytes) -> None:
    with pytest.raises(CodecError):
        decode(data)
