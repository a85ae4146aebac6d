"""A byte-level test that throws away files which cannot hold a site; it may keep too much, never too little."""

from __future__ import annotations

from functools import cache

from normlint.catalogue import Catalogue, catalogue

# Spellings that no name of the catalogue contains: numbers and words of hand-written normalizations.
_WORDS = (
    b"normali", b"denorm", b"unnorm", b"255", b"127.5", b"128.", b"mean", b"std", b"uint8", b"clamp", b"clip(",
    b"totensor", b"to_tensor", b"preprocess", b"0.00392", b"imread", b"imwrite", b"imsave", b"imshow", b"fromarray",
    b".div(", b".mul(", b".div_(", b".mul_(", b".sub(", b"[0.", b"(0.", b"save_image", b"make_grid",
    b".byte(", b"65535", b"* 2 - 1", b"*2-1", b"2 * ", b"/ 2", b"0.5", b"image",
    # What hands images to a model: the place may hold no number at all.
    b"loader", b".fit", b"fit_generator", b"backward(", b".predict", b"no_grad", b"inference_mode", b"load_state_dict",
    b"load_weights", b"load_model", b"inferencesession",
)  # fmt: skip


def words() -> tuple[bytes, ...]:
    """The fixed spellings and the last names of the catalogue's APIs, lower-case."""
    return _words(catalogue())


@cache
def _words(known: Catalogue) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys((*_WORDS, *sorted(word.lower().encode() for word in known.trigger_words()))))


def may_hold_sites(data: bytes) -> bool:
    """Whether a file must be parsed."""
    if b"\0" in data:
        return True  # UTF-16, or no text at all: lowering says which
    lowered = data.lower()
    return any(word in lowered for word in words())
