"""Futures that move exposure without a lot sold: number, residual, margin, roll and basis."""

from datetime import date
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.plan.overlay.basis_risk import basis_deviation, least_variance_hedge
from taxlots.plan.overlay.contracts import Fund, Future, Swap
from taxlots.plan.overlay.futures import (
    affordable,
    futures_for_beta,
    futures_for_dollars,
    futures_for_duration,
    margin_call,
    margin_need,
)
from taxlots.plan.overlay.term_structure import (
    Shape,
    fair_price,
    implied_carry,
    next_roll,
    richness,
    roll_cost,
    roll_yield,
    shape,
)
from taxlots.plan.overlay.vehicles import (
    cheapest,
    crossing_years,
    fund_cost,
    future_cost,
    swap_cost,
)

AS_OF = date(2025, 1, 15)


def future(price: float = 5_000, month: int = 3, **fields: float) -> Future:
    stated = {"multiplier": 50, "initial_margin": 13_000, "maintenance_margin": 12_000}
    return Future(
        symbol=f"INDEX{month}", price=price, expiry=date(2025, month, 21), **(stated | fields)
    )


def test_n_is_the_beta_that_is_missing_over_that_of_a_contract() -> None:
    """10 million at beta 1.2 to 0.9: 3 million of beta; a contract has 250,000: 12 short."""
    found = futures_for_beta(0.9, 1.2, 10e6, future())
    assert (found.count, found.residual) == (-12, pytest.approx(0, abs=1e-6))
    assert found.exact == pytest.approx(-12)
    odd = futures_for_beta(0.9, 1.2, 10.1e6, future())
    assert (odd.count, odd.exact) == (-12, pytest.approx(-12.12))
    assert odd.residual == pytest.approx(-30_000)


def test_what_rounding_leaves_is_told_in_dollars_of_the_underlying() -> None:
    """A contract on a sector of beta 1.25: the residual beta of 25,000 is 20,000 dollars of it."""
    found = futures_for_beta(0.0, 1.0, 337_500, future(beta=1.25))
    assert found.count == -1
    assert found.residual == pytest.approx(-25_000)
    assert found.residual_notional == pytest.approx(-20_000)


def test_duration_by_dollars_times_years() -> None:
    """2 million from 4 to 7 years with a note of 6 years at 110,000: 9.09, so 9."""
    note = future(110, multiplier=1_000, duration=6)
    found = futures_for_duration(7, 4, 2e6, note)
    assert found.count == 9
    assert found.exact == pytest.approx(6e6 / 660_000)
    assert found.residual == pytest.approx(6e6 - 9 * 660_000)
    with pytest.raises(UsageError, match="has no duration"):
        futures_for_duration(7, 4, 2e6, future())


@given(st.floats(-1e8, 1e8), st.floats(1, 1e4), st.floats(1, 1e3))
def test_no_more_than_half_a_contract_is_left(dollars: float, price: float, units: float) -> None:
    found = futures_for_dollars(dollars, future(price, multiplier=units))
    assert abs(found.residual) <= price * units / 2 * (1 + 1e-9)
    assert found.achieved + found.residual == pytest.approx(dollars)


def test_margin_reserve_and_call_by_hand() -> None:
    """12 short at 250,000; 1 percent a day, 4 days, 2 deviations: a reserve of 120,000.

    The index rises 100 points: 60,000 are lost of 156,000, below the 144,000 of maintenance.
    """
    short = futures_for_dollars(-3e6, future())
    need = margin_need(short, 0.01, 4, deviations=2)
    assert (need.initial, need.reserve) == (156_000, pytest.approx(120_000))
    assert margin_call(short, 5_100, 156_000) == pytest.approx(60_000)
    assert margin_call(short, 5_010, 156_000) == 0


def test_cash_that_does_not_carry_the_overlay_is_told_with_what_it_carries() -> None:
    short = futures_for_dollars(-3e6, future())
    with pytest.raises(UsageError, match="it carries 4 of them"):
        affordable(short, 100_000, 0.01, 4)
    assert affordable(short, 400_000, 0.01, 4) is short


def test_contango_backwardation_and_the_roll_yield() -> None:
    rising = [future(5_000, 3), future(5_050, 6)]
    assert shape(rising) is Shape.CONTANGO
    assert shape([future(80, 3), future(78, 6), future(77, 9)]) is Shape.BACKWARDATION
    assert shape([future(80, 3), future(78, 6), future(79, 9)]) is Shape.MIXED
    assert shape([future(80, 3), future(80, 6)]) is Shape.FLAT
    years = 92 / 365
    assert implied_carry(*rising) == pytest.approx(log(5_050 / 5_000) / years)
    assert roll_yield(*rising) == -implied_carry(*rising)
    with pytest.raises(UsageError, match="two expiries"):
        shape([future()])


@given(st.floats(-0.1, 0.2), st.floats(-20, 20).filter(lambda gap: abs(gap) > 1e-3))
def test_a_roll_at_fair_carry_costs_its_trading_and_a_dear_one_more(
    carry: float, gap: float
) -> None:
    near = future(5_000, 3, commission=2, spread=0.0001)
    fair = 5_000 * exp(carry * 92 / 365)
    far = future(fair, 6, commission=2, spread=0.0001)
    assert roll_cost(7, near, far, carry).total == pytest.approx(
        7 * (near.trade_cost + far.trade_cost), abs=1e-5
    )
    dear = future(fair + gap, 6, commission=2, spread=0.0001)
    assert roll_cost(7, near, dear, carry).mispricing == pytest.approx(7 * 50 * gap, abs=1e-5)
    assert roll_cost(-7, near, dear, carry).mispricing == pytest.approx(-7 * 50 * gap, abs=1e-5)


def test_fair_price_and_richness() -> None:
    """Spot 100, rate 5, income 2 percent, half a year: 101.511; a price of 102 is 96 bps dear."""
    fair = fair_price(100, 0.05, 0.02, 0.5)
    assert fair == pytest.approx(101.5113, abs=1e-4)
    dear = Future(symbol="F", price=102, multiplier=1, expiry=date(2025, 7, 16))
    assert richness(dear, fair, AS_OF) == pytest.approx(log(102 / fair) / (182 / 365))


def test_a_roll_comes_before_expiry_and_not_after_it() -> None:
    assert next_roll(future(), AS_OF) == date(2025, 3, 16)
    assert next_roll(future(), date(2025, 3, 20)) == date(2025, 3, 20)
    with pytest.raises(UsageError, match="has expired"):
        next_roll(future(), date(2025, 3, 21))


def test_least_variance_ratio_of_two_hedges_in_a_seeded_market() -> None:
    rng = np.random.default_rng(6)
    hedges = rng.normal(0, 0.01, (500, 2))
    own = hedges @ [0.8, 0.3] + rng.normal(0, 0.002, 500)
    found = least_variance_hedge(own, hedges)
    assert found.ratios == pytest.approx([0.8, 0.3], abs=0.02)
    assert found.basis_deviation == pytest.approx(0.002 * 252**0.5, rel=0.1)
    assert found.fit > 0.9
    with pytest.raises(UsageError, match="leave one of them out"):
        least_variance_hedge(own, np.column_stack([hedges[:, 0], 2 * hedges[:, 0]]))
    with pytest.raises(UsageError, match="give at least 22"):
        least_variance_hedge(own[:21], hedges[:21])


@given(st.floats(0.05, 0.5), st.floats(0.05, 0.5), st.floats(-0.99, 0.99), st.floats(-3, 3))
def test_the_best_ratio_leaves_the_least_basis_risk(
    own: float, hedge: float, rho: float, other: float
) -> None:
    best = rho * own / hedge
    least = basis_deviation(best, own, hedge, rho)
    assert least == pytest.approx(own * (1 - rho**2) ** 0.5, rel=1e-6)
    assert least <= basis_deviation(best + other, own, hedge, rho) + 1e-12


def test_vehicles_cross_where_their_costs_are_equal() -> None:
    """A fund costs 4 bps to trade and 9 a year, a swap 10 and 3: equal after a year."""
    fund = fund_cost(Fund(symbol="ETF", price=100, expense=0.0009, spread=0.0004))
    swap = swap_cost(Swap(symbol="TRS", financing_spread=0.0003, fee=0.0010))
    assert crossing_years(fund, swap) == pytest.approx(1)
    assert cheapest([fund, swap], 0.5).symbol == "ETF"
    assert cheapest([fund, swap], 2).symbol == "TRS"


def test_a_fairly_priced_future_costs_its_trading_alone() -> None:
    spot, rate, income = 4_950.0, 0.05, 0.015
    near, far = (
        future(spot * exp((rate - income) * (date(2025, m, 21) - AS_OF).days / 365), m, spread=2e-4)
        for m in (3, 6)
    )
    found = future_cost(near, far, AS_OF, spot, rate, income)
    assert found.entry_and_exit == pytest.approx(2e-4)
    assert found.a_year == pytest.approx(365 / 92 * 2e-4)
