"""Command-line options: the values that a program works with when its user passes nothing.

A default is kept for options that can hold stats or a pixel range, unless a documented command line replaces it. It is marked
as ``argparse``: arithmetic takes it for the number that it is, and no branch is decided by it, since whoever runs the program
may pass another.
"""

from __future__ import annotations

import re

from normlint import ir
from normlint.evaluate.configuration import SUFFIXES
from normlint.evaluate.constants import constant_site
from normlint.evaluate.emission import flush
from normlint.evaluate.labels import feeds
from normlint.evaluate.machine import Machine
from normlint.evaluate.parameters import vector_of
from normlint.places import Place
from normlint.values import (
    ClassValue,
    Constant,
    DictCell,
    External,
    FunctionValue,
    InstanceCell,
    ListCell,
    Ref,
    TupleValue,
    Value,
    Vector,
    relabel,
)

Named = tuple[tuple[str, Value], ...]

# Classes with argparse's add_argument and parse_args, by import path: argparse (Python 3.10 to 3.13), ConfigArgParse==1.7,
# jsonargparse==4.40, typed-argument-parser==1.10 (whose class attributes are the defaults).
PARSERS: frozenset[str] = frozenset(
    {"argparse.ArgumentParser", "configargparse.ArgumentParser", "configargparse.ArgParser", "configargparse.Parser",
     "jsonargparse.ArgumentParser", "jsonargparse.ArgParser"}
)  # fmt: skip
_TYPED = frozenset({"tap.Tap"})
# transformers==4.57 hf_argparser.py: a parser of data classes.
OF_DATA_CLASSES: frozenset[str] = frozenset({"transformers.HfArgumentParser", "transformers.hf_argparser.HfArgumentParser"})
_GROUPS = frozenset({"add_argument_group", "add_mutually_exclusive_group"})
# click==8.1 decorators.py option(); rich-click has the same.
CLICK_OPTIONS = frozenset({"click.option", "rich_click.option", "asyncclick.option"})
SOURCE = "argparse"
# As the name of an option these are a noise level, a learning schedule's parameter and the like.
_NOISE = re.compile(r"^(?:m|mu|s|sd)$|sigma|noise", re.IGNORECASE)
_FOREIGN = Place("", 0, 0, 0, 0)


def parser(run: Machine, values: tuple[Value, ...], named: Named, place: Place, dotted: str = "argparse.ArgumentParser") -> Value:
    """A new parser: an object whose options are kept as attributes that start with a dash, by their destination."""
    cls = ClassValue(dotted.rsplit(".", 1)[-1], (), (External(dotted),), "", _FOREIGN)
    cell = InstanceCell(cls)
    for key, value in named:
        content = run.contents(value)
        if key == "parents" and isinstance(content, (ListCell, TupleValue)):
            for parent in content.items:
                theirs = run.contents(parent)
                if isinstance(theirs, InstanceCell) and is_parser(theirs.cls):
                    for name, held in theirs.attributes:
                        cell = cell.put(name, held) if name.startswith("-") else cell
    return run.allocate(cell)


def is_parser(cls: ClassValue, names: frozenset[str] = PARSERS, depth: int = 6) -> bool:
    """Whether a class is a parser of a library, or derives from one."""
    return depth > 0 and any(
        base.dotted in names if isinstance(base, External) else isinstance(base, ClassValue) and is_parser(base, names, depth - 1)
        for base in cls.bases
    )


def method(
    run: Machine, receiver: Value, cell: InstanceCell, name: str, positional: tuple[Value, ...], named: Named, place: Place
) -> Value | None:
    """A method that an object inherits from a library's parser; None where it is none, or does not matter."""
    if name == "parse_args" and is_parser(cell.cls, _TYPED):
        return receiver
    if name == "parse_args_into_dataclasses" and is_parser(cell.cls, OF_DATA_CLASSES):
        return TupleValue(tuple(of_data_classes(run, (value,), (), place) for key, value in cell.attributes))
    if not isinstance(receiver, Ref) or not is_parser(cell.cls):
        return None
    if name in _GROUPS:
        return receiver
    if name == "add_argument":
        option = _option(run, positional, named, place)
        if option is not None:
            run.state.set(receiver.address, cell.put(f"-{option[0]}", option[1]))
            constant_site(run, *option, place)
    elif name == "set_defaults":
        for key, value in sorted(named, key=lambda item: item[0] != "**"):
            if key == "**":  # any of the others may be another
                cell = InstanceCell(cell.cls, tuple(item for item in cell.attributes if not item[0].startswith("-")))
            elif (kept := _kept(run, key, value)) is not None:
                cell = cell.put(f"-{key}", kept)
        run.state.set(receiver.address, cell)
    elif name in {"parse_args", "parse_known_args", "parse_intermixed_args"}:
        namespace = _namespace(run, cell, positional, place)
        return TupleValue((namespace, run.unknown())) if name == "parse_known_args" else namespace
    return None


def _namespace(run: Machine, cell: InstanceCell, positional: tuple[Value, ...], place: Place) -> Value:
    options = tuple((name[1:], value) for name, value in cell.attributes if name.startswith("-"))
    given = run.contents(positional[0]) if positional else None
    if not options or (isinstance(given, (ListCell, TupleValue)) and given.items):
        return run.unknown("output", "parse_args", place)
    return run.allocate(DictCell(options, open=True))


def _option(run: Machine, positional: tuple[Value, ...], named: Named, place: Place) -> tuple[str, Value] | None:
    """The destination and default of ``add_argument("--img-mean", ...)``; None for options that hold no stats."""
    arguments = dict(named)
    if "action" in arguments and not _is_text(run, arguments["action"], "store"):
        return None
    dest = run.contents(arguments["dest"]) if "dest" in arguments else None
    name = dest.value if isinstance(dest, Constant) and isinstance(dest.value, str) else destination(run, positional)
    default = arguments.get("default")
    if default is None or not name:
        return None
    kept = _kept(run, name, _converted(run, default, arguments.get("type"), place))
    return None if kept is None else (name, kept)


def _is_text(run: Machine, value: Value, wanted: str) -> bool:
    content = run.contents(value)
    return isinstance(content, Constant) and content.value == wanted


def destination(run: Machine, positional: tuple[Value, ...]) -> str:
    """The attribute that ``"-m", "--img-mean"`` ends up in: the first long option, else the first of all."""
    contents = [run.contents(value) for value in positional]
    names = [content.value for content in contents if isinstance(content, Constant) and isinstance(content.value, str)]
    chosen = next((name for name in names if name.startswith("--")), names[0] if names else "")
    return chosen.lstrip("-").replace("-", "_")


def _converted(run: Machine, default: Value, converter: Value | None, place: Place) -> Value:
    """A default that is a string goes through ``type``, as what the user types does."""
    from normlint.evaluate.calls import call

    content = run.contents(default)
    if isinstance(content, Constant) and isinstance(content.value, str) and isinstance(converter, (FunctionValue, External)):
        return flush(run, call(run, converter, (default,), (), place))
    return default


def _kept(run: Machine, name: str, value: Value) -> Value | None:
    """A default that counts, marked as what it is; None for one that no site can be made of."""
    content = run.contents(value)
    labelled = feeds(name) and not _NOISE.search(name)
    if isinstance(content, Constant) and isinstance(content.value, str):
        counts = content.value.endswith(SUFFIXES) or (labelled and content.value[:1].isdigit())
        return relabel(content, source=SOURCE) if counts else None
    numbers = vector_of(run, value)
    if numbers is None or not (labelled or len(numbers.numbers) > 2) or run.replaced(name, numbers.numbers):
        return None
    if isinstance(content, (ListCell, TupleValue)):
        return TupleValue(tuple(relabel(item, source=SOURCE) for item in content.items))
    return relabel(content, source=SOURCE) if isinstance(content, (Constant, Vector)) else None


def click_defaults(run: Machine, decorators: tuple[ir.Expression, ...]) -> dict[str, Value]:
    """The defaults that ``@click.option("--mean", default=...)`` gives to parameters, by the parameter's name."""
    from normlint.evaluate.expressions import evaluate

    found: dict[str, Value] = {}
    for decorator in decorators:
        if not isinstance(decorator, ir.Call) or not isinstance(decorator.function, (ir.Name, ir.Attribute)):
            continue
        last = decorator.function.name if isinstance(decorator.function, ir.Attribute) else decorator.function.identifier
        if last != "option" or evaluate(run, decorator.function) not in _CLICK:
            continue
        positional = tuple(evaluate(run, a.value) for a in decorator.arguments if a.keyword is None and not a.star)
        default = next((a.value for a in decorator.arguments if a.keyword == "default"), None)
        name = _click_name(run, positional)
        kept = _kept(run, name, evaluate(run, default)) if default is not None and name else None
        if kept is not None:
            found[name] = kept
            constant_site(run, name, kept, run.place(decorator))
    return found


_CLICK = frozenset(External(name) for name in CLICK_OPTIONS)


def _click_name(run: Machine, positional: tuple[Value, ...]) -> str:
    """click takes a name without dashes where one is given, else the longest of the options."""
    contents = [run.contents(value) for value in positional]
    names = [content.value for content in contents if isinstance(content, Constant) and isinstance(content.value, str)]
    plain = [name for name in names if name.isidentifier()]
    chosen = plain[0] if plain else max((name.split("/")[0] for name in names), key=len, default="")
    return chosen.lstrip("-").replace("-", "_").lower()


def declared_default(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    """``typer.Option(default)``, ``dataclasses.field(default_factory=...)``, ``pydantic.Field(default)``."""
    from normlint.evaluate.calls import call

    arguments = dict(named)
    factory = arguments.get("default_factory", arguments.get("factory"))
    if factory is not None:
        made = flush(run, call(run, factory, (), (), place))
        return made if vector_of(run, made) is not None or isinstance(made, Ref) else run.unknown()
    default = arguments.get("default", values[0] if values else None)
    return default if default is not None and vector_of(run, default) is not None else run.unknown()


def parser_of_data_classes(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    """``HfArgumentParser((ModelArguments, DataArguments))``, with the classes as numbered attributes."""
    from normlint.evaluate.iteration import items_of

    first = next((value for key, value in named if key == "dataclass_types"), values[0] if values else None)
    classes = [first] if isinstance(first, ClassValue) else (items_of(run, first) if first is not None else None) or []
    cls = ClassValue("HfArgumentParser", (), (External("transformers.HfArgumentParser"),), "", _FOREIGN)
    return run.allocate(InstanceCell(cls, tuple((f"-{number}", value) for number, value in enumerate(classes))))


def of_data_classes(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    """``tyro.cli(Config)``, ``simple_parsing.parse(Config)``: an object with the class's own defaults."""
    from normlint.evaluate.calls import call

    first = values[0] if values else None
    return call(run, first, (), (), place) if isinstance(first, ClassValue) else run.unknown("output", "parse_args", place)
