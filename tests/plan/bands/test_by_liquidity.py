"""Bands by liquidity bucket: tighter where trading costs little, wider where it takes days."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.rebalance_rule import BandRule, BandSystem
from taxlots.plan.bands.by_liquidity import by_liquidity
from taxlots.plan.bands.by_rule import bands_by_rule
from taxlots.plan.targets.hierarchy import flat

TARGET = np.array([0.5, 0.3, 0.2])
RULES = [BandRule(system=BandSystem.ABSOLUTE, absolute=4_000_000)] * 3


def test_each_bucket_has_its_multiple_and_what_is_not_known_keeps_its_band() -> None:
    """0.008 days of volume are 0.08 at a tenth of it: at once; 0.3 are three days; 0 not known."""
    ruled = bands_by_rule(flat("abc"), TARGET, RULES)
    found = by_liquidity("abc", TARGET, ruled, RULES, np.array([0.008, 0.3, 0.0]))
    assert found.bands.high - TARGET == pytest.approx([0.032, 0.06, 0.04])
    assert TARGET - found.bands.low == pytest.approx([0.032, 0.06, 0.04])
    assert found.because == (
        "a: 0.1 days to trade at 10% of the volume (at once): its band is 0.8 times as wide",
        "b: 3.0 days to trade at 10% of the volume (within a week): its band is 1.5 times as wide",
    )


@given(days=st.lists(st.floats(0.001, 100.0), min_size=2, max_size=2))
def test_what_is_slower_to_trade_has_no_narrower_band(days: list[float]) -> None:
    ruled = bands_by_rule(flat("ab"), np.array([0.5, 0.5]), RULES[:2])
    slow = np.sort(np.array(days))
    found = by_liquidity("ab", np.array([0.5, 0.5]), ruled, RULES[:2], slow)
    widths = found.bands.high - found.bands.low
    assert widths[0] <= widths[1] + 1e-12
    assert (found.bands.low <= 0.5).all()
    assert (found.bands.high >= 0.5).all()
