"""Trainers of libraries: ``trainer.fit(model, loader)`` hands the loader's batches to the model's steps."""

from __future__ import annotations

from normlint.evaluate.datasets import item_of, iterates
from normlint.evaluate.feeding import is_model
from normlint.evaluate.machine import Machine, class_member
from normlint.places import Place
from normlint.values import Constant, FunctionValue, InstanceCell, ListCell, Ref, TupleValue, Value

Named = tuple[tuple[str, Value], ...]

# lightning==2.6.0 lightning/pytorch/trainer/trainer.py: the loaders of each method, by position and keyword, and the
# steps of the LightningModule that get their batches.
_STEPS: dict[str, tuple[tuple[str, tuple[str, ...], str], ...]] = {
    "fit": (
        ("training_step", ("train_dataloaders", "train_dataloader", "train_loader"), "train_dataloader"),
        ("validation_step", ("val_dataloaders", "val_dataloader", "valid_dataloader"), "val_dataloader"),
    ),
    "validate": (("validation_step", ("dataloaders", "val_dataloaders"), "val_dataloader"),),
    "test": (("test_step", ("dataloaders", "test_dataloaders"), "test_dataloader"),),
    "predict": (("predict_step", ("dataloaders",), "predict_dataloader"),),
}


def run_trainer(run: Machine, name: str, positional: tuple[Value, ...], named: Named, place: Place) -> None:
    """Evaluate the steps of a model on what the loaders deliver; nothing happens for other calls of these names."""
    steps = _STEPS.get(name)
    arguments = dict(named)
    model = positional[0] if positional else arguments.get("model")
    content = run.contents(model) if model is not None else None
    if steps is None or not isinstance(model, Ref) or not isinstance(content, InstanceCell) or not is_model(content.cls):
        return
    module = arguments.get("datamodule")
    for source in (module, model):
        if source is not None:
            _set_up(run, source, name, place)
    for number, (step, keywords, maker) in enumerate(steps):
        loader = next((arguments[keyword] for keyword in keywords if keyword in arguments), None)
        if loader is None and len(positional) > number + 1:
            loader = positional[number + 1]
        for source in (loader, module, model):
            found = _loader(run, source, maker, place) if source is not None else None
            if found is not None:
                _step(run, model, content, step, found, place)
                break


def _set_up(run: Machine, source: Value, name: str, place: Place) -> None:
    """What a trainer calls before it asks for loaders: ``setup(stage)`` may make the data sets."""
    from normlint.evaluate.attributes import bind_method
    from normlint.evaluate.calls import call

    content = run.contents(source)
    member, owner = class_member(content.cls, "setup") if isinstance(content, InstanceCell) else (None, None)
    if isinstance(member, FunctionValue) and owner is not None:
        call(run, bind_method(member, source, owner), (Constant(name),), (), place)


def _loader(run: Machine, source: Value, maker: str, place: Place) -> Value | None:
    """A loader itself, the first of a list, or what a data module's method makes."""
    from normlint.evaluate.attributes import attribute
    from normlint.evaluate.calls import call
    from normlint.ir import EllipsisLiteral
    from normlint.places import Span

    content = run.contents(source)
    if isinstance(content, (ListCell, TupleValue)) and content.items:
        return _loader(run, content.items[0], maker, place)
    if isinstance(content, InstanceCell) and isinstance(class_member(content.cls, maker)[0], FunctionValue):
        node = EllipsisLiteral(Span(place.line, place.column, place.end_line, place.end_column))
        return _loader(run, call(run, attribute(run, source, maker, node), (), (), place), "", place)
    return source if iterates(run, source) else None


def _step(run: Machine, model: Ref, cell: InstanceCell, step: str, loader: Value, place: Place) -> None:
    from normlint.evaluate.attributes import bind_method
    from normlint.evaluate.calls import call

    member, owner = class_member(cell.cls, step)
    if isinstance(member, FunctionValue):
        call(run, bind_method(member, model, owner), (item_of(run, loader), run.unknown(name="index")), (), place)
