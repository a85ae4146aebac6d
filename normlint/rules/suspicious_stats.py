"""NL305 suspicious-stats"""

from __future__ import annotations

from collections.abc import Iterator

from normlint.catalogue import KnownStats, catalogue
from normlint.claims import written, written_pair
from normlint.facts import Facts
from normlint.findings import Finding
from normlint.pixelmap import Numbers, show
from normlint.rules.registry import Rule

_EXACT = 6e-4
_LEVEL = 1 / 255


def _problem(mean: Numbers, std: Numbers) -> str | None:
    if min(std) <= 0 and min(mean) >= 0:
        return f"std {show(std, 6)} is not positive"
    if max(std) < _LEVEL and 0 < max(mean) < _LEVEL:
        return f"std {show(std, 4)} is less than one of the 256 levels: mean and std are divided by 255 once too often"
    if len(mean) != 3 or len(std) != 3:
        return None
    unit = 255.0 if max(mean) > 1.5 else 1.0
    means, stds = tuple(m / unit for m in mean), tuple(s / unit for s in std)
    known = catalogue().known_stats
    triples = [k for k in known if len(k.mean) == 3 and k.status != "trained-in variant"]
    if any(_same(means, k.std) and _same(stds, k.mean) and not _same(k.mean, k.std) for k in triples):
        return f"mean and std are swapped ({written(mean, std)})"
    if len(set(mean)) > 1 and mean == std:
        return f"the mean is used for the std as well ({written(mean, std)})"
    for name, numbers, other in (("mean", means, stds), ("std", stds, means)):
        known_lists = [getattr(k, name) for k in triples]
        if len(set(numbers)) == 1 or any(_same(numbers, one) or _same(numbers, one[::-1]) for one in known_lists):
            continue
        found = _near_miss(name, numbers, other, triples)
        if found is not None:
            right = getattr(found, name)
            wrong = next(i for i in range(3) if abs(numbers[i] - right[i]) > _EXACT)
            return (
                f"{name} {show(numbers, 6)} is a near miss of {found.name} {show(right, 6)}: "
                f"{numbers[wrong] * unit:g} should be {right[wrong] * unit:g}"
            )
    return None


def _same(a: Numbers, b: Numbers) -> bool:
    return len(a) == len(b) and all(abs(x - y) <= _EXACT for x, y in zip(a, b, strict=True))


def _near_miss(name: str, numbers: Numbers, other: Numbers, known: list[KnownStats]) -> KnownStats | None:
    for candidate in known:
        right = getattr(candidate, name)
        partner = candidate.std if name == "mean" else candidate.mean
        agree = sum(abs(x - y) <= _EXACT for x, y in zip(numbers, right, strict=True))
        if agree == 2 and len(set(right)) == 3 and (_same(other, partner) or name == "mean"):
            return candidate
    return None


def check(facts: Facts) -> Iterator[Finding]:
    """A near miss of well-known stats, mean and std swapped, a std that is not positive, the mean used for both.

    ## What it does
    Compares mean and std with the table of well-known stats: two of three numbers that agree and one that does not are a typo.
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
    """
    for observation in facts.observations("normalize", "denormalize"):
        pair = written_pair(observation)
        if pair is None or observation.helper or observation.source == "catalogue":
            continue
        problem = _problem(*pair)
        if problem is not None:
            yield RULE.finding(observation.place, problem, key=problem)


RULE = Rule("NL305", "suspicious-stats", "warning", True, check)
