"""NL103 denormalize-mismatch"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.claims import denormalize_claims, describe, is_half, is_picture, name_of, normalized_stats, undone_by
from normlint.evaluate.observations import Observation, steps_of
from normlint.facts import Facts, only_normalization
from normlint.findings import Finding, Related
from normlint.fixes import Fix
from normlint.inverses import broken_pairs
from normlint.offers import undo_stats, use_stats
from normlint.pixelmap import Stats
from normlint.places import Place
from normlint.rules.registry import Rule


def _is_inverse_attempt(observation: Observation) -> bool:
    """A denormalize, or a Normalize call whose numbers can only be meant as an inverse."""
    if observation.kind == "denormalize":
        affine = observation.affine  # ``labels + 1`` undoes nothing
        return affine is None or affine.gain != (1.0,) or affine.bias != (1.0,)
    if observation.mean is None or not any(observation.mean):
        return False  # the first half of an inverse in two steps
    return observation.std is not None and min(observation.std) > 1.2 and max(map(abs, observation.mean)) < 10


def _by_flow(observation: Observation, stats: Stats) -> Iterator[Finding]:
    image, after = observation.before, observation.after
    if image is None or after is None or after.map is None or not _is_inverse_attempt(observation):
        return
    if is_picture(after.map) or (observation.helper and not observation.labels and observation.mean is None):
        return
    if any(step.operation in {"minmax", "mix"} for step in steps_of(image)):
        return
    claims = denormalize_claims(observation.affine) if observation.affine is not None else ()
    if not claims or any(undone_by(claim, stats) for claim in claims) or is_half(observation.affine, stats):
        return
    places = [step.place for step in steps_of(image) if step.affine is not None and step.operation != "to_unit"]
    yield _finding(observation, describe(_named(claims)), stats, places[-1] if places else observation.place, "high")


def _agrees(observation: Observation) -> bool:
    """Whether this evaluation of a denormalize gives the picture back."""
    return observation.after is not None and observation.after.map is not None and is_picture(observation.after.map)


def _named(claims: tuple[Stats, ...]) -> Stats:
    """Of several readings the one that has a name."""
    return next((claim for claim in claims if name_of(claim)), claims[0])


def _by_file(observation: Observation, stats: Stats, place: Place) -> Iterator[Finding]:
    anchored = observation.before is not None and observation.before.anchored
    if anchored or observation.affine is None or observation.mean is None or observation.std is None:
        return
    claims = denormalize_claims(observation.affine)
    if claims and not is_half(observation.affine, stats) and not any(undone_by(claim, stats) for claim in claims):
        yield _finding(observation, describe(_named(claims)), stats, place, "medium")


def _finding(observation: Observation, claim: str, stats: Stats, place: Place, confidence: str) -> Finding:
    where = f"{place.path}:{place.line}"
    called = observation.stack[-1] if observation.stack else observation.place
    formula = () if called == observation.place else (Related(observation.place, "the formula"),)
    return RULE.finding(
        called,
        f"this denormalize undoes {claim}, but the data is normalized with {describe(stats)} ({where})",
        label="undoes other stats", related=(*formula, Related(place, "normalized here")), key=f"{claim} | {describe(stats)}",
        confidence="high" if confidence == "high" else "medium", fix=_fix(observation, called, stats, place),
    )


def _fix(observation: Observation, called: Place, stats: Stats, reference: Place) -> Fix | None:
    """The right stats where they are handed on: to a helper with the formula, or to a Normalize that stands for an inverse."""
    mean, std = observation.mean, observation.std
    if observation.kind == "normalize":
        return use_stats(observation.place, mean, std, stats, inverse=True) if observation.api.endswith(".Normalize") else None
    if called == observation.place:
        return undo_stats(observation, stats, reference)
    return use_stats(called, mean, std, stats, reference=reference, formula=observation.place)


def _by_name(facts: Facts) -> Iterator[Finding]:
    """Functions of one module or class that say in their names that one undoes the other."""
    for pair in broken_pairs(facts.function_maps, lambda: facts.observations("sink")):
        undone = (Related(pair.forward.place, "what it should undo"),)
        yield RULE.finding(pair.inverse.place, pair.message, label="no inverse", related=undone, confidence="medium")


def check(facts: Facts) -> Iterator[Finding]:
    """A denormalize does not undo the normalize that it is paired with.

    ## What it does
    Where the data flow from a normalize to a denormalize is known, checks that the product of both maps is the picture
    again: 0..1, or 0..255 with or without the half that makes a truncating cast round (`127.5 * x + 128` is the right inverse
    of 0.5/0.5). Where it is not known, a denormalize is compared with the one normalization of its file, and functions that are
    named as inverses (`normalize` and `denormalize`, `transform` and `inverse_transform`) with each other.

    ## Why is this bad?
    Colours and contrast of every saved picture are wrong, and metrics on them as well.

    ## Example
    ```python
    from PIL import Image
    from torchvision import transforms

    transform = transforms.Compose([
        transforms.ToTensor(),
        transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ])
    inputs = transform(Image.open("a.png"))
    shown = inputs * 0.5 + 0.5
    ```

    ## Use instead
    ```python
    import torch
    from PIL import Image
    from torchvision import transforms

    MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    STD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    transform = transforms.Compose([
        transforms.ToTensor(),
        transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ])
    inputs = transform(Image.open("a.png"))
    shown = inputs * STD + MEAN
    ```

    ## Fix safety
    Unsafe: it changes the picture, which is what it is for. Offered where mean and std are arguments: those of a helper that
    holds the formula, or of a Normalize that stands for a denormalize; and for arithmetic with bare numbers on a name whose
    kind of array and channel axis are known. Constants of the normalize are used where they are in reach.
    """
    for file in facts.files:
        only = only_normalization(file)
        right = {(o.place, o.stack) for o in file.of_kind("denormalize", "normalize") if _agrees(o)}
        for observation in file.of_kind("denormalize", "normalize"):
            if (observation.place, observation.stack) in right:
                continue  # it depends on a condition, and under one of them all is well
            if observation.helper or observation.affine is None or (observation.note == "grid" and observation.before is None):
                continue
            stats = normalized_stats(observation.before)
            if stats is not None:
                yield from _by_flow(observation, stats)
            elif only is not None and observation.kind == "denormalize":
                yield from _by_file(observation, *only)


RULE = Rule("NL103", "denormalize-mismatch", "error", True, check, _by_name)
