"""A transform class of the project is a site where an object of it is made: what the object does to an image is tried out."""

from __future__ import annotations

from normlint.evaluate.attributes import bind_method
from normlint.evaluate.helper_sites import entering_images, observe_map, way_through
from normlint.evaluate.machine import Machine, class_member
from normlint.evaluate.memory import part_of
from normlint.evaluate.observations import Observation
from normlint.evaluate.trial import trial
from normlint.pixelmap import IDENTITY
from normlint.places import Place
from normlint.values import (
    ClassValue,
    Composition,
    FunctionValue,
    InstanceCell,
    ListCell,
    Ref,
    Transform,
    TupleValue,
    Value,
    as_image,
)

_STEPS = 2_000
_DEEPEST_STACK = 3


def probe(run: Machine, cls: ClassValue, instance: Ref, arguments: tuple[Value, ...], place: Place) -> None:
    """List the construction where a call of the object maps an image and does nothing that is not known.

    An object that only runs others which it is given (a Compose) is none: they are sites by themselves.
    """
    if run.muted or len(run.stack) > _DEEPEST_STACK or any(_runs(run, argument) for argument in arguments):
        return
    method, owner = class_member(cls, "__call__")
    if method is None:
        method, owner = class_member(cls, "forward")
    if not isinstance(method, FunctionValue) or not run.matters(method, called=True):
        return
    parts = tuple(part_of(run, argument) for argument in arguments)
    key = None if None in parts else ("probe", place, cls.place, parts)
    if key is not None and key in run.remembered:
        return
    if key is not None:
        run.remembered[key] = True
    _try_out(run, cls, bind_method(method, instance, owner), place)


def _runs(run: Machine, argument: Value) -> bool:
    """Whether an argument is a transform, an object, a function, or a list of them."""
    content = run.contents(argument)
    if isinstance(content, (ListCell, TupleValue)):
        return any(_runs(run, item) for item in content.items)
    return isinstance(content, (Transform, Composition, FunctionValue, InstanceCell, ClassValue))


def _try_out(run: Machine, cls: ClassValue, method: Value, place: Place) -> None:
    from normlint.evaluate.calls import call

    assert isinstance(method, FunctionValue)
    image = as_image(run.unknown("parameter", "image"))
    wanted = sum(p.kind == "positional" and d is None for p, d in zip(method.parameters, method.defaults, strict=True))
    others = tuple(run.unknown("parameter") for _ in range(max(0, wanted - 2)))
    way = None
    with trial(run, _STEPS):
        held = run.allocate(image)
        entering = entering_images(run, (held,))
        result = call(run, method, (held, *others), (), place)
        way = way_through(run, entering, result, run.numbering.last)
    if way is None:
        return
    if way.affine != IDENTITY:
        observe_map(run, cls.name, way, place)
    elif "ToTensor" in cls.name and way.after.container == "torch" and not way.steps:
        run.observe(
            Observation("cast", cls.name, place, IDENTITY, source="literal", before=way.before, after=way.after, helper=True)
        )
