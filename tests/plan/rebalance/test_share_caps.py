"""Caps in whole shares: what exceeds them is measured, and narrower caps are tried."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.rebalance.planned import SEEDS, planned, portfolio_of

from taxlots.plan.rebalance.plan_limits import PlanLimits
from taxlots.plan.rebalance.share_caps import beyond_caps, tightened_caps

CAPS = st.builds(
    PlanLimits,
    turnover=st.none() | st.floats(0, 1),
    tracking_error=st.none() | st.floats(0, 0.3),
)
NAMES = ("turnover", "tracking_error")


@settings(max_examples=60)
@given(st.data(), SEEDS, CAPS, st.floats(0, 0.5))
def test_wider_caps_are_exceeded_by_that_much_less_and_doing_nothing_keeps_turnover(
    data: st.DataObject, seed: int, limits: PlanLimits, wider: float
) -> None:
    household, _ = portfolio_of(seed)
    trades = data.draw(planned(household.positions))
    excess = beyond_caps(limits, household, trades)
    assert excess.keys() <= {name for name in NAMES if getattr(limits, name) is not None}
    assert "turnover" not in beyond_caps(limits, household, [])
    widened = {name: getattr(limits, name) + wider for name in excess}
    less = beyond_caps(PlanLimits(**widened), household, trades)
    for name, over in excess.items():
        assert over > 0
        assert less.get(name, 0.0) == pytest.approx(max(0.0, over - wider), abs=1e-12)


@given(CAPS, st.dictionaries(st.sampled_from(NAMES), st.floats(1e-9, 0.2)))
def test_what_is_solved_again_has_caps_that_are_narrower_by_more_than_the_excess_and_never_negative(
    limits: PlanLimits, drawn: dict[str, float]
) -> None:
    excess = {name: over for name, over in drawn.items() if getattr(limits, name) is not None}
    found = tightened_caps(limits, excess)
    if found is None:
        assert any(getattr(limits, name) < 2 * over for name, over in excess.items())
        return
    for name in NAMES:
        if name in excess:
            assert 0 <= getattr(found, name) <= getattr(limits, name) - excess[name]
        else:
            assert getattr(found, name) == getattr(limits, name)
