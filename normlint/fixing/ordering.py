"""What stands in the wrong order: transforms of a list, and a clamp after the operation that it should come before."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from normlint.fixes import ClampFirst, Fix, MoveBehind
from normlint.fixing.document import Replacement
from normlint.fixing.files import File, Files, Patch
from normlint.fixing.images import CAST_METHODS, CLAMP_METHODS, image_of
from normlint.fixing.syntax import is_atom, is_fragile


def move_behind(files: Files, fix: Fix, change: MoveBehind) -> Iterator[Patch]:
    """``[Normalize(...), Resize(8), ToTensor()]`` to ``[Resize(8), ToTensor(), Normalize(...)]``"""
    file = files.python(fix.place.path)
    if file is None or change.other.path != fix.place.path:
        return
    found = [file.syntax.expression(file.document.extent(place)) for place in (fix.place, change.other)]
    first, last = found
    if first is None or last is None:
        return
    element = file.syntax.parents[first]
    display = file.syntax.parents[element]
    if not isinstance(display, (cst.List, cst.Tuple)) or file.syntax.parents.get(file.syntax.parents[last]) is not display:
        return
    values = [item.value for item in display.elements]
    start, end = values.index(first), values.index(last)
    stretch = values[start : end + 1]
    if start >= end or _has_comment(file, stretch):
        return
    spelled = [file.syntax.spelled(value) for value in stretch]
    yield {
        fix.place.path: tuple(
            Replacement(*file.syntax.whole(value), text)
            for value, text in zip(stretch, [*spelled[1:], spelled[0]], strict=True)
        )
    }


def _has_comment(file: File, values: list[cst.BaseExpression]) -> bool:
    """Whether a comment stands beside the elements, which would stay behind when they move."""
    start, end = file.syntax.whole(values[0])[0], file.syntax.whole(values[-1])[1]
    line_end = file.syntax.text.find("\n", end)
    return "#" in file.syntax.text[start : line_end if line_end >= 0 else None]


def clamp_first(files: Files, fix: Fix, change: ClampFirst) -> Iterator[Patch]:
    """``x.astype(np.uint8).clip(0, 255)`` to ``x.clip(0, 255).astype(np.uint8)``, functions and methods alike.

    An operation is what its call puts before and after the image; the two are exchanged.
    """
    file = files.python(fix.place.path)
    if file is None:
        return
    outer = file.syntax.expression(file.document.extent(fix.place))
    inner = image_of(file, outer, CLAMP_METHODS) if isinstance(outer, cst.Call) else None
    if not isinstance(outer, cst.Call) or not isinstance(inner, cst.Call) or inner.lpar:
        return
    if change.other is not None and file.document.extent(change.other) != file.syntax.inner(inner):
        return
    image = image_of(file, inner, CAST_METHODS)
    if image is None or is_fragile(image):
        return
    text = file.syntax.text
    (outer_start, outer_end), (inner_start, inner_end) = file.syntax.inner(outer), file.syntax.whole(inner)
    prefix, suffix = text[outer_start:inner_start], text[inner_end:outer_end]
    start, end = file.syntax.whole(image)
    if prefix and len(image.lpar) == 1 and "\n" not in text[start:end]:  # the brackets of the function are enough
        start, end = file.syntax.inner(image)
    if "#" in text[outer_start:start] or "#" in text[end:outer_end]:
        return
    before, after = text[inner_start : file.syntax.whole(image)[0]], text[file.syntax.whole(image)[1] : inner_end]
    bare = not prefix and not is_atom(image)  # a method on what was an argument
    yield {
        fix.place.path: tuple(
            replacement
            for replacement in (
                Replacement(outer_start, start, f"{before}{prefix}" + "(" * bare),
                Replacement(end, outer_end, ")" * bare + f"{suffix}{after}"),
            )
            if text[replacement.start : replacement.end] != replacement.text
        )
    }
