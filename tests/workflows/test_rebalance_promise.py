"""What a rebalance promises, held to the books: executed, it keeps every limit and washes no loss.

Random households are rebalanced on a random day: see ``random_rebalances`` for what they are and
what is checked.  The slow part plans 240 of them; ``HOUSEHOLDS=3600`` plans so many, of which more
than a thousand trade.
"""

import os

import pytest
from tests.workflows.random_rebalances import PROFILES, broken, rebalanced

from taxlots.domain.money import SHARE

FEW = {
    "trades": range(6),
    "corporate": range(6),
    "averaging": range(8, 16),
    "all": range(6),
}
"""Seeds of each profile; most random books have errors and are left out."""


def traded(profile: str, seeds: range) -> int:
    """How many of the households trade; each plan is checked."""
    made = 0
    for seed in seeds:
        one = rebalanced(seed, profile)
        if one is not None and one.run.proposal.trades:
            made += 1
            assert broken(one) == []
    return made


@pytest.mark.parametrize("profile", PROFILES)
def test_a_rebalance_realizes_what_it_promised_and_washes_nothing(profile: str) -> None:
    assert traded(profile, FEW[profile]), "random households have something to trade"


@pytest.mark.parametrize(
    ("profile", "seed"),
    [("corporate", 562), ("averaging", 300), ("trades", 365), ("trades", 174)],
)
def test_bands_are_kept_to_the_share_or_it_is_said_by_how_much_not(profile: str, seed: int) -> None:
    """Whole shares, the gate, a forced trade, a withdrawal: each took one of these to its edge."""
    one = rebalanced(seed, profile)
    assert one is not None
    assert broken(one) == []
    nav = one.run.proposal.solution.household.nav_cents
    largest = max(trade.position.price for trade in one.run.proposal.trades) / SHARE * 100 / nav
    for part in one.run.proposal.classes if profile != "trades" else ():
        low = min(part.low, part.before)
        assert part.after >= low - largest


HOUSEHOLDS = int(os.environ.get("HOUSEHOLDS", "240"))
CHUNK = 20
FIRST_SEED = 100


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(HOUSEHOLDS // (CHUNK * len(PROFILES))))
@pytest.mark.parametrize("profile", PROFILES)
def test_many_rebalances_keep_every_limit_and_wash_no_loss(profile: str, chunk: int) -> None:
    start = FIRST_SEED + CHUNK * chunk
    assert traded(profile, range(start, start + CHUNK)), "random households have something to trade"
