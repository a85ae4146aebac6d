"""What the names of a file are bound to: its imports, and everything else that binds one."""

from __future__ import annotations

import libcst as cst

from normlint.fixing.syntax import Syntax, dotted
from normlint.immutable import dataclass


@dataclass(frozen=True, slots=True)
class Imported:
    """A name that an import at the top level binds: to a module, or to ``member`` of it."""

    name: str
    module: str
    member: str | None
    level: int
    node: cst.Import | cst.ImportFrom


class Names:
    """The bindings of one file. A name that is bound in several ways is not trusted to be an import."""

    def __init__(self, syntax: Syntax) -> None:
        self.syntax = syntax
        self.imported: dict[str, Imported] = {}
        self.bound: dict[str, list[cst.CSTNode]] = {}
        self._modules: set[str] = set()
        visitor = _Bindings(self)
        syntax.module.visit(visitor)

    def alias(self, module: str) -> str | None:
        """The name that a library is imported under at the top level: ``np`` of numpy."""
        for name, found in self.imported.items():
            if found.module == module and found.member is None and found.level == 0 and len(self.bound[name]) == 1:
                return name
        return None

    def imports_any(self, *modules: str) -> bool:
        """Whether one of these libraries, or a part of it, is imported anywhere in the file."""
        return any(found == m or found.startswith(m + ".") for found in self._modules for m in modules)

    def is_library(self, node: cst.BaseExpression) -> bool:
        """Whether an expression is a module or a member of one, by its first name."""
        first = dotted(node).split(".")[0]
        return first in self.imported and len(self.bound[first]) == 1

    def add(self, name: str, node: cst.CSTNode) -> None:
        self.bound.setdefault(name, []).append(node)

    def add_import(self, found: Imported) -> None:
        self._modules.add(found.module)
        if self.syntax.function(found.node) is None:
            known = self.imported.get(found.name)
            if known is not None and (known.module, known.member) == (found.module, found.member):
                return  # the same import once more, as in both branches of a try
            self.imported[found.name] = found
        self.add(found.name, found.node)


class _Bindings(cst.CSTVisitor):
    def __init__(self, names: Names) -> None:
        super().__init__()
        self.names = names

    def visit_Import(self, node: cst.Import) -> bool:
        for item in node.names:
            path = dotted(item.name)
            alias = item.evaluated_alias
            name = alias or path.split(".")[0]
            self.names.add_import(Imported(name, path if alias else name, None, 0, node))
            if not alias:
                self.names._modules.add(path)
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        module = dotted(node.module) if node.module is not None else ""
        if not isinstance(node.names, cst.ImportStar):
            for item in node.names:
                member = dotted(item.name)
                name = item.evaluated_alias or member
                self.names.add_import(Imported(name, module, member, len(node.relative), node))
        return False

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
        self._bind(node.target)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        self._bind(node.target)

    def visit_AugAssign(self, node: cst.AugAssign) -> None:
        self._bind(node.target)

    def visit_NamedExpr(self, node: cst.NamedExpr) -> None:
        self._bind(node.target)

    def visit_For(self, node: cst.For) -> None:
        self._bind(node.target)

    def visit_CompFor(self, node: cst.CompFor) -> None:
        self._bind(node.target)

    def visit_AsName(self, node: cst.AsName) -> None:
        self._bind(node.name)

    def visit_Param(self, node: cst.Param) -> None:
        self.names.add(node.name.value, node)

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self.names.add(node.name.value, node)

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self.names.add(node.name.value, node)

    def _bind(self, target: cst.CSTNode) -> None:
        if isinstance(target, cst.Name):
            self.names.add(target.value, target)
        elif isinstance(target, (cst.Tuple, cst.List)):
            for element in target.elements:
                self._bind(element.value)
