"""The intermediate form: what lowering leaves of a source file.

A few dozen immutable node kinds, each with its span; no LibCST node and no code in it, so that it can be cached,
sent to another process and evaluated where a helper is called. What lowering has no node for becomes ``Opaque``,
which evaluates its operands and yields unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Union

from normlint.immutable import dataclass, field
from normlint.places import Place, Span

ConstantValue = Union[int, float, complex, str, bytes, bool, None]


@dataclass(frozen=True, slots=True)
class Node:
    """Base of all nodes."""

    span: Span


# Expressions


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A literal; adjacent string literals are joined. ``...`` is ``EllipsisLiteral``."""

    value: ConstantValue


@dataclass(frozen=True, slots=True)
class EllipsisLiteral(Node):
    """``...``"""


@dataclass(frozen=True, slots=True)
class Name(Node):
    identifier: str


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    """``value.name``; ``name_span`` covers the name alone."""

    value: Expression
    name: str
    name_span: Span


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """One argument of a call: ``star`` is "", "*" or "**"."""

    value: Expression
    keyword: str | None = None
    star: str = ""


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: Expression
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """``left operator right``; the operator as written: + - * / // % ** @ << >> & | ^"""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """``operator operand`` with + - ~ not"""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """``left op1 right1 op2 right2 ...`` with == != < <= > >= in "not in" is "is not"."""

    left: Expression
    operators: tuple[str, ...]
    rights: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Boolean(Node):
    """``a and b`` / ``a or b``, chains of one operator flattened."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """``body if test else otherwise``"""

    test: Expression
    body: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Sequence(Node):
    """A display: ``kind`` is "list", "tuple" or "set"; items may be ``Starred``."""

    kind: str
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Mapping(Node):
    """A dict display; a key of None is a ``**value`` entry."""

    keys: tuple[Expression | None, ...]
    values: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Subscript(Node):
    """``value[index]``; several comma-separated indices make a tuple ``Sequence``."""

    value: Expression
    index: Expression


@dataclass(frozen=True, slots=True)
class Slice(Node):
    lower: Expression | None
    upper: Expression | None
    step: Expression | None


@dataclass(frozen=True, slots=True)
class Starred(Node):
    value: Expression


@dataclass(frozen=True, slots=True)
class Generator(Node):
    """One ``for target in iterable if ...`` of a comprehension."""

    target: Expression
    iterable: Expression
    conditions: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Comprehension(Node):
    """``kind`` is "list", "set", "dict" or "generator"; ``value`` is set for dicts (``element`` is the key)."""

    kind: str
    element: Expression
    value: Expression | None
    generators: tuple[Generator, ...]


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """``kind`` is "positional" (also positional-only), "keyword", "*" or "**"."""

    name: str
    kind: str
    default: Expression | None
    annotation: Expression | None


@dataclass(frozen=True, slots=True)
class Lambda(Node):
    parameters: tuple[Parameter, ...]
    body: Expression


@dataclass(frozen=True, slots=True)
class Assignment(Node):
    """``target := value``"""

    target: Expression
    value: Expression


@dataclass(frozen=True, slots=True)
class FormattedString(Node):
    """An f-string: constant parts and expressions in order."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Opaque(Node):
    """Anything else (yield, await wrapped values, ...): its operands are evaluated, its own value is unknown."""

    operands: tuple[Expression, ...]


Expression = Union[
    Constant, EllipsisLiteral, Name, Attribute, Call, Binary, Unary, Compare, Boolean, Conditional, Sequence, Mapping,
    Subscript, Slice, Starred, Comprehension, Lambda, Assignment, FormattedString, Opaque,
]  # fmt: skip


# Statements


@dataclass(frozen=True, slots=True)
class Assign(Node):
    """``a = b = value`` has two targets. An annotated assignment has one, and its annotation."""

    targets: tuple[Expression, ...]
    value: Expression
    annotation: Expression | None = None


@dataclass(frozen=True, slots=True)
class AugmentedAssign(Node):
    """``target operator= value``; the operator without its equals sign."""

    operator: str
    target: Expression
    value: Expression


@dataclass(frozen=True, slots=True)
class ExpressionStatement(Node):
    value: Expression


@dataclass(frozen=True, slots=True)
class Return(Node):
    value: Expression | None


@dataclass(frozen=True, slots=True)
class If(Node):
    test: Expression
    body: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class For(Node):
    target: Expression
    iterable: Expression
    body: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class While(Node):
    test: Expression
    body: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class WithItem(Node):
    value: Expression
    target: Expression | None


@dataclass(frozen=True, slots=True)
class With(Node):
    items: tuple[WithItem, ...]
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Handler(Node):
    """``except exception as name:``"""

    exception: Expression | None
    name: str | None
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Try(Node):
    body: tuple[Statement, ...]
    handlers: tuple[Handler, ...]
    otherwise: tuple[Statement, ...]
    final: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Case(Node):
    """One case of a match: literal patterns keep their value, all others are None (may or may not match)."""

    literal: Expression | None
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Match(Node):
    subject: Expression
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Function(Node):
    """``name_span`` covers the name alone."""

    name: str
    name_span: Span
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]
    decorators: tuple[Expression, ...]
    _read: Callable[[Function], tuple[Statement, ...]] | None = field(default=None, init=False, repr=False, compare=False)
    _length: int = field(default=-1, init=False, repr=False, compare=False)
    text: str | None = field(default=None, init=False, repr=False, compare=False)

    @classmethod
    def unread(
        cls, span: Span, name: str, name_span: Span, parameters: tuple[Parameter, ...], decorators: tuple[Expression, ...],
        read: Callable[[Function], tuple[Statement, ...]], length: int = -1, text: str | None = None,
    ) -> Function:  # fmt: skip
        """A function whose body is read when it is asked for: few are, of all that a module defines.

        ``length`` is that of the body, where it is known before; ``text`` the lines that the body is lowered from, without
        comments. Every name that the body mentions is spelled in them.
        """
        made = cls(span, name, name_span, parameters, (), decorators)
        object.__delattr__(made, "body")
        object.__setattr__(made, "_read", read)
        object.__setattr__(made, "_length", length)
        object.__setattr__(made, "text", text)
        return made

    @property
    def length(self) -> int:
        """How many statements its body has, blocks counting as one."""
        return self._length if self._length >= 0 else len(self.body)

    def __getattr__(self, name: str) -> tuple[Statement, ...]:
        """The body, which is the only field that can be missing."""
        if name != "body" or self._read is None:
            raise AttributeError(name)
        body = self._read(self)
        object.__setattr__(self, "body", body)
        return body

    def without_signature(self) -> Function:
        """The same body without parameters and decorators, which a definition is done with once it was evaluated."""
        if self._read is None:
            return Function(self.span, self.name, self.name_span, (), self.body, ())
        return Function.unread(self.span, self.name, self.name_span, (), (), self._read, self._length, self.text)

    def forget(self) -> None:
        """Give up a body that was read, to read it again when it is asked for."""
        if self._read is not None:
            object.__delattr__(self, "body")


@dataclass(frozen=True, slots=True)
class Class(Node):
    name: str
    name_span: Span
    bases: tuple[Argument, ...]
    body: tuple[Statement, ...]
    decorators: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ImportName(Node):
    """``import dotted as alias`` / the imported ``dotted as alias`` of a from-import ("*" for a star)."""

    dotted: str
    alias: str | None


@dataclass(frozen=True, slots=True)
class Import(Node):
    names: tuple[ImportName, ...]


@dataclass(frozen=True, slots=True)
class ImportFrom(Node):
    """``level`` counts the leading dots; ``module`` may be empty."""

    module: str
    level: int
    names: tuple[ImportName, ...]


@dataclass(frozen=True, slots=True)
class Jump(Node):
    """``kind`` is "raise", "break" or "continue": the block ends here. A raise keeps its operand."""

    kind: str
    value: Expression | None = None


@dataclass(frozen=True, slots=True)
class Assert(Node):
    test: Expression


@dataclass(frozen=True, slots=True)
class Scope(Node):
    """``global`` / ``nonlocal`` names."""

    kind: str
    names: tuple[str, ...]


Statement = Union[
    Assign, AugmentedAssign, ExpressionStatement, Return, If, For, While, With, Try, Match, Function, Class, Import,
    ImportFrom, Jump, Assert, Scope,
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class CellLine:
    """Where one line of a notebook's joined code comes from.

    ``raw_line`` and ``raw_column`` are 1-based in the .ipynb file, the column being that of the line's first character.
    """

    raw_line: int
    raw_column: int
    cell: int
    cell_line: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file, or one statement of it, could not be read: becomes NL902."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Module:
    """One lowered file. ``cells`` is empty but for notebooks, where it has one entry a line of the joined code."""

    path: str
    body: tuple[Statement, ...]
    problems: tuple[Problem, ...] = ()
    cells: tuple[CellLine, ...] = ()

    def place(self, span: Span) -> Place:
        """The span in the lines of the raw file."""
        if not self.cells:
            return Place(self.path, *span)
        first = self.cells[min(span.line, len(self.cells)) - 1]
        last = self.cells[min(span.end_line, len(self.cells)) - 1]
        return Place(
            self.path,
            first.raw_line,
            first.raw_column + span.column - 1,
            last.raw_line,
            last.raw_column + span.end_column - 1,
            first.cell,
            first.cell_line,
        )
