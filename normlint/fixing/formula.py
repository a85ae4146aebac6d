"""Wrong formulas of normalize and denormalize, put right operator by operator; everything else stays as it is spelled."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from normlint.evaluate.machine import label_of
from normlint.fixes import Fix, Reformulate
from normlint.fixing.document import Replacement
from normlint.fixing.files import File, Files, Patch
from normlint.fixing.syntax import Syntax, is_atom
from normlint.immutable import dataclass

Replacements = tuple[Replacement, ...]

# So many operations may follow a formula in one expression.
_DEEPEST = 12
_OPERATORS: dict[type[cst.BaseBinaryOp], str] = {
    cst.Add: "+", cst.Subtract: "-", cst.Multiply: "*", cst.Divide: "/",
}  # fmt: skip
_METHODS = {
    "add": "+", "add_": "+", "sub": "-", "sub_": "-", "subtract": "-", "mul": "*", "mul_": "*", "multiply": "*", "div": "/",
    "div_": "/", "divide": "/",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Link:
    """One operation of a chain: ``image operator operand``; ``sign`` is the operator's node, or the name of the method."""

    operator: str
    image: cst.BaseExpression
    operand: cst.BaseExpression
    sign: cst.CSTNode
    node: cst.BaseExpression

    @property
    def commutes(self) -> bool:
        return self.operator in "+*" and not self.is_method

    @property
    def is_method(self) -> bool:
        return isinstance(self.sign, cst.Name)


def reformulation(files: Files, fix: Fix, change: Reformulate) -> Iterator[Patch]:
    """The formula at the place with its operators, or its operands, exchanged."""
    file = files.python(fix.place.path)
    node = file.syntax.expression(file.document.extent(fix.place)) if file is not None else None
    if file is None or node is None:
        return
    if change.wrong == _SLIP:
        yield from _bracketed(file, fix, node)
        return
    form = _FORMS.get((change.wrong, change.right))
    found = _match(node, form) if form is not None else None
    if form is not None and found is not None:
        replacements = form.rewrite(file.syntax, *found)
        if replacements:
            yield {fix.place.path: replacements}


def _match(node: cst.BaseExpression, form: _Form) -> tuple[_Link, _Link] | None:
    """The two links of a formula, in the expression or in one that the expression goes on from."""
    for _depth in range(_DEEPEST):
        links = list(_links(node))
        for outer in links:
            for inner in _links(outer.image):
                if (outer.operator, inner.operator) == form.operators and _is(outer, form.outer) and _is(inner, form.inner):
                    return outer, inner
        if not links:
            break
        node = links[0].image
    return None


def _is(link: _Link, label: str) -> bool:
    """Whether the operand is the one that the formula means; where both sides could be, its name has to say so."""
    labels = {label_of(name) for name in _identifiers(link.operand)} & {"mean", "std"}
    return labels == {label} or (not labels and not link.commutes)


def _identifiers(node: cst.CSTNode) -> Iterator[str]:
    if isinstance(node, cst.Name):
        yield node.value
    for child in node.children:
        yield from _identifiers(child)


def _links(node: cst.CSTNode) -> Iterator[_Link]:
    """The ways to read an expression as an operation on an image: of sums and products, either side may be it."""
    if isinstance(node, cst.BinaryOperation):
        sign = _OPERATORS.get(type(node.operator))
        if sign is not None:
            yield _Link(sign, node.left, node.right, node.operator, node)
            if sign in "+*":
                yield _Link(sign, node.right, node.left, node.operator, node)
    elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and len(node.args) == 1:
        method = _METHODS.get(node.func.attr.value)
        argument = node.args[0]
        if method is not None and not argument.star and argument.keyword is None:
            yield _Link(method, node.func.value, argument.value, node.func.attr, node)


def _exchange(syntax: Syntax, outer: _Link, inner: _Link) -> Replacements:
    """``x * mean + std`` to ``x * std + mean``"""
    if not (is_atom(inner.operand) or outer.is_method) or not (is_atom(outer.operand) or inner.is_method):
        return ()
    one, other = syntax.whole(outer.operand), syntax.whole(inner.operand)
    return (Replacement(*one, syntax.spelled(inner.operand)), Replacement(*other, syntax.spelled(outer.operand)))


def _multiply_first(syntax: Syntax, outer: _Link, inner: _Link) -> Replacements:
    """``(x + mean) * std`` to ``x * std + mean``, ``(x - mean) * std`` as well"""
    swapped = _exchange(syntax, outer, inner)
    if outer.is_method and inner.is_method:
        return swapped and (*swapped, *_method(syntax, inner, "mul"), *_method(syntax, outer, "add"))
    product = isinstance(inner.image, cst.BinaryOperation) and isinstance(inner.image.operator, (cst.Multiply, cst.Divide))
    if not swapped or outer.is_method or inner.is_method or not (is_atom(inner.image) or product):
        return ()
    signs = (Replacement(*syntax.inner(inner.sign), "*"), Replacement(*syntax.inner(outer.sign), "+"))
    return (*_brackets(syntax, outer.node), *signs, *swapped, *_without_brackets(syntax, inner.node))


def _brackets(syntax: Syntax, node: cst.BaseExpression) -> Replacements:
    """Around a product that becomes a sum, where an operator follows it."""
    if node.lpar or not isinstance(syntax.parents[node], (cst.BinaryOperation, cst.UnaryOperation)):
        return ()
    start, end = syntax.whole(node)
    return (Replacement(start, start, "("), Replacement(end, end, ")"))


def _without_brackets(syntax: Syntax, node: cst.BaseExpression) -> Replacements:
    """One pair of brackets goes; where there is a line break or a comment beside it, it stays."""
    (start, end), (first, last) = syntax.whole(node), syntax.inner(node)
    if len(node.lpar) != 1 or first - start != 1 or end - last != 1 or "\n" in syntax.text[start:end]:
        return ()
    return (Replacement(start, first, ""), Replacement(last, end, ""))


def _multiply(syntax: Syntax, outer: _Link, inner: _Link) -> Replacements:
    """``x / std + mean`` to ``x * std + mean``"""
    return _method(syntax, inner, "mul") if inner.is_method else (Replacement(*syntax.inner(inner.sign), "*"),)


def _divide(syntax: Syntax, outer: _Link, inner: _Link) -> Replacements:
    """``(x - mean) * std`` to ``(x - mean) / std``; not where the std comes first"""
    if outer.is_method:
        return _method(syntax, outer, "div")
    if syntax.whole(outer.operand)[0] < syntax.whole(outer.image)[0]:
        return ()
    return (Replacement(*syntax.inner(outer.sign), "/"),)


def _method(syntax: Syntax, link: _Link, name: str) -> Replacements:
    old = syntax.spelled(link.sign)
    return (Replacement(*syntax.inner(link.sign), name + ("_" if old.endswith("_") else "")),)


def _bracketed(file: File, fix: Fix, node: cst.BaseExpression) -> Iterator[Patch]:
    """``x - mean / std`` to ``(x - mean) / std``"""
    if not isinstance(node, cst.BinaryOperation) or not isinstance(node.operator, cst.Subtract):
        return
    quotient = node.right
    if quotient.lpar or not isinstance(quotient, cst.BinaryOperation) or not isinstance(quotient.operator, cst.Divide):
        return
    start, end = file.syntax.whole(node.left)[0], file.syntax.whole(quotient.left)[1]
    yield {fix.place.path: (Replacement(start, start, "("), Replacement(end, end, ")"))}


@dataclass(frozen=True, slots=True)
class _Form:
    """A wrong formula: its outer and inner operator, whose operands they take, and what puts it right."""

    operators: tuple[str, str]
    outer: str
    inner: str
    rewrite: Callable[[Syntax, _Link, _Link], Replacements]


_INVERSE = "x * std + mean"
_SLIP = "x - mean / std"
# By the wrong formula and the right one.
_FORMS = {
    ("x * mean + std", _INVERSE): _Form(("+", "*"), "std", "mean", _exchange),
    ("(x + mean) * std", _INVERSE): _Form(("*", "+"), "std", "mean", _multiply_first),
    ("(x - mean) * std", _INVERSE): _Form(("*", "-"), "std", "mean", _multiply_first),
    ("x / std + mean", _INVERSE): _Form(("+", "/"), "mean", "std", _multiply),
    ("(x - mean) * std", "(x - mean) / std"): _Form(("*", "-"), "std", "mean", _divide),
}
