"""NL305 suspicious-stats"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.catalogue import KnownStats, catalogue
from normlint.claims import written, written_pair
from normlint.dataset_stats import misplaced
from normlint.evaluate.observations import Observation
from normlint.facts import Facts
from normlint.findings import Finding, Related
from normlint.fixes import Fix, ReplaceNumber, SwapStats
from normlint.offers import use_at, use_stats
from normlint.pixelmap import Numbers, Stats, show
from normlint.places import Place
from normlint.rules.registry import Rule

_EXACT = 6e-4
_LEVEL = 1 / 255


def _problem(observation: Observation, mean: Numbers, std: Numbers) -> tuple[str, Fix | None] | None:
    if min(std) <= 0 and min(mean) >= 0:
        return f"std {show(std, 6)} is not positive", None
    if max(std) < _LEVEL and 0 < max(mean) < _LEVEL:
        return f"std {show(std, 4)} is less than one of the 256 levels: mean and std are divided by 255 once too often", None
    if len(mean) != 3 or len(std) != 3:
        return None
    unit = 255.0 if max(mean) > 1.5 else 1.0
    means, stds = tuple(m / unit for m in mean), tuple(s / unit for s in std)
    known = catalogue().known_stats
    triples = [k for k in known if len(k.mean) == 3 and k.status != "trained-in variant"]
    if any(_same(means, k.std) and _same(stds, k.mean) and not _same(k.mean, k.std) for k in triples):
        return f"mean and std are swapped ({written(mean, std)})", _swap(observation)
    if len(set(mean)) > 1 and mean == std:
        right = [k for k in triples if _same(means, k.mean)]
        fix = use_stats(observation.place, mean, std, Stats(right[0].mean, right[0].std)) if right else None
        return f"the mean is used for the std as well ({written(mean, std)})", fix if _is_call(observation) else None
    for name, numbers, other in (("mean", means, stds), ("std", stds, means)):
        known_lists = [getattr(k, name) for k in triples]
        if len(set(numbers)) == 1 or any(_same(numbers, one) or _same(numbers, one[::-1]) for one in known_lists):
            continue
        found = _near_miss(name, numbers, other, triples)
        if found is not None:
            right_numbers, certain = getattr(found, name), _same(other, _partner(name, found))
            wrong = next(i for i in range(3) if abs(numbers[i] - right_numbers[i]) > _EXACT)
            written_wrong, written_right = numbers[wrong] * unit, right_numbers[wrong] * unit
            return (
                f"{name} {show(numbers, 6)} is a near miss of {found.name} {show(right_numbers, 6)}: "
                f"{written_wrong:g} should be {written_right:g}"
            ), _replace(getattr(observation, f"{name}_place"), wrong, written_wrong, written_right) if certain else None
    return None


def _is_call(observation: Observation) -> bool:
    return observation.api != "arithmetic"


def _swap(observation: Observation) -> Fix | None:
    mean, std = observation.mean_place, observation.std_place
    if mean is None or std is None or not _is_call(observation):
        return None
    return Fix("unsafe", observation.place, SwapStats(mean, std), "Exchange mean and std")


def _replace(place: Place | None, index: int, wrong: float, right: float) -> Fix | None:
    if place is None:
        return None
    return Fix("unsafe", place, ReplaceNumber(wrong, round(right, 9), index), f"Replace {wrong:g} by {right:g}")


def _same(a: Numbers, b: Numbers) -> bool:
    return len(a) == len(b) and all(abs(x - y) <= _EXACT for x, y in zip(a, b, strict=True))


def _near_miss(name: str, numbers: Numbers, other: Numbers, known: list[KnownStats]) -> KnownStats | None:
    """The stats that two of three numbers agree with, those first whose other half agrees as well."""
    for candidate in sorted(known, key=lambda stats: not _same(other, _partner(name, stats))):
        right = getattr(candidate, name)
        agree = sum(abs(x - y) <= _EXACT for x, y in zip(numbers, right, strict=True))
        if agree == 2 and len(set(right)) == 3 and (_same(other, _partner(name, candidate)) or name == "mean"):
            return candidate
    return None


def _partner(name: str, stats: KnownStats) -> Numbers:
    return stats.std if name == "mean" else stats.mean


def check(facts: Facts) -> Iterator[Finding]:
    """A near miss of well-known stats, mean and std swapped, a std <= 0, the mean used for both, the stats of other data.

    ## What it does
    Compares mean and std with the table of well-known stats: two of three numbers that agree and one that does not are a typo.
    A transform handed to a data set that has well-known stats of its own (CIFAR, MNIST, SVHN ...), or named after it, is
    compared with those; ImageNet stats and 0.5 fit any data.
    Mean and std that are both smaller than one level (1/255) were divided by 255 twice.

    ## Why is this bad?
    One channel is normalized with a wrong number; nobody notices, as all files share the constant.

    ## Example
    ```python
    from torchvision import transforms

    normalize = transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.255))
    ```

    ## Use instead
    ```python
    from torchvision import transforms

    normalize = transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    ```

    ## Fix safety
    Unsafe: a model that was trained with the odd numbers wants them in inference as well; train it again, or keep them. The
    fix replaces one number where it is written (only where the other half of the stats is the well-known one), exchanges mean
    and std, gives the std that belongs to a well-known mean, or the stats of the data set.
    """
    for file in facts.files:
        for wrong in misplaced(file) if file.handed or file.pipelines else ():
            numbers = f"mean {show(wrong.stats.mean)}, std {show(wrong.stats.std)}"
            right = f"mean {show(wrong.right.mean)}, std {show(wrong.right.std)}"
            yield RULE.finding(
                wrong.place,
                f"{numbers} are the stats of {wrong.stats.name}, but the data is {wrong.dataset} ({right}); {wrong.why}",
                related=(
                    *(() if wrong.related is None else (Related(wrong.related, f"{wrong.dataset} is loaded here"),)),
                    *file.numbers_at(wrong.place),
                ),
                key=f"{wrong.stats.name} | {wrong.dataset}", fix=use_at(file, wrong.place, wrong.right_stats),
            )
        for observation in file.of_kind("normalize", "denormalize"):
            pair = written_pair(observation)
            if pair is None or observation.helper or observation.source == "catalogue":
                continue
            problem = _problem(observation, *pair)
            if problem is not None:
                message, fix = problem
                yield RULE.finding(observation.place, message, related=file.numbers_at(observation.place), key=message, fix=fix)


RULE = Rule("NL305", "suspicious-stats", "warning", True, check)
