"""Names of one file brought into another by an import."""

from __future__ import annotations

import posixpath

import libcst as cst

from normlint.fixing.document import Replacement
from normlint.fixing.files import File, Files


def import_of(files: Files, source: File, target: File, names: list[str]) -> tuple[Replacement, ...] | None:
    """The lines that make ``names`` of ``source`` known in ``target``; none for what it knows already.

    None where a name is taken, or where the import would run code that ``target`` does not run now.
    """
    wanted: list[_Statement] = []
    for name in names:
        statement = _statement(files, source, target, name)
        if statement is None:
            return None
        if not _has(target, name, statement):
            if name in target.names.bound:
                return None
            wanted.append(statement)
    if not wanted:
        return ()
    at = _position(target)
    text = target.syntax.text
    start = "\n" if at and text[at - 1] != "\n" else ""
    return (Replacement(at, at, start + "".join(line + "\n" for line in _lines(wanted))),)


# Dots, module, and the name in it (None for the module itself), with the name it gets.
_Statement = tuple[int, str, str | None, str]


def _lines(statements: list[_Statement]) -> list[str]:
    """One statement for all the names of a module."""
    members: dict[str, list[str]] = {}
    lines: list[str] = []
    for level, module, member, name in statements:
        alias = "" if name == (member if member is not None else module) else f" as {name}"
        if member is None:
            lines.append(f"import {module}{alias}")
        else:
            members.setdefault(f"{'.' * level}{module}", []).append(f"{member}{alias}")
    return lines + [f"from {module} import {', '.join(names)}" for module, names in members.items()]


def _has(target: File, name: str, statement: _Statement) -> bool:
    known = target.names.imported.get(name)
    level, module, member, _ = statement
    return known is not None and (known.level, known.module, known.member) == (level, module, member)


def _statement(files: Files, source: File, target: File, name: str) -> _Statement | None:
    """How to import what a name means in the source file: as it does itself, or from it."""
    bindings = source.names.bound.get(name, ())
    if len(bindings) != 1 or source.syntax.function(bindings[0]) is not None:
        return None
    same_folder = posixpath.dirname(source.document.path) == posixpath.dirname(target.document.path)
    imported = source.names.imported.get(name)
    if imported is not None:
        if not same_folder and (imported.level or not _in_package(files, source, target)):
            return None
        return (imported.level, imported.module, imported.member, name)
    if not _only_defines(source.syntax.module):
        return None
    module = _module(files, source, target)
    return None if module is None or _imports_back(source, target) else (*module, name, name)


def _module(files: Files, source: File, target: File) -> tuple[int, str] | None:
    """The dots and the name that the target reaches the source file by."""
    folder, stem = posixpath.split(source.document.path.removesuffix(".py"))
    here = posixpath.dirname(target.document.path)
    root = _package_root(files, folder)
    if root is None:
        return (0, stem) if folder == here else None
    whole = posixpath.relpath(posixpath.join(folder, stem), root or ".").replace("/", ".")
    if folder == here and any(found.level == 1 for found in target.names.imported.values()):
        return 1, stem
    inside = here == root or _package_root(files, here) == root
    return (0, whole) if inside else None


def _package_root(files: Files, folder: str) -> str | None:
    """The folder that holds the outermost package around ``folder``; None where it is in no package."""
    if not files.exists(posixpath.join(folder, "__init__.py")):
        return None
    while folder and files.exists(posixpath.join(folder, "__init__.py")):
        folder = posixpath.dirname(folder)
    return folder


def _in_package(files: Files, source: File, target: File) -> bool:
    """Whether absolute imports of the source file mean the same in the target."""
    roots = [_package_root(files, posixpath.dirname(file.document.path)) for file in (source, target)]
    return roots[0] is not None and roots[0] in {roots[1], posixpath.dirname(target.document.path)}


def _only_defines(module: cst.Module) -> bool:
    """Whether importing the module runs nothing but imports, definitions and constants."""
    for statement in module.body:
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            continue
        if isinstance(statement, cst.If) and _is_main_guard(statement):
            continue
        if not isinstance(statement, cst.SimpleStatementLine):
            return False
        for small in statement.body:
            if isinstance(small, (cst.Import, cst.ImportFrom, cst.Pass)):
                continue
            if isinstance(small, cst.Expr) and isinstance(small.value, (cst.SimpleString, cst.ConcatenatedString)):
                continue
            if isinstance(small, cst.Assign) and _is_constant(small.value):
                continue
            if isinstance(small, cst.AnnAssign) and (small.value is None or _is_constant(small.value)):
                continue
            return False
    return True


def _is_main_guard(statement: cst.If) -> bool:
    test = statement.test
    return isinstance(test, cst.Comparison) and isinstance(test.left, cst.Name) and test.left.value == "__name__"


def _is_constant(node: cst.CSTNode) -> bool:
    """Whether an expression calls nothing."""
    return not isinstance(node, (cst.Call, cst.Await, cst.Yield)) and all(_is_constant(child) for child in node.children)


def _imports_back(source: File, target: File) -> bool:
    """Whether the source file imports the target, which then cannot import it."""
    stem = posixpath.basename(target.document.path.removesuffix(".py"))
    return any(
        stem in {found.module.rsplit(".", 1)[-1], found.member} for found in source.names.imported.values()
    )


def _position(target: File) -> int:
    """The start of the line after the last import at the top of the file; after its docstring where it has none."""
    after = 0
    text = target.syntax.text
    for index, statement in enumerate(target.syntax.module.body):
        if not isinstance(statement, cst.SimpleStatementLine):
            break
        imports = all(isinstance(small, (cst.Import, cst.ImportFrom)) for small in statement.body)
        docstring = index == 0 and isinstance(statement.body[0], cst.Expr)
        if not imports and not docstring:
            break
        end = target.syntax.whole(statement.body[-1])[1]
        after = text.find("\n", end) + 1 or len(text)
    if after == 0 and target.syntax.module.body:
        statement = target.syntax.module.body[0]
        inner = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else statement
        first = target.syntax.inner(inner)[0]
        after = text.rfind("\n", 0, first) + 1
    return after
