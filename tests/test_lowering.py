"""Source to the intermediate form: values, spans, problems."""

from __future__ import annotations

import math

import pytest

from normlint import ir
from normlint.lowering import lower
from normlint.places import Span


def body(source: str) -> tuple[ir.Statement, ...]:
    module = lower("a.py", source.encode())
    assert module.problems == ()
    return module.body


def expression(source: str) -> ir.Expression:
    (statement,) = body(source)
    assert isinstance(statement, ir.ExpressionStatement)
    return statement.value


def cut(source: str, span: Span) -> str:
    """The text that a span covers."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("0x_ff", 255), ("1_000", 1000), ("0b11", 3), ("0o17", 15), ("00", 0), ("1.5", 1.5), ("1_0.0_1e-2", 0.1001),
        (".5", 0.5), ("1.", 1.0), ("1e999", math.inf), ("2j", 2j), ("1_0.5J", 10.5j), ("True", True), ("None", None),
        ("'a' \"b\" '''c\nd'''", "abc\nd"), (r"'\x41\u00e9\U0001F600\101\n\d\N{BULLET}'", "Aé😀A\n\\d•"),
        (r"r'\n'", r"\n"), (r"b'\xff\u00e9' b'\0'", b"\xff\\u00e9\0"), (r"rb'\x'", b"\\x"), ("'a\\\nb'", "ab"),
        ("f'a' 'b{}'", "ab{}"), ("f'{{}}'", "{}"), ("''", ""), ("u'é'", "é"), (r"'\ud800'", "\ud800"),
    ],
)  # fmt: skip
def test_literals_have_the_value_that_python_gives_them(source: str, value: object) -> None:
    node = expression(source)
    assert isinstance(node, ir.Constant)
    assert node.value == value
    assert type(node.value) is type(value)


@pytest.mark.parametrize("source", ["1" * 5000, r"'\N{NO SUCH CHARACTER}'", r"'\xg'", r"'\U99999999'"])
def test_literals_without_a_value_are_opaque(source: str) -> None:
    assert isinstance(expression(source), ir.Opaque)


def test_formatted_strings_keep_their_parts_in_order() -> None:
    node = expression("f'a{x}b' 'c' f'{y!r}{z:.{w}f}{v!s}'")
    assert isinstance(node, ir.FormattedString)
    first, second, third, fourth, fifth, sixth = node.parts
    assert isinstance(first, ir.Constant) and first.value == "a"
    assert isinstance(second, ir.Name) and second.identifier == "x"
    assert isinstance(third, ir.Constant) and third.value == "bc"
    # What a conversion or a format makes of a value is not known.
    assert isinstance(fourth, ir.Opaque) and isinstance(fifth, ir.Opaque)
    assert [operand.identifier for operand in fifth.operands if isinstance(operand, ir.Name)] == ["z", "w"]
    assert isinstance(sixth, ir.Name) and sixth.identifier == "v"


def test_operators_are_spelled_as_written() -> None:
    for operator in ("+", "-", "*", "/", "//", "%", "**", "@", "<<", ">>", "&", "|", "^"):
        node = expression(f"a {operator} b")
        assert isinstance(node, ir.Binary) and node.operator == operator
        (statement,) = body(f"a {operator}= b")
        assert isinstance(statement, ir.AugmentedAssign) and statement.operator == operator
    for operator in ("-", "+", "~", "not "):
        node = expression(f"{operator}a")
        assert isinstance(node, ir.Unary) and node.operator == operator.strip()
    node = expression("a < b <= c != d not  in e is  not f in g is h == i >= j > k")
    assert isinstance(node, ir.Compare)
    assert node.operators == ("<", "<=", "!=", "not in", "is not", "in", "is", "==", ">=", ">")
    assert len(node.rights) == 10


def test_boolean_chains_of_one_operator_are_flat() -> None:
    node = expression("a and (b and c) and d or e")
    assert isinstance(node, ir.Boolean) and node.operator == "or"
    inner = node.operands[0]
    assert isinstance(inner, ir.Boolean) and len(inner.operands) == 4


def test_calls_keep_keywords_and_stars() -> None:
    node = expression("f(a, *b, c=1, **d)")
    assert isinstance(node, ir.Call)
    assert [(item.keyword, item.star) for item in node.arguments] == [(None, ""), (None, "*"), ("c", ""), (None, "**")]


def test_subscripts() -> None:
    single, pair, one_tuple, sliced = (expression(source) for source in ("a[i]", "a[i, j]", "a[i,]", "a[:, ::2, None]"))
    assert isinstance(single, ir.Subscript) and isinstance(single.index, ir.Name)
    for node, size in ((pair, 2), (one_tuple, 1), (sliced, 3)):
        assert isinstance(node, ir.Subscript) and isinstance(node.index, ir.Sequence)
        assert node.index.kind == "tuple" and len(node.index.items) == size
    step = sliced.index.items[1]  # type: ignore[union-attr]
    assert isinstance(step, ir.Slice) and (step.lower, step.upper) == (None, None) and step.step is not None


def test_displays_and_comprehensions() -> None:
    mapping = expression("{'a': 1, **b}")
    assert isinstance(mapping, ir.Mapping) and mapping.keys[1] is None and len(mapping.values) == 2
    nested = expression("{k: v for k, v in a if k if v for w in b}")
    assert isinstance(nested, ir.Comprehension) and nested.kind == "dict" and nested.value is not None
    assert [len(generator.conditions) for generator in nested.generators] == [2, 0]
    kinds = [expression(source) for source in ("[x for x in y]", "{x for x in y}", "(x for x in y)")]
    assert [node.kind for node in kinds if isinstance(node, ir.Comprehension)] == ["list", "set", "generator"]
    starred = expression("[*a, b]")
    assert isinstance(starred, ir.Sequence) and isinstance(starred.items[0], ir.Starred)


def test_parameters_in_order_with_their_kinds() -> None:
    (function,) = body("def f(a, /, b: int = 1, *c, d, e=2, **g): pass")
    assert isinstance(function, ir.Function) and function.body == ()
    assert [(item.name, item.kind) for item in function.parameters] == [
        ("a", "positional"), ("b", "positional"), ("c", "*"), ("d", "keyword"), ("e", "keyword"), ("g", "**"),
    ]  # fmt: skip
    assert function.parameters[1].annotation is not None and function.parameters[4].default is not None


def test_statements_without_effect_on_values_are_dropped() -> None:
    assert body("pass\ndel x\ny: int\ntype T = int\n") == ()


def test_annotated_and_chained_assignments() -> None:
    annotated, chained = body("x: int = 1\na = b[0] = 2\n")
    assert isinstance(annotated, ir.Assign) and isinstance(annotated.annotation, ir.Name)
    assert isinstance(chained, ir.Assign) and len(chained.targets) == 2


def test_elif_nests_in_otherwise() -> None:
    (statement,) = body("if a:\n    1\nelif b:\n    2\nelse:\n    3\n")
    assert isinstance(statement, ir.If)
    (inner,) = statement.otherwise
    assert isinstance(inner, ir.If) and len(inner.otherwise) == 1


def test_compound_statements() -> None:
    source = """
async def f():
    async with a as b, c:
        await d
    async for e in g:
        yield e
    else:
        return
    while h:
        break
    try:
        import i.j as k, l
    except* (M, N) as o:
        raise
    else:
        from ..p import q as r
    finally:
        from . import *
        global s
        assert t
"""
    (function,) = body(source)
    assert isinstance(function, ir.Function)
    with_, for_, while_, try_ = function.body
    assert isinstance(with_, ir.With) and [item.target is None for item in with_.items] == [False, True]
    assert isinstance(with_.body[0], ir.ExpressionStatement) and isinstance(with_.body[0].value, ir.Name)
    assert isinstance(for_, ir.For) and isinstance(for_.otherwise[0], ir.Return)
    assert isinstance(for_.body[0], ir.ExpressionStatement) and isinstance(for_.body[0].value, ir.Opaque)
    assert isinstance(while_, ir.While) and while_.body[0] == ir.Jump(while_.body[0].span, "break")
    assert isinstance(try_, ir.Try)
    (imported,) = try_.body
    assert isinstance(imported, ir.Import)
    assert [(name.dotted, name.alias) for name in imported.names] == [("i.j", "k"), ("l", None)]
    assert try_.handlers[0].name == "o" and isinstance(try_.handlers[0].body[0], ir.Jump)
    relative, star, scope, assertion = (*try_.otherwise, *try_.final)
    assert isinstance(relative, ir.ImportFrom) and (relative.level, relative.module) == (2, "p")
    assert isinstance(star, ir.ImportFrom) and star.names[0].dotted == "*"
    assert isinstance(scope, ir.Scope) and scope.names == ("s",)
    assert isinstance(assertion, ir.Assert)


def test_match_keeps_literals_and_unbinds_captures() -> None:
    (statement,) = body("match x:\n case 'a': pass\n case 1 if g: b\n case [c, *d]: pass\n case None: pass\n case _: pass\n")
    assert isinstance(statement, ir.Match)
    first, guarded, captures, none, wildcard = statement.cases
    assert isinstance(first.literal, ir.Constant) and first.literal.value == "a"
    assert guarded.literal is None and isinstance(guarded.body[0], ir.If)
    bound = [item.targets[0].identifier for item in captures.body]  # type: ignore[union-attr]
    assert sorted(bound) == ["c", "d"]
    assert isinstance(none.literal, ir.Constant) and none.literal.value is None
    assert wildcard.literal is None and wildcard.body == ()


def test_classes_and_decorators() -> None:
    (made,) = body("@d(1)\nclass A(B, metaclass=C):\n    x = 1\n    @staticmethod\n    def f(): ...\n")
    assert isinstance(made, ir.Class)
    assert [argument.keyword for argument in made.bases] == [None, "metaclass"]
    assert isinstance(made.decorators[0], ir.Call)
    function = made.body[1]
    assert isinstance(function, ir.Function) and len(function.decorators) == 1
    assert made.name_span == Span(2, 7, 2, 8)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff", "\f", "# é\n\f\n", "\n\n"])
@pytest.mark.parametrize("end", ["", "\n", "\n\n   \n\n", "\n# c", "\n\f\n"])
def test_spans_hold_for_every_newline_and_margin(newline: str, start: str, end: str) -> None:
    source = f"{start}if aé:\n\tx = f(1,\n\t  'q\u2028w') \\\n\t  + (y.mean)\n\tz = [a[0], -b]{end}".replace("\n", newline)
    module = lower("a.py", source.encode())
    assert module.problems == ()
    (statement,) = module.body
    assert isinstance(statement, ir.If)
    shown = source.removeprefix("\ufeff")
    total, listed = statement.body
    assert isinstance(total, ir.Assign) and isinstance(total.value, ir.Binary)
    call, attribute = total.value.left, total.value.right
    assert cut(shown, call.span) == "f(1,\n\t  'q\u2028w')"
    assert cut(shown, attribute.span) == "y.mean"
    assert isinstance(attribute, ir.Attribute) and cut(shown, attribute.name_span) == "mean"
    assert cut(shown, listed.span) == "z = [a[0], -b]"
    assert cut(shown, statement.test.span) == "aé"


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"x = 1\ny = '\xe9'\n", 2, "byte 0xE9 at line 2"),
        (b"# coding: nosuch\n", 1, "unknown coding nosuch"),
        (b"#\n# -*- coding: hex -*-\n", 2, "no text coding"),
        (b"x = 1\n\0", 2, "NUL byte"),
        (b"\xef\xbb\xbf# coding: latin-1\n", 1, "byte order mark"),
        (b"x = 1\nprint x\n", 2, "Python 2 print"),
        (b"x = 1\n\n\nf(1 2)\n", 4, "syntax error at line 4, column 5"),
        (b"x\nf(\n1\n", 2, "never closed"),
        (b"x\n)\n", 2, "unmatched )"),
        (b"x\n\ny = 'abc\n", 3, "does not end"),
        (b"x = $\n", 1, "'$'"),
        (b"x = b'a' 'b'\n", 1, "Cannot concatenate"),
        (b"\xff\xfe\x00", 1, "NUL"),
    ],
)
def test_unreadable_files_are_problems_with_their_line(data: bytes, line: int, words: str) -> None:
    module = lower("a.py", data)
    (problem,) = module.problems
    assert module.body == ()
    assert problem.span.line == line
    assert words in problem.message
    assert "\n" not in problem.message


def test_coding_lines_are_obeyed() -> None:
    for data in (b"# coding: latin-1\nx = '\xe9'\n", b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\xe9'\n"):
        (statement,) = lower("a.py", data).body
        assert isinstance(statement, ir.Assign) and isinstance(statement.value, ir.Constant)
        assert statement.value.value == "é"


def test_an_empty_file_is_an_empty_module() -> None:
    for data in (b"", b"\n", b"# only this", b"\xef\xbb\xbf", b"\f\n"):
        assert lower("a.py", data) == ir.Module("a.py", ())


def test_positions_equal_those_of_libcst() -> None:
    import libcst as cst
    from libcst.metadata import MetadataWrapper, PositionProvider

    from normlint.lowering.offsets import Positions

    with open(__file__, encoding="utf-8") as file:
        text = file.read()
    module = cst.parse_module(text)
    positions = Positions(module, text)
    compared = 0
    for node, expected in MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider).items():
        if isinstance(node, (cst.BaseExpression, cst.BaseStatement, cst.BaseSmallStatement, cst.Arg, cst.Param)):
            start, end = expected.start, expected.end
            assert positions.span(node) == (start.line, start.column + 1, end.line, end.column + 1)
            compared += 1
    assert compared > 1000
