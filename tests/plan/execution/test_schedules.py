"""TWAP, VWAP and Almgren-Chriss: parts of an order that sum to it, at least cost and risk."""

from math import sinh

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.plan.execution.impact import Market, slice_cost, trade_cost
from taxlots.plan.execution.schedules import (
    almgren_chriss,
    risk_aversion_of,
    schedule_cost,
    square_root_schedule,
    steepness,
    twap,
    vwap,
    whole_slices,
)

STOCK = Market(price=50, adv=1_000_000, volatility=0.02, spread=0.0004)


def test_the_square_root_law_by_hand() -> None:
    """1 percent of a day's volume at 2 percent volatility: 0.02 * 0.1 = 20 bps, and half of 4."""
    cost = trade_cost(10_000, STOCK)
    assert cost.impact == pytest.approx(10_000 * 50 * 0.0020)
    assert cost.spread == pytest.approx(10_000 * 50 * 0.0002)
    assert cost.total == pytest.approx(1_100)


def test_four_days_halve_the_impact_and_slicing_one_day_saves_nothing() -> None:
    assert trade_cost(10_000, STOCK, days=4).impact == pytest.approx(500)
    tenth = slice_cost(1_000, STOCK.adv / 10, STOCK)
    assert 10 * tenth.impact == pytest.approx(1_000)


def test_a_commission_has_its_least() -> None:
    dear = Market(price=50, adv=1e6, volatility=0.0, commission=0.01, least_commission=5)
    assert trade_cost(100, dear).commission == 5
    assert trade_cost(1_000, dear).commission == 10


def test_what_has_no_volume_cannot_be_traded_in_tranches() -> None:
    with pytest.raises(UsageError, match="wait for a window"):
        trade_cost(1, Market(price=1, adv=0, volatility=0.2))


def test_twap_is_even_and_vwap_follows_the_volume_clock() -> None:
    assert twap(4).tolist() == [0.25] * 4
    assert vwap([3, 1, 0, 4]).tolist() == [0.375, 0.125, 0, 0.5]
    with pytest.raises(UsageError, match="no interval has any volume"):
        vwap([0, 0])


def test_almgren_chriss_holdings_are_a_ratio_of_hyperbolic_sines() -> None:
    parts = almgren_chriss(5, 0.6)
    left = 1 - np.cumsum(parts)
    assert left[1] == pytest.approx(sinh(0.6 * 3) / sinh(0.6 * 5))
    assert almgren_chriss(5, 0).tolist() == twap(5).tolist()
    assert almgren_chriss(50, 600.0)[0] == pytest.approx(1)


def test_steepness_solves_the_discrete_condition_of_almgren_and_chriss() -> None:
    """2 (cosh(kappa tau) - 1) / tau^2 = lambda sigma^2 / eta, eta the law's slope at that size."""
    lam = 1e-6
    kappa = steepness(lam, STOCK, 10_000)
    eta = 0.0020 * 50 / 10_000
    assert 2 * (np.cosh(kappa) - 1) == pytest.approx(lam * (0.02 * 50) ** 2 / eta)


def test_without_risk_aversion_the_best_schedule_is_vwap() -> None:
    volumes = [2e6, 1e6, 0, 1e6]
    assert square_root_schedule(5e5, volumes, STOCK, 0).tolist() == vwap(volumes).tolist()


def test_risk_aversion_of_a_household_by_hand() -> None:
    """Relative aversion 3 and 1.5 million: a deviation of 10,000 is worth 100 dollars."""
    assert risk_aversion_of(3, 1.5e6) * 10_000**2 == pytest.approx(100)


def objective(slices: np.ndarray, shares: float, volumes: list[float], lam: float) -> float:
    return schedule_cost(slices, shares, volumes, STOCK).certainty_equivalent(lam)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.floats(1e4, 3e6), min_size=2, max_size=6),
    st.floats(1e3, 2e6),
    st.floats(1e-9, 1e-4),
    st.integers(0, 2**32 - 1),
)
def test_no_other_schedule_costs_less_in_impact_and_risk(
    volumes: list[float], shares: float, lam: float, seed: int
) -> None:
    best = square_root_schedule(shares, volumes, STOCK, lam)
    assert (best >= 0).all()
    assert best.sum() == pytest.approx(1)
    least = objective(best, shares, volumes, lam)
    rng = np.random.default_rng(seed)
    rivals = [twap(len(volumes)), vwap(volumes), almgren_chriss(len(volumes), 0.5)]
    for size in (0.3, 0.03, 0.003):
        moved = np.abs(best + rng.normal(0, size, len(best)))
        rivals.append(moved / moved.sum())
    for rival in rivals:
        assert least <= objective(rival, shares, volumes, lam) * (1 + 1e-9)


@given(st.floats(1e-9, 1e-5), st.floats(1.5, 10))
def test_who_fears_risk_more_trades_sooner(lam: float, factor: float) -> None:
    volumes = [1e6] * 5
    calm = np.cumsum(square_root_schedule(3e5, volumes, STOCK, lam))
    fearful = np.cumsum(square_root_schedule(3e5, volumes, STOCK, lam * factor))
    assert (fearful >= calm - 1e-9).all()


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=12).filter(lambda parts: sum(parts) > 1e-6),
    st.integers(1, 10**12),
    st.sampled_from([1, 100, 10**8]),
)
def test_whole_slices_sum_to_the_order_and_none_is_negative(
    parts: list[float], quantity: int, lot: int
) -> None:
    slices = whole_slices(parts, quantity, lot)
    assert sum(slices) == quantity
    assert min(slices) >= 0
    assert all(one == 0 for one, part in zip(slices, parts, strict=True) if part == 0)
    last = max(at for at, one in enumerate(parts) if one > 0)
    assert all(one % lot == 0 for at, one in enumerate(slices) if at != last)


def test_whole_slices_by_hand() -> None:
    """103 shares in four parts, in round lots of 10: what is no whole lot goes with the last."""
    assert whole_slices(twap(4), 103, 10) == (30, 20, 30, 23)
    assert whole_slices([0.5, 0.5, 0], 3) == (2, 1, 0)
