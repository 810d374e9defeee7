"""What a rebalance promises, held to the books: executed, it keeps every limit and washes no loss.

Random households are rebalanced on a random day: see ``random_rebalances`` for what they are and
what is checked.  By default some are; the slow part has a thousand that trade.
"""

import pytest
from tests.workflows.random_rebalances import PROFILES, broken, rebalanced

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
