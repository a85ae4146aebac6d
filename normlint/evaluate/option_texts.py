"""Defaults of command-line options that are texts: what ``args.out`` is where nobody says otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from normlint import ir
from normlint.evaluate.machine import Machine

_DECLARES = frozenset({"add_argument", "add_option"})
_DEEPEST_IMPORT = 3
_LONGEST = 200


def default_of(run: Machine, name: str) -> str | None:
    """The default of the option ``name`` in the program under evaluation: its own, or those of what it imports.

    None where there is none, where several differ, and where it is no text.
    """
    declared = run.options.get(name)
    if declared is None:
        return None
    entry = run.stack[0].path if run.stack else run.module.path
    found: set[str | None] = set()
    seen, reached = {entry, run.module.path}, {entry, run.module.path}
    for _ in range(_DEEPEST_IMPORT):
        found.update(declared[path] for path in reached if path in declared)
        reached = {path for known in reached for path in run.imported.get(known, ()) if path not in seen}
        if found or not reached:
            break
        seen |= reached
    return found.pop() if len(found) == 1 else None


def note_options(run: Machine, path: str, body: tuple[ir.Statement, ...]) -> None:
    """Keep the options that a module declares: under the name that each gets in the namespace, its default in the module."""
    if _DECLARES.isdisjoint(run.words.get(path, frozenset())):
        return
    found: dict[str, str | None] = {}
    for call in _calls(body):
        name, default = _declared(call)
        if name:
            found[name] = default if found.get(name, default) == default else None
    for name, default in found.items():
        run.options.setdefault(name, {})[path] = default


def _declared(call: ir.Call) -> tuple[str, str | None]:
    """Name and default of ``parser.add_argument("--out-dir", default="runs")``."""
    flags = [a.value.value for a in call.arguments if not a.keyword and isinstance(a.value, ir.Constant)]
    named = {a.keyword: a.value.value for a in call.arguments if a.keyword and isinstance(a.value, ir.Constant)}
    longest = next((flag for flag in flags if isinstance(flag, str) and flag.startswith("--")), flags[0] if flags else "")
    name, default = named.get("dest", longest), named.get("default")
    if not isinstance(name, str):
        return "", None
    text = str(default) if isinstance(default, (str, int)) and not isinstance(default, bool) else None
    return name.lstrip("-").replace("-", "_"), text if text and len(text) <= _LONGEST else None


def _calls(body: tuple[ir.Statement, ...]) -> Iterator[ir.Call]:
    """The calls among the statements of a module that declare an option."""
    pending: list[object] = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, (ir.ExpressionStatement, ir.Assign)):
            value = node.value
            if isinstance(value, ir.Call) and isinstance(value.function, ir.Attribute) and value.function.name in _DECLARES:
                yield value
        for field in ("body", "otherwise", "handlers", "final"):
            inner = getattr(node, field, ())
            if isinstance(inner, tuple):
                pending.extend(inner)
