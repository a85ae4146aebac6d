"""One source file to the intermediate form: the only package that knows the nodes of LibCST and CPython."""

from __future__ import annotations

from normlint.lowering.module import lower, lower_lines, lower_slices, lower_with_file

__all__ = ["lower", "lower_lines", "lower_slices", "lower_with_file"]
