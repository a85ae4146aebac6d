"""The normalizations of a project, grouped by what they mean: the same canonical stats are one group."""

from __future__ import annotations

from normlint.claims import denormalize_claims, describe, name_of, normalize_claim
from normlint.evaluate.observations import Observation
from normlint.immutable import dataclass, field
from normlint.pixelmap import Affine, Stats
from normlint.report.json_output import site_order
from normlint.sites import Site

KINDS = ("normalize", "denormalize", "processor", "checkpoint", "config")


@dataclass(slots=True)
class Group:
    """Sites that claim the same stats, in source order."""

    stats: Stats
    sites: list[Site] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name that the stats go by, else the numbers."""
        return name_of(self.stats) or describe(self.stats)

    @property
    def order(self) -> tuple[object, ...]:
        """Most used first."""
        return (-len(self.sites), self.stats.mean, self.stats.std)


@dataclass(frozen=True, slots=True)
class Normalizations:
    """The groups; sites that normalize by numbers which nobody knows; arithmetic whose numbers are no image statistics."""

    groups: tuple[Group, ...]
    unknown: tuple[Site, ...]
    other: tuple[Site, ...]


def grouped(sites: tuple[Site, ...]) -> Normalizations:
    """All sites that carry stats, each once."""
    groups: list[Group] = []
    unknown: list[Site] = []
    other: list[Site] = []
    for site in sorted(sites, key=site_order):
        if site.kind not in KINDS:
            continue
        claims = claims_of(site)
        if not claims:
            if site.kind != "config":
                unknown.append(site)
            continue
        stats = next((claim for claim in claims if name_of(claim)), claims[0])
        if not _plausible(stats):
            other.append(site)
            continue
        known = next((group for group in groups if group.stats.same_as(stats)), None)
        if known is None:
            known = Group(stats)
            groups.append(known)
        known.sites.append(site)
    return Normalizations(tuple(sorted(groups, key=lambda group: group.order)), tuple(unknown), tuple(other))


def _plausible(stats: Stats) -> bool:
    """Whether pictures can have such stats: known ones, ones within the unit scale, a mean in bytes that is subtracted."""
    if name_of(stats):
        return True
    if all(0 <= mean < 1 for mean in stats.mean) and any(stats.mean):
        return all(0.03 <= std <= 1 for std in stats.std)
    return len(stats.mean) == 3 and all(20 <= mean <= 235 for mean in stats.mean) and set(stats.std) == {1.0}


def claims_of(site: Site) -> tuple[Stats, ...]:
    """The stats that a site says its data has; several readings for a denormalize with a rounding half."""
    affine = Affine(site.scale, site.offset) if site.scale is not None and site.offset is not None else None
    if site.kind == "denormalize":
        return denormalize_claims(affine) if affine is not None else ()
    if affine is None and (site.mean is None or site.std is None):
        return ()
    # Stats that stand alone, as in a config file, have no map; the claim reads mean and std before the map.
    seen = Observation(site.kind, site.api, site.place, affine or Affine((1.0,), (0.0,)), site.mean, site.std)
    claim = normalize_claim(seen)
    return (claim,) if claim is not None and len(claim.mean) <= 4 else ()
