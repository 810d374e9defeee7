"""A trim waits while the winner rises, a buy while the loser falls."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.calendar import day_of
from taxlots.domain.problem import UsageError
from taxlots.plan.bands.breach import breaches
from taxlots.plan.bands.widths import absolute
from taxlots.plan.targets.hierarchy import Floats
from taxlots.plan.timing.momentum import (
    MomentumRule,
    Signals,
    Waits,
    hard_bands,
    momentum,
    waits,
)

NAMES = ("a", "b", "c")
TARGET = np.array([0.4, 0.3, 0.3])
BANDS = absolute(TARGET, 0.05)
HARD = hard_bands(TARGET, BANDS, 2.0)
ABOVE = np.array([0.48, 0.22, 0.30])


def asked(
    weights: Floats = ABOVE,
    returns: tuple[float, float, float] = (0.2, -0.1, 0.0),
    flow: tuple[float, float, float] | None = None,
    *,
    delays_buys: bool = True,
    rule: MomentumRule | None = None,
    **facts: Floats,
) -> Waits:
    signals = Signals(np.array(returns), None if flow is None else np.array(flow))
    return waits(
        NAMES,
        weights,
        BANDS,
        HARD,
        signals,
        rule or MomentumRule(),
        delays_buys=delays_buys,
        **facts,  # type: ignore[arg-type]
    )


def test_twelve_months_but_the_last_by_hand() -> None:
    """100 on 31 December 2019, 120 on 30 November 2020: 20 %, whatever December brought."""
    days = np.array(
        [day_of(date(2019, 12, 31)), day_of(date(2020, 11, 30)), day_of(date(2020, 12, 31))]
    )
    closes = np.array([100.0, 120.0, 90.0])
    now = day_of(date(2020, 12, 31))
    assert momentum(days, closes, now, months=12, skip=1) == pytest.approx(0.20)
    assert momentum(days, closes, now, months=12, skip=0) == pytest.approx(-0.10)
    assert np.isnan(momentum(days, closes, now, months=6, skip=0))
    with pytest.raises(UsageError, match="more months than it skips"):
        momentum(days, closes, now, months=1, skip=1)


def test_a_winner_is_not_trimmed_and_a_loser_not_bought() -> None:
    found = asked()
    assert found.trims.tolist() == [True, False, False]
    assert found.buys.tolist() == [False, True, False]
    assert found.because == (
        "a: the trim waits: momentum is +20.0%",
        "b: the buy waits: momentum is -10.0%",
    )


def test_once_momentum_has_faded_both_trade() -> None:
    found = asked(returns=(-0.01, 0.01, 0.0))
    assert not (found.trims | found.buys).any()
    assert "momentum has faded" in found.because[0]
    assert "does not fall any more" in found.because[1]


def test_buys_are_only_delayed_where_the_rule_says_so() -> None:
    assert not asked(delays_buys=False).buys.any()


def test_nothing_waits_beyond_the_hard_band() -> None:
    found = asked(weights=np.array([0.51, 0.19, 0.30]))
    assert not (found.trims | found.buys).any()
    assert "beyond the hard band" in found.because[0]


def test_a_forced_trade_a_long_wait_and_turned_flows_do_not_wait() -> None:
    assert not asked(forced=np.array([True, False, False])).trims.any()
    late = asked(rule=MomentumRule(longest_days=30), days_breached=np.array([30, 29, 0]))
    assert (late.trims[0], late.buys[1]) == (False, True)
    turned = asked(flow=(-0.02, 0.02, 0.0))
    assert not (turned.trims | turned.buys).any()
    assert asked(flow=(0.02, np.nan, 0.0)).trims[0]


def test_only_the_better_half_waits_where_the_rule_ranks() -> None:
    found = asked(returns=(0.05, 0.10, 0.20), rule=MomentumRule(least_rank=0.5))
    assert "others move more" in found.because[0]


def test_what_is_not_known_delays_nothing() -> None:
    found = asked(returns=(np.nan, np.nan, np.nan))
    assert not (found.trims | found.buys).any()
    assert "momentum is not known" in found.because[0]


def test_a_hard_band_inside_the_band_is_told() -> None:
    with pytest.raises(UsageError, match="1 or more"):
        hard_bands(TARGET, BANDS, 0.9)


@given(
    st.lists(st.floats(0.01, 1), min_size=3, max_size=3),
    st.lists(st.floats(-0.5, 0.5) | st.just(float("nan")), min_size=3, max_size=3),
)
def test_only_breaches_inside_the_hard_band_wait(held: list[float], returns: list[float]) -> None:
    weights = np.array(held) / sum(held)
    found = asked(weights=weights, returns=(returns[0], returns[1], returns[2]))
    sides, outside = breaches(weights, BANDS).sides, breaches(weights, HARD).sides
    assert np.all(sides[found.trims] == 1)
    assert np.all(sides[found.buys] == -1)
    assert not outside[found.trims | found.buys].any()
