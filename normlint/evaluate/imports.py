"""Imports: library names keep their dotted path, modules of the project are evaluated where they are first needed."""

from __future__ import annotations

import sys
from functools import cache

from normlint import ir
from normlint.catalogue import Catalogue
from normlint.evaluate import failures, units
from normlint.evaluate.afresh import afresh
from normlint.evaluate.machine import BudgetSpent, Machine
from normlint.evaluate.option_texts import note_options
from normlint.evaluate.outlines import is_main_guard, outline_of
from normlint.evaluate.paths import resolved, text_of
from normlint.evaluate.scopes import ScopeInfo
from normlint.immutable import replace
from normlint.values import Constant, External, Imported, ModuleValue, Origin, Unknown, Value, Vector, relabel

MOST_NESTED_IMPORTS = 40
_LONGEST_ENDING = 8


def _note(run: Machine, path: str | None) -> None:
    if path is not None:
        run.imported.setdefault(run.module.path, set()).add(path)
        (run.unit.idle if _waits(run, path) else run.unit.imported).add(path)


def _waits(run: Machine, path: str) -> bool:
    """Whether a module is evaluated only when something reads what was imported from it.

    Not where a module that imports it has added folders to the path: those are where its own imports are looked for.
    """
    return run.is_idle(path) and not any(importer in run.folders for importer in (run.module.path, *run.importers))


def run_import(run: Machine, node: ir.Import | ir.ImportFrom) -> None:
    if isinstance(node, ir.Import):
        for name in node.names:
            _import_module(run, name)
        return
    package = resolve(run, node.module, node.level)
    _note(run, package)
    for name in node.names:
        if name.dotted == "*":
            _import_star(run, package, node)
            continue
        run.bind(name.alias or name.dotted, _imported(run, package, node, name.dotted))


def _imported(run: Machine, package: str | None, node: ir.ImportFrom, name: str) -> Value | Imported:
    submodule = resolve(run, f"{node.module}.{name}" if node.module else name, node.level)
    if package is not None and _waits(run, package):
        _note(run, submodule)
        if submodule is not None and not _waits(run, submodule):
            module_scope(run, submodule)
        return Imported(package, submodule, name, run.numbering.next())
    if package is not None:
        found = find_member(run, package, name)
        if found is not None:
            return relabel(found, source="import") if isinstance(found, (Constant, Vector)) else found
    if submodule is not None:
        _note(run, submodule)
        if not _waits(run, submodule):
            module_scope(run, submodule)
        return ModuleValue(submodule)
    if package is not None or node.level:
        return run.unknown(name=name)
    from normlint.evaluate.attributes import external

    return external(run, f"{node.module}.{name}")


def settled(run: Machine, imported: Imported) -> Value:
    """What an imported name stands for, seen from the unit under evaluation, which depends on its module from now on."""
    package, submodule, name = imported.package, imported.submodule, imported.name
    if package is not None and imported not in run.settling:  # else modules import the name from each other
        run.settling.add(imported)
        try:
            found = find_member(run, package, name)
        finally:
            run.settling.discard(imported)
        if found is not None:
            return relabel(found, source="import") if isinstance(found, (Constant, Vector)) else found
    return ModuleValue(submodule) if submodule is not None else Unknown(Origin("unknown", imported.number, name))


def _import_module(run: Machine, name: ir.ImportName) -> None:
    path = resolve(run, name.dotted, 0)
    _note(run, path)
    if path is not None and not _waits(run, path):
        module_scope(run, path)  # it may be imported for what it registers
    if name.alias:
        run.bind(name.alias, ModuleValue(path) if path is not None else External(name.dotted))
        return
    first = name.dotted.split(".")[0]
    top = resolve(run, first, 0)
    run.bind(first, ModuleValue(top) if top is not None else External(first))


def _import_star(run: Machine, package: str | None, node: ir.ImportFrom) -> None:
    if package is None:
        info = run.scopes[run.scope]
        run.scopes[run.scope] = ScopeInfo(info.parent, info.module, info.kind, info.name, (*info.stars, node.module))
        return
    scope = module_scope(run, package)
    if scope is None:
        return
    info = run.scopes[scope]
    here = run.scopes[run.scope]
    run.scopes[run.scope] = replace(here, stars=(*here.stars, *info.stars))
    for name in run.exports.get(package, ()):
        value = run.state.get((scope, name))
        if value is not None and not name.startswith("_"):
            run.bind(name, value)  # type: ignore[arg-type]


def resolve(run: Machine, dotted: str, level: int, importer: str | None = None) -> str | None:
    """Path of a module of the project as seen from the importing file, from its own directory upwards.

    That is the module under evaluation, or the file ``importer``, as if it added nothing to the path. Each of these folders
    may hold the packages in ``src``. What the program adds to ``sys.path`` comes next; last the only file of the project that
    has this name, for programs that add a folder where nobody can follow (``import _init_paths``).
    """
    path = run.module.path if importer is None else importer
    here = path.split("/")[:-1]
    parts = [part for part in dotted.split(".") if part]
    if level:
        if level - 1 > len(here):
            return None
        return _existing(run, [*here[: len(here) - (level - 1)], *parts])
    if not parts:
        return None
    depths = sorted(range(len(here), -1, -1), key=lambda depth: _is_package(run, here[:depth]))
    for depth in depths:  # a package's own folder is not on the path; programs that are run from it come last
        for folder in (here[:depth], [*here[:depth], "src"]):
            found = _existing(run, [*folder, *parts])
            if found is not None and found != path:
                return found
    for folder in _added(run) if importer is None else ():
        found = _existing(run, [*folder, *parts])
        if found is not None and found != path:
            return found
    found = _only_one(run, parts)
    return found if found != path else None


def _only_one(run: Machine, parts: list[str]) -> str | None:
    """The one file of the project that a name can mean from some folder; None for the name of a library, and for several.

    A name without a dot is too common a word, unless the file lies in a folder ``lib``.
    """
    if parts[0] in sys.stdlib_module_names or _is_library(run.catalogue, parts):
        return None
    if not run.by_ending:
        for path in sorted(run.files):
            _note_endings(run.by_ending, path)
    return run.by_ending.get("/".join(parts if len(parts) > 1 else ["lib", *parts]))


def _note_endings(endings: dict[str, str | None], path: str) -> None:
    """Every name that a module can have from a folder above it; None where it is another's as well."""
    base = path.removesuffix("/__init__.py") if path.endswith("/__init__.py") else path.removesuffix(".py")
    if base == path:
        return
    parts = base.split("/")
    for start in range(max(0, len(parts) - _LONGEST_ENDING), len(parts)):
        ending = "/".join(parts[start:])
        endings[ending] = None if ending in endings else path


def _is_library(known: Catalogue, parts: list[str]) -> bool:
    """Whether the catalogue speaks of a package of this name; ``datasets.voc`` is not the library ``datasets``."""
    return ".".join(parts) in known.packages or (len(parts) == 1 and parts[0] in _libraries(known))


@cache
def _libraries(known: Catalogue) -> frozenset[str]:
    return frozenset(package.split(".")[0] for package in known.packages)


def add_folder(run: Machine, positional: tuple[Value, ...]) -> None:
    """``sys.path.append(folder)``: seen by the module under evaluation and by what it imports."""
    text = next((found for value in positional if (found := text_of(run, value)) and not found.isdigit()), None)
    if text is None:
        return
    here = run.module.path.rpartition("/")[0]
    for folder in dict.fromkeys((resolved(text, here), resolved(text, ""))):
        if folder:
            run.folders.setdefault(run.module.path, []).append(folder.split("/"))


def _added(run: Machine) -> list[list[str]]:
    paths = [path for path in (run.module.path, *reversed(run.importers)) if path in run.folders]
    run.unit.reached.update(paths)
    return [folder for path in paths for folder in run.folders[path]]


def _is_package(run: Machine, folder: list[str]) -> bool:
    return bool(folder) and "/".join([*folder, "__init__.py"]) in run.files


def _existing(run: Machine, parts: list[str]) -> str | None:
    base = "/".join(parts)
    for candidate in (f"{base}.py" if base else "", f"{base}/__init__.py" if base else "__init__.py"):
        if candidate and candidate in run.files:
            return candidate
    return None


def module_scope(run: Machine, path: str) -> int | None:
    """Number of the scope of a module of the project, evaluated if it was not yet."""
    known = run.modules.get(path)
    if known is None:
        known = _evaluated(run, path)
    if known is None:
        run.unit.reached.add(path)  # it may be readable next time
    else:
        units.ask_for(run, path)
    return known


def _evaluated(run: Machine, path: str) -> int | None:
    module = run.load(path) if run.importing < MOST_NESTED_IMPORTS else None
    if module is None:
        return None
    unit = units.top_of(path)
    run.tops.begin(unit)
    with units.within(run, unit):
        return _top_level(run, unit, module)


def _top_level(run: Machine, unit: units.Unit, module: ir.Module) -> int:
    path = unit.path
    scope = run.new_scope(None, replace(module, body=()), "module", path)
    run.modules[path] = scope
    by_span, by_name, run.words[path] = run.mentions(path, module)
    run.digests[path] = by_span
    run.relevant_names.spread(by_name)
    from normlint.evaluate.statements import run_block

    note_options(run, path, module.body)
    run.outlines[path] = outline_of(module, run.words[path])

    with afresh(run, scope):
        run.importing += 1
        run.importers.append(path)
        try:
            for statement in module.body:
                if not (isinstance(statement, ir.If) and is_main_guard(statement.test)):
                    run_block(run, (statement,))
        except BudgetSpent:
            pass  # counted in the log; what the rest of the module would bind stays unknown
        except Exception as error:
            failures.note(run, module.place(statement.span), error)
        finally:
            for other in sorted(run.imported.get(path, set()) & run.kept):
                module_scope(run, other)  # also one that only functions use, for the names that matter in it
            run.relevant_names.spread(by_name)
            run.importing -= 1
            run.importers.pop()
            run.root.absorb(run.state)
            run.tops.end(unit, run.state, by_name)
            run.exports[path] = tuple(
                key[1] for key in run.state.changes if isinstance(key, tuple) and key[0] == scope
            )
    return scope


def member(run: Machine, path: str, name: str) -> Value:
    """A global of a module of the project, or one of its submodules; unknown where there is none."""
    found = find_member(run, path, name)
    return run.unknown(name=name) if found is None else found


def find_member(run: Machine, path: str, name: str) -> Value | None:
    scope = module_scope(run, path)
    if scope is not None:
        found = run.bound(name, scope)
        if found is not None:
            return found  # type: ignore[return-value]
    if path.endswith("__init__.py"):
        folder = path.rsplit("/", 1)[0] if "/" in path else ""
        submodule = _existing(run, [*folder.split("/"), name] if folder else [name])
        if submodule is not None:
            return ModuleValue(submodule)
    if scope is not None:
        for dotted in run.scopes[scope].stars:
            full = f"{dotted}.{name}"
            if run.catalogue.lookup(full) is not None:
                return External(full)
    return None
