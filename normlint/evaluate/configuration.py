"""Config files that a program loads by name, as values: dicts whose entries are what they are in that file."""

from __future__ import annotations

from normlint import ir
from normlint.config_trees import UNRESOLVED, Leaf, Listing, Mapping, Tree
from normlint.evaluate.imports import resolve
from normlint.evaluate.machine import Machine, label_of
from normlint.places import Place
from normlint.values import Constant, DictCell, External, ListCell, ModuleValue, Ref, TupleValue, Unknown, Value, Vector

Named = tuple[tuple[str, Value], ...]
SUFFIXES = (".yaml", ".yml", ".json")
READS = frozenset({"open", "read", "read_text", "read_bytes", "expanduser", "resolve", "absolute"})
_FILE = "file"  # the kind of origin of an opened file, or of a path to one, that carries its name


def file_named(run: Machine, value: Value | None) -> str:
    """The name of the config file that a path or opened file is; empty for others."""
    content = run.contents(value) if value is not None else None
    if isinstance(content, Constant) and isinstance(content.value, str) and content.value.endswith(SUFFIXES):
        return content.value
    return content.origin.name if isinstance(content, Unknown) and content.origin.kind == _FILE else ""


def opened(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    """``open("train.yaml")``, ``Path("train.yaml")``: what remembers the name of a config file."""
    name = file_named(run, values[0] if values else None)
    if name and run.frames:
        run.frames[-1].opened.add(name)
    return run.unknown(_FILE, name, place) if name else run.unknown("output", "open", place)


def path_joined(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    """``os.path.join(here, "train.yaml")``: the last part names the file, wherever the others lead."""
    from normlint.evaluate.calls import file_among

    name = file_named(run, values[-1] if values else None)
    return run.unknown(_FILE, name, place) if name else run.unknown("output", file_among(run, values, ()) or "join", place)


def loaded(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    """``yaml.safe_load(file)``, ``OmegaConf.load(path)``: the content of a config file of the project."""
    name = file_named(run, values[0] if values else None) or _text_of_file(run, values)
    path = run.config_trees.path_of(run.module.path, name) if name and run.config_trees is not None else None
    tree = run.config_trees.load(path) if path is not None and run.config_trees is not None else None
    return run.unknown("output", "load", place) if tree is None else as_value(run, tree)


def _text_of_file(run: Machine, values: tuple[Value, ...]) -> str:
    """The config file behind a text that a function has made of what it read: without its comments, say.

    Only where the function has opened one such file, and nothing else is known of the text.
    """
    opened = run.frames[-1].opened if run.frames and run.frames[-1].function is not None else set()
    content = run.contents(values[0]) if values else None
    made = isinstance(content, Unknown) and content.origin.kind != "parameter"
    return next(iter(opened)) if len(opened) == 1 and made else ""


def from_file(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    """``Config.fromfile("configs/resnet.py")``: the globals of a module of the project, or the entries of a config file."""
    content = run.contents(values[0]) if values else None
    if isinstance(content, Constant) and isinstance(content.value, str) and content.value.endswith(".py"):
        path = resolve(run, content.value.removesuffix(".py").removeprefix("./").replace("/", "."), 0)
        return ModuleValue(path) if path is not None else run.unknown("output", "fromfile", place)
    return loaded(run, values, named, place)


def of_hydra(run: Machine, decorators: tuple[ir.Expression, ...]) -> Value | None:
    """What ``@hydra.main(config_path="conf", config_name="train")`` hands to the function under it."""
    from normlint.evaluate.expressions import evaluate

    for decorator in decorators:
        if not isinstance(decorator, ir.Call) or evaluate(run, decorator.function) != External("hydra.main"):
            continue
        texts = {argument.keyword: _text(evaluate(run, argument.value)) for argument in decorator.arguments if argument.keyword}
        folder, config = texts.get("config_path", ""), texts.get("config_name", "")
        tree = run.config_trees.compose(run.module.path, folder, config) if config and run.config_trees is not None else None
        return None if tree is None else as_value(run, tree)
    return None


def _text(value: Value) -> str:
    return value.value if isinstance(value, Constant) and isinstance(value.value, str) else ""


def same(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    """``OmegaConf.to_container(cfg)`` and the like give back what they were given."""
    return values[0] if values and isinstance(run.contents(values[0]), DictCell) else run.unknown("output", "config", place)


def merged(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    """``OmegaConf.merge(base, other)``; what others that are not known may change counts as it is by default."""
    whole = DictCell((), open=True)
    for value in values:
        content = run.contents(value)
        if isinstance(content, DictCell):
            whole = over(run, whole, content)
    return run.allocate(whole) if whole.items else run.unknown("output", "merge", place)


def over(run: Machine, below: DictCell, above: DictCell, depth: int = 8) -> DictCell:
    """Both dicts in one, nested ones key by key."""
    for key, value in above.items:
        known = below.get(key)
        one, other = (run.contents(known) if known is not None else None), run.contents(value)
        if depth and isinstance(one, DictCell) and isinstance(other, DictCell):
            value = run.allocate(over(run, one, other, depth - 1))
        below = below.put(key, value)
    return below


def merge_file(run: Machine, receiver: Value, cell: DictCell, values: tuple[Value, ...], place: Place) -> None:
    """``cfg.merge_from_file("train.yaml")`` in place. A file that nobody knows may set what any file of the project sets."""
    other = run.contents(loaded(run, values, (), place))
    if isinstance(receiver, Ref) and isinstance(other, DictCell):
        run.state.set(receiver.address, over(run, cell, other))
    elif isinstance(receiver, Ref):
        _forget(run, receiver, "", 8)


def without_defaults(run: Machine, cell: DictCell) -> DictCell:
    """A namespace after something that nobody knows was written over it: options and config entries may be others now."""
    items = tuple(
        (key, run.unknown(name=str(key), label=label_of(str(key))) if _is_default(run, value) else value)
        for key, value in cell.items
    )
    return DictCell(items, cell.open)


def _is_default(run: Machine, value: Value) -> bool:
    content = run.contents(value)
    first = content.items[0] if isinstance(content, (TupleValue, ListCell)) and content.items else content
    return isinstance(first, (Constant, Vector)) and first.source in {"argparse", "config"}


def _forget(run: Machine, receiver: Ref, parent: str, depth: int) -> None:
    cell = run.cell(receiver)
    if not isinstance(cell, DictCell) or depth == 0:
        return
    for key, value in cell.items:
        if isinstance(value, Ref) and isinstance(run.cell(value), DictCell):
            _forget(run, value, str(key), depth - 1)
        elif run.configurable(run.module.path, parent, str(key)):
            cell = cell.put(key, run.unknown(name=str(key), label=label_of(str(key))))
    run.state.set(receiver.address, cell)


def as_value(run: Machine, tree: Tree, name: str = "") -> Value:
    """A tree as dicts, lists and constants. Dicts stay open: whoever runs the program may add to them."""
    if isinstance(tree, Mapping):
        items = tuple((key, as_value(run, value, key)) for key, value in tree.items)
        return run.allocate(DictCell(items, open=True))
    if isinstance(tree, Listing):
        parts = tuple(as_value(run, item, name) for item in tree.items)
        if all(isinstance(part, Constant) for part in parts):
            return TupleValue(parts, label_of(name))
        return run.allocate(ListCell(parts))
    assert isinstance(tree, Leaf)
    if tree.value == UNRESOLVED:
        return run.unknown(name=name, label=label_of(name))
    return Constant(tree.value, label_of(name), tree.place, "config")
