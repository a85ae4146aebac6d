"""Lowered modules as they stand in the cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from normlint.places import Span

if TYPE_CHECKING:
    from normlint import ir

# What lowers the body of the function with this span of its name again.
Again = Callable[[Span], "tuple[ir.Statement, ...]"]


def decoded(path: str, data: bytes, again: Again | None, opened: Callable[[ir.Function, int], None]) -> ir.Module | None:
    """The module in the cache under this content, which may have been that of another path; None for damaged data."""
    from normlint.codec import CodecError, decode
    from normlint.immutable import replace

    try:
        module = decode(data, again, opened)
    except CodecError:
        return None
    notebook = path.endswith(".ipynb")
    if module.path.endswith(".ipynb") is not notebook:
        return None
    return module if module.path == path else replace(module, path=path)
