"""The names that matter to a unit are those of its own and of the modules that it covers, however they are kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from normlint.evaluate.relevance import Digest
from normlint.evaluate.relevant import Relevant

NAMES = st.sampled_from("abcdefgh")
DIGESTS = st.dictionaries(NAMES, st.builds(Digest, st.just(False), st.frozensets(NAMES, max_size=3)), max_size=6)
OWNERS = st.dictionaries(NAMES, st.integers(min_value=1, max_value=7), max_size=4)


@given(OWNERS, st.integers(min_value=0, max_value=7), st.sets(NAMES, max_size=2), DIGESTS)
def test_it_is_as_if_all_names_were_put_together(
    owners: dict[str, int], covered: int, own: set[str], by_name: dict[str, Digest]
) -> None:
    relevant = Relevant(owners, own, covered)
    relevant.spread(by_name)
    plain = own | {name for name, modules in owners.items() if modules & covered}
    while True:
        fresh = {name for name, digest in by_name.items() if not plain.isdisjoint(digest.names)} - plain
        if not fresh:
            break
        plain |= fresh
    for name in "abcdefgh":
        assert (name in relevant) is (name in plain)
        assert relevant.touches(frozenset({name, "z"})) is (name in plain)


def test_a_module_that_is_not_covered_says_nothing() -> None:
    owners = {"normalize": 0b10}
    assert not Relevant(owners, covered=0b01).touches(frozenset({"normalize"}))
    assert Relevant(owners, covered=0b11).touches(frozenset({"normalize"}))
