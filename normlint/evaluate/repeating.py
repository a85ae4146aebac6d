"""Loops that may run any number of times: which images their body leaves as it found them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from normlint import ir
from normlint.evaluate.machine import Machine
from normlint.evaluate.state import Content
from normlint.evaluate.trial import trial
from normlint.values import Alternatives, Image, Ref, Value

_STEPS = 1_500
_DEEPEST = 2  # loops within loops, each of which tries its body out


def left_alone(
    run: Machine, names: Iterable[str], body: tuple[ir.Statement, ...], enter: Callable[[], None]
) -> frozenset[str]:  # fmt: skip
    """The names whose image one turn of the loop gives back as it was: ``image = cv2.circle(image, ...)``.

    The turn is tried out and nothing of it is kept. ``enter`` binds what the loop runs over.
    """
    before = {name: found for name in names if (found := _known(run, run.lookup(name)[0]))}
    if not before or run.repeating >= _DEEPEST:
        return frozenset()
    from normlint.evaluate.statements import run_block

    kept: frozenset[str] = frozenset()
    run.repeating += 1
    try:
        with trial(run, _STEPS):
            enter()
            run_block(run, body)
            kept = frozenset(name for name, known in before.items() if _known(run, run.lookup(name)[0]) == known)
    finally:
        run.repeating -= 1
    return kept


def _known(run: Machine, value: Value | None) -> frozenset[object]:
    """What is known of an image, by its alternatives; empty where it is none, or of unknown origin."""
    images = [] if value is None else list(_images(run, run.contents(value)))
    if not images or not all(isinstance(image, Image) and (image.anchored or image.interval) for image in images):
        return frozenset()
    return frozenset(
        (image.origin, image.map, image.anchored, image.interval, image.dtype, image.order, image.container, image.pending)
        for image in images if isinstance(image, Image)
    )  # fmt: skip


def _images(run: Machine, content: Content) -> Iterator[Content]:
    if isinstance(content, Ref):
        content = run.contents(content)
    if isinstance(content, Alternatives):
        for _, option in content.options:
            yield from _images(run, option)
    else:
        yield content
