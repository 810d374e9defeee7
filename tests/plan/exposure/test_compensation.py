"""A trade in one sleeve, what it does elsewhere, and what compensates it; currency forwards."""

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.plan.exposure.compensation import (
    compensate,
    compensate_by_contracts,
    sleeve_effect,
)
from taxlots.plan.exposure.currency_hedge import (
    CurrencyMarket,
    HedgeTarget,
    forwards_for,
    least_variance_ratio,
)

LOADS = {
    "EFA": {"beta": 0.85, "EUR": 1.0},
    "AGG": {"beta": 0.05, "duration": 6.0},
    "ES": {"beta": 250_000.0},
    "ZN": {"duration": 660_000.0},
    "FXE": {"EUR": 125_000.0},
}


def test_a_sale_in_one_sleeve_shows_in_the_overlays_exposures() -> None:
    """Selling 1 million of a European fund takes 850,000 of beta and 1 million of euros."""
    found = sleeve_effect({("developed", "EFA"): -1e6, ("bonds", "AGG"): 4e5}, LOADS)
    assert found.exposure == {
        "beta": pytest.approx(-830_000),
        "EUR": pytest.approx(-1e6),
        "duration": pytest.approx(2.4e6),
    }
    assert found.by_sleeve["developed", "beta"] == pytest.approx(-850_000)
    assert found.cash == {"developed": 1e6, "bonds": -4e5}


def test_whole_contracts_compensate_and_tell_what_is_left() -> None:
    change = {"beta": -830_000.0, "EUR": -1e6, "duration": 2.4e6}
    found = compensate_by_contracts(
        change,
        ["ES", "ZN", "FXE"],
        LOADS,
        {"beta": 125_000, "EUR": 62_500, "duration": 330_000},
    )
    assert found.trades == {"ES": 3, "ZN": -4, "FXE": 8}
    assert found.residual == {
        "beta": pytest.approx(-80_000),
        "EUR": pytest.approx(0),
        "duration": pytest.approx(-240_000),
    }


def test_an_instrument_without_stated_exposures_is_named() -> None:
    with pytest.raises(UsageError, match="nobody states the exposures of GLD"):
        sleeve_effect({("gold", "GLD"): 1}, LOADS)
    with pytest.raises(UsageError, match="at least one instrument"):
        compensate({"beta": 1}, [], LOADS)
    with pytest.raises(UsageError, match="state a tolerance"):
        compensate_by_contracts({"beta": 1}, ["ES"], LOADS, {})


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0.1, 10), st.floats(0.1, 10))
def test_enough_instruments_take_everything_back_at_the_least_cost(
    beta: float, euro: float, first: float, second: float
) -> None:
    loads = {"A": {"beta": 1.0, "EUR": 1.0}, "B": {"EUR": 1.0}, "C": {"beta": 1.0}}
    costs = {"A": first, "B": second, "C": 1.0}
    found = compensate({"beta": beta, "EUR": euro}, ["A", "B", "C"], loads, costs=costs)
    assert max(map(abs, found.residual.values())) < 1e-4 * (1 + abs(beta) + abs(euro))
    spent = sum(costs[name] * found.trades[name] ** 2 for name in costs)
    for rival in (-beta, 0.0, -euro, -(beta + euro) / 2):
        other = {"A": rival, "B": -euro - rival, "C": -beta - rival}
        assert spent <= sum(costs[n] * other[n] ** 2 for n in costs) * (1 + 1e-6) + 1e-6


MARKET = CurrencyMarket(spot=1.10, rate=0.02, home_rate=0.05, spread=0.0002)


def test_a_forward_for_half_of_the_euros_by_hand() -> None:
    """110,000 dollars are 100,000 euros: 50,000 sold at 1.1 e^(0.03 / 4), which earns the rate."""
    (trade,) = forwards_for(
        {"EUR": 110_000}, {"EUR": HedgeTarget(currency="EUR", ratio=0.5)}, {"EUR": MARKET},
        days=365 / 4,
    )  # fmt: skip
    price = 1.1 * exp(0.03 / 4)
    assert trade.units == pytest.approx(-50_000)
    assert trade.price == pytest.approx(price)
    assert trade.dollars == pytest.approx(-50_000 * price)
    assert (trade.ratio_before, trade.ratio_after) == (0, pytest.approx(0.5))
    assert trade.carry == pytest.approx(50_000 * (price - 1.1))
    assert trade.trade_cost == pytest.approx(50_000 * price * 0.0001)


def test_inside_its_band_a_hedge_is_left_alone() -> None:
    target = {"EUR": HedgeTarget(currency="EUR", ratio=0.5, band=0.05)}
    held = {"EUR": 110_000.0}
    assert forwards_for(held, target, {"EUR": MARKET}, {"EUR": 46_000}) == ()
    (trade,) = forwards_for(held, target, {"EUR": MARKET}, {"EUR": 60_000})
    assert trade.units == pytest.approx(10_000)


def test_a_hedge_of_what_is_no_longer_held_is_closed() -> None:
    target = {"EUR": HedgeTarget(currency="EUR", ratio=0.5, band=1)}
    (trade,) = forwards_for({}, target, {"EUR": MARKET}, {"EUR": 60_000})
    assert (trade.units, trade.ratio_after) == (60_000, 0)


def test_a_ratio_above_one_and_a_missing_market_are_refused() -> None:
    with pytest.raises(UsageError, match="a bet against the currency"):
        HedgeTarget(currency="EUR", ratio=1.2)
    with pytest.raises(UsageError, match="no market is stated for JPY"):
        forwards_for({}, {"JPY": HedgeTarget(currency="JPY", ratio=1)}, {})


@given(st.floats(-1e6, 1e6), st.floats(0, 1), st.floats(0, 0.2), st.floats(-1e6, 1e6))
def test_a_traded_hedge_ends_on_its_ratio(
    dollars: float, ratio: float, band: float, sold: float
) -> None:
    target = {"EUR": HedgeTarget(currency="EUR", ratio=ratio, band=band)}
    for trade in forwards_for({"EUR": dollars}, target, {"EUR": MARKET}, {"EUR": sold}):
        hedged = sold - trade.units
        assert hedged == pytest.approx(ratio * dollars / 1.1, abs=1e-3)


@given(st.floats(0.01, 0.5), st.floats(0.02, 0.3), st.floats(-1, 1), st.floats(0, 1))
def test_the_ratio_of_least_variance_has_no_better_rival(
    asset: float, currency: float, correlation: float, rival: float
) -> None:
    def variance(ratio: float) -> float:
        left = (1 - ratio) * currency
        return asset**2 + left**2 + 2 * correlation * asset * left

    best = least_variance_ratio(asset, currency, correlation)
    assert variance(best) <= variance(rival) + 1e-12
