"""Builtins and the few functions of the standard library that hand values through."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from normlint.evaluate import configuration, instantiating, options, records
from normlint.evaluate.arithmetic import number_of
from normlint.evaluate.emission import flush
from normlint.evaluate.iteration import element_of, items_of, zipped
from normlint.evaluate.machine import Machine
from normlint.evaluate.parameters import vector_of
from normlint.immutable import replace
from normlint.places import Place
from normlint.values import (
    Bound,
    Constant,
    DictCell,
    External,
    Image,
    ListCell,
    ModuleValue,
    Partial,
    Ref,
    Step,
    Super,
    TupleValue,
    Value,
    Vector,
)

Named = tuple[tuple[str, Value], ...]
Builtin = Callable[[Machine, tuple[Value, ...], Named, Place], Value]
_LONGEST_RANGE = 64
_PLAIN_NUMBER = re.compile(r"\s*-?\d{1,9}(?:\.\d{0,12})?\s*")


def known(dotted: str) -> bool:
    return dotted in _TABLE or dotted.startswith("builtins.")


def call_builtin(run: Machine, dotted: str, positional: tuple[Value, ...], named: Named, place: Place) -> Value:
    handler = _TABLE.get(dotted)
    if handler is None:
        for value in positional:
            flush(run, value)
        return run.unknown("output", dotted.rsplit(".", 1)[-1], place)
    return handler(run, tuple(flush(run, value) for value in positional), named, place)


def _zip(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    rows = zipped(run, values)
    return Partial(Constant(None), values, ()) if rows is None else rows


def _enumerate(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    items = items_of(run, values[0]) if values else None
    if items is None:
        return Partial(Constant(None), (run.unknown(), *values[:1]), ())
    pairs = (TupleValue((Constant(number), item)) for number, item in enumerate(items))
    return run.allocate(ListCell(tuple(pairs)))


def _range(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    numbers = [number_of(value) for value in values]
    if numbers and all(number is not None and number == int(number) for number in numbers):
        try:
            steps = range(*(int(number) for number in numbers if number is not None))
        except (ValueError, TypeError):
            return run.unknown()
        if len(steps) <= _LONGEST_RANGE:
            return run.allocate(ListCell(tuple(Constant(step) for step in steps)))
    return run.unknown()


def _length(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    items = items_of(run, values[0]) if values else None
    axes = axes_of(run, values[0]) if values else None
    if axes is not None:
        return Constant(axes)
    return run.unknown() if items is None else Constant(len(items))


def axes_of(run: Machine, value: Value) -> int | None:
    """``len(image.shape)``: the number of axes of a colour image whose layout is known."""
    if not isinstance(value, Bound) or value.name != "shape":
        return None
    image = run.contents(value.receiver)
    if not isinstance(image, Image) or image.order not in {"RGB", "BGR"} or image.layout is None:
        return None
    return len(image.layout)


def _list(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    if not values:
        return run.allocate(ListCell(()))
    items = items_of(run, values[0])
    if items is None:
        content = run.contents(values[0])
        return run.allocate(content) if isinstance(content, ListCell) else values[0]
    return run.allocate(ListCell(tuple(items)))


def _tuple(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    items = items_of(run, values[0]) if values else []
    return values[0] if items is None else TupleValue(tuple(items))


def _dict(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    from normlint.evaluate.assignment import held
    from normlint.evaluate.expressions import named as with_label

    cell = DictCell((), open=bool(values))
    if values:
        content = run.contents(values[0])
        if isinstance(content, DictCell):
            cell = content
    for name, value in named:
        if name in {"*", "**"}:
            cell = DictCell(cell.items, True)
        else:
            cell = cell.put(name, held(run, with_label(run, name, flush(run, value))))
    return run.allocate(cell)


def _number(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    text = values[0] if values else None
    if isinstance(text, Constant) and isinstance(text.value, str) and _PLAIN_NUMBER.fullmatch(text.value):
        return Constant(float(text.value), source=text.source)
    vector = vector_of(run, values[0]) if values else None
    if vector is None or len(vector.numbers) != 1:
        return run.unknown()
    return Constant(vector.numbers[0], vector.label, vector.place, vector.source)


def _reversed(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    items = items_of(run, values[0]) if values else None
    return run.unknown() if items is None else run.allocate(ListCell(tuple(reversed(items))))


def _map(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    from normlint.evaluate.calls import call

    if len(values) != 2:
        return run.unknown()
    items = items_of(run, values[1])
    if items is None or len(items) > _LONGEST_RANGE:
        result = call(run, values[0], (element_of(run, values[1]),), (), place)
        return run.allocate(ListCell((result,), open=True))
    return run.allocate(ListCell(tuple(call(run, values[0], (item,), (), place) for item in items)))


def _extreme(pick: Callable[[list[float]], float]) -> Builtin:
    """``min`` or ``max`` of several plain numbers."""

    def of(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
        numbers = [number_of(value) for value in values]
        known = [number for number in numbers if number is not None]
        if len(values) < 2 or named or len(known) != len(values):
            return run.unknown()
        chosen = pick(known)
        return Constant(int(chosen) if chosen == int(chosen) else chosen)

    return of


def _round(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    content = run.contents(values[0]) if values else None
    if isinstance(content, Image):
        return replace(content, step=Step("round", place, content.step, label="nearest"))
    number = number_of(content)
    return Constant(round(number)) if number is not None and len(values) == 1 else run.unknown()


def _super(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    function = run.frames[-1].function if run.frames else None
    if function is None or function.owner is None or function.receiver is None:
        return run.unknown()
    return Super(function.receiver, function.owner)


def _getattr(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    from normlint import ir
    from normlint.evaluate.attributes import attribute
    from normlint.places import Span

    if len(values) >= 2 and isinstance(values[1], Constant) and isinstance(values[1].value, str):
        node = ir.EllipsisLiteral(Span(place.line, place.column, place.end_line, place.end_column))
        if isinstance(values[0], ModuleValue):
            run.unit.any_name.add(values[0].path)
        return attribute(run, values[0], values[1].value, node)
    return run.unknown()


def _setattr(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    from normlint.evaluate.attributes import set_attribute

    if len(values) == 3 and isinstance(values[1], Constant) and isinstance(values[1].value, str):
        set_attribute(run, values[0], values[1].value, values[2])
    elif len(values) == 3 and isinstance(values[0], Ref) and isinstance(cell := run.cell(values[0]), DictCell):
        run.state.set(values[0].address, configuration.without_defaults(run, cell))  # whatever name it is
    return Constant(None)


def _dir(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    """The globals of a module of the project: settings that are copied into an object one by one."""
    from normlint.evaluate.imports import module_scope

    module = values[0] if values else None
    if not isinstance(module, ModuleValue) or module_scope(run, module.path) is None:
        return run.unknown()
    run.unit.any_name.add(module.path)
    names = run.exports.get(module.path, ())[:_LONGEST_RANGE]
    return run.allocate(ListCell(tuple(Constant(name) for name in names)))


def _first(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    return element_of(run, values[0]) if values else run.unknown()


def _same(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    return values[0] if values else run.unknown()


def _partial(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    return Partial(values[0], values[1:], named) if values else run.unknown()


def _sum(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    vector = vector_of(run, values[0]) if values else None
    return run.unknown() if vector is None else Constant(sum(vector.numbers))


def _sqrt(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    vector = vector_of(run, values[0]) if values else None
    if vector is None or any(number < 0 for number in vector.numbers):
        return run.unknown()
    return Vector(tuple(number**0.5 for number in vector.numbers), vector.label, vector.place, vector.source)


_ARRAYS = {"numpy.ndarray": "numpy", "torch.Tensor": "torch", "PIL.Image.Image": "pil", "tensorflow.Tensor": "tensorflow"}
_CONTAINERS = {"builtins.list": ListCell, "builtins.tuple": TupleValue, "builtins.dict": DictCell}


def _is_instance(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    """What is known of a picture's, array's or container's type; everything else stays unknown."""
    if len(values) != 2:
        return run.unknown()
    classes = items_of(run, values[1])
    answers = [_is_of(run, values[0], cls) for cls in (classes if classes is not None else [values[1]])]
    if any(answers):
        return Constant(True)
    return Constant(False) if all(answer is False for answer in answers) else run.unknown()


def _is_of(run: Machine, value: Value, cls: Value) -> bool | None:
    content = run.contents(value)
    dotted = cls.dotted if isinstance(cls, External) else ""
    if isinstance(content, Image) and content.container in _ARRAYS.values():
        if dotted in _CONTAINERS or dotted == "builtins.str":
            return False
        return _ARRAYS[dotted] == content.container if dotted in _ARRAYS else None
    if isinstance(content, (ListCell, TupleValue, DictCell)) and (dotted in _CONTAINERS or dotted in _ARRAYS):
        return dotted in _CONTAINERS and isinstance(content, _CONTAINERS[dotted])
    return None


def _is_tensor(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    return _is_instance(run, (*values[:1], External("torch.Tensor")), named, place)


def _variables(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    """``vars(args)`` is the dict of a namespace itself."""
    return values[0] if values and isinstance(run.contents(values[0]), DictCell) else run.unknown("output", "vars", place)


def _replaced(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    return records.replaced(run, values, named)


def _named_tuple(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    return records.named_tuple(run, values, place)


def _search_path(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    from normlint.evaluate.imports import add_folder

    add_folder(run, values)
    return Constant(None)


# accelerate==1.15.0 accelerate/accelerator.py:1579 (prepare gives back what it was given, in that order),
# lightning==2.6.0 lightning/fabric/fabric.py (setup, setup_dataloaders).
_LAUNCHERS = ("accelerate.Accelerator()", "accelerate.accelerator.Accelerator()", "lightning.Fabric()",
              "lightning.fabric.Fabric()", "lightning_fabric.Fabric()")  # fmt: skip
_PREPARES = ("prepare", "prepare_model", "prepare_data_loader", "setup", "setup_module", "setup_dataloaders", "unwrap_model",
             "gather", "gather_for_metrics", "to_device")  # fmt: skip


def _prepared(run: Machine, values: tuple[Value, ...], named: Named, place: Place) -> Value:
    """What is wrapped for several devices, as it was: one value, or a tuple of them."""
    if named or not values:
        return run.unknown("output", "prepare", place)
    return values[0] if len(values) == 1 else TupleValue(values)


# Dicts whose keys are also attributes: easydict==1.13, yacs==0.1.8, fvcore, detectron2, ml_collections==1.0, omegaconf==2.3
# (a dict given to ``create``), addict==2.4, munch==4.0, python-box==7.3, mmengine==0.10 and mmcv==1.7.
_NAMESPACES = (
    "easydict.EasyDict", "types.SimpleNamespace", "argparse.Namespace", "yacs.config.CfgNode", "fvcore.common.config.CfgNode",
    "detectron2.config.CfgNode", "detectron2.config.config.CfgNode", "ml_collections.ConfigDict",
    "ml_collections.config_dict.ConfigDict", "ml_collections.FrozenConfigDict", "ml_collections.config_dict.FrozenConfigDict",
    "omegaconf.OmegaConf.create", "omegaconf.DictConfig", "addict.Dict",
    "munch.Munch", "munch.munchify", "munch.DefaultMunch", "box.Box", "mmengine.ConfigDict", "mmengine.config.ConfigDict",
    "mmcv.ConfigDict", "mmcv.utils.ConfigDict",
)  # fmt: skip

_FIELDS = ("typer.Option", "typer.Argument", "dataclasses.field", "pydantic.Field", "attr.ib", "attrs.field")
# PyYAML==6.0, omegaconf==2.3, json and ruamel.yaml: what reads a config file, or its text.
_LOADERS = (
    "yaml.safe_load", "yaml.load", "yaml.full_load", "yaml.unsafe_load", "json.load", "json.loads",
    "omegaconf.OmegaConf.load", "ruamel.yaml.safe_load", "ruamel.yaml.load",
)  # fmt: skip
# mmengine==0.10 config/config.py, mmcv==1.7 utils/config.py: python files too.
_CONFIG_MODULES = (
    "mmengine.Config.fromfile", "mmengine.config.Config.fromfile", "mmcv.Config.fromfile", "mmcv.utils.Config.fromfile",
)  # fmt: skip

_TABLE: dict[str, Builtin] = {
    "builtins.zip": _zip,
    "builtins.enumerate": _enumerate,
    "builtins.range": _range,
    "builtins.len": _length,
    "builtins.list": _list,
    "builtins.tuple": _tuple,
    "builtins.dict": _dict,
    "collections.OrderedDict": _dict,
    **dict.fromkeys(_NAMESPACES, _dict),
    **{name: partial(options.parser, dotted=name) for name in options.PARSERS},
    **dict.fromkeys(_FIELDS, options.declared_default),
    **dict.fromkeys(options.OF_DATA_CLASSES, options.parser_of_data_classes),
    "tyro.cli": options.of_data_classes,
    "simple_parsing.parse": options.of_data_classes,
    "builtins.vars": _variables,
    **dict.fromkeys(("builtins.open", "pathlib.Path", "io.open", "codecs.open"), configuration.opened),
    "os.path.join": configuration.path_joined,
    **dict.fromkeys(_LOADERS, configuration.loaded),
    "omegaconf.OmegaConf.merge": configuration.merged,
    **dict.fromkeys(("omegaconf.OmegaConf.to_container", "omegaconf.OmegaConf.structured"), configuration.same),
    **dict.fromkeys(_CONFIG_MODULES, configuration.from_file),
    **dict.fromkeys(("hydra.utils.instantiate", "hydra.utils.call"), instantiating.instantiate),
    "importlib.import_module": instantiating.imported,
    **{f"{launcher}.{name}": _prepared for launcher in _LAUNCHERS for name in _PREPARES},
    "builtins.float": _number,
    "builtins.int": _number,
    "builtins.reversed": _reversed,
    "builtins.map": _map,
    "builtins.min": _extreme(min),
    "builtins.max": _extreme(max),
    "builtins.round": _round,
    "builtins.sum": _sum,
    "builtins.super": _super,
    "builtins.getattr": _getattr,
    "builtins.setattr": _setattr,
    "builtins.dir": _dir,
    "builtins.isinstance": _is_instance,
    "torch.is_tensor": _is_tensor,
    "builtins.next": _first,
    "builtins.iter": _same,
    "copy.copy": _same,
    "copy.deepcopy": _same,
    "tqdm.tqdm": _same,
    "tqdm.auto.tqdm": _same,
    "torch.nn.DataParallel": _same,
    "torch.nn.parallel.DataParallel": _same,
    "torch.nn.parallel.DistributedDataParallel": _same,
    "torch.nn.SyncBatchNorm.convert_sync_batchnorm": _same,
    "torch.compile": _same,
    "torch.jit.script": _same,
    "functools.partial": _partial,
    "dataclasses.replace": _replaced,
    "attr.evolve": _replaced,
    "attrs.evolve": _replaced,
    "collections.namedtuple": _named_tuple,
    "sys.path.append": _search_path,
    "sys.path.insert": _search_path,
    "numpy.sqrt": _sqrt,
    "math.sqrt": _sqrt,
}
