"""One source file to the intermediate form: the only package that knows LibCST's nodes."""

from __future__ import annotations

from normlint.lowering.module import lower

__all__ = ["lower"]
