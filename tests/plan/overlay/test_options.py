"""Options by delta, gamma and vega, whole contracts, and synthetic positions by parity."""

from datetime import date
from itertools import combinations, product
from math import exp, log

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.plan.overlay.black_scholes import Spot, greeks, greeks_of, implied_volatility
from taxlots.plan.overlay.contracts import Future, Option
from taxlots.plan.overlay.options import (
    GreekTargets,
    contract_greeks,
    needs_trade,
    options_for_greeks,
    short_option_margin,
)
from taxlots.plan.overlay.synthetic import OptionPair, parity_gap, synthetic_position
from taxlots.plan.overlay.whole_contracts import whole_contracts

AS_OF = date(2025, 1, 15)
SPOT = Spot(price=100, rate=0.05)


def option(strike: float, month: int, *, is_call: bool = True, **fields: float) -> Option:
    kind = "C" if is_call else "P"
    return Option(
        symbol=f"X{kind}{strike:g}-{month}",
        underlying="X",
        strike=strike,
        expiry=date(2025, month, 21),
        is_call=is_call,
        volatility=fields.pop("volatility", 0.25),
        **fields,
    )


def test_hull_chapter_15_european_call_and_put() -> None:
    """Stock 42, strike 40, 10 percent, 20 percent, half a year: call 4.76, put 0.81."""
    spot = Spot(price=42, rate=0.10)
    assert greeks_of(spot, 40, 0.5, 0.2, is_call=True).price == pytest.approx(4.76, abs=0.005)
    assert greeks_of(spot, 40, 0.5, 0.2, is_call=False).price == pytest.approx(0.81, abs=0.005)


def test_hull_chapter_19_greeks_of_a_call() -> None:
    """Stock 49, strike 50, rate 5 and volatility 20 percent, 20 weeks.

    Delta 0.522, gamma 0.066, vega 12.1, theta -4.31 a year, rho 8.91.
    """
    found = greeks_of(Spot(price=49, rate=0.05), 50, 0.3846, 0.2, is_call=True)
    assert found.delta == pytest.approx(0.522, abs=0.001)
    assert found.gamma == pytest.approx(0.066, abs=0.001)
    assert found.vega == pytest.approx(12.1, abs=0.05)
    assert found.theta == pytest.approx(-4.31, abs=0.01)
    assert found.rho == pytest.approx(8.91, abs=0.01)


@given(
    st.floats(20, 500),
    st.floats(0.5, 2),
    st.floats(0.02, 3),
    st.floats(0.05, 1),
    st.floats(-0.02, 0.1),
    st.floats(0, 0.08),
)
def test_greeks_are_the_slopes_of_the_price_and_parity_holds(
    price: float, moneyness: float, years: float, sigma: float, rate: float, dividend: float
) -> None:
    spot = Spot(price=price, rate=rate, dividend_yield=dividend)
    strike = price * moneyness
    call, put = (greeks_of(spot, strike, years, sigma, is_call=one) for one in (True, False))
    forward = price * exp(-dividend * years) - strike * exp(-rate * years)
    assert call.price - put.price == pytest.approx(forward, abs=1e-9 * price)
    assert call.gamma == pytest.approx(put.gamma)
    step = price * 1e-4
    up, down = (
        greeks_of(
            Spot(price=price + move, rate=rate, dividend_yield=dividend),
            strike,
            years,
            sigma,
            is_call=True,
        )
        for move in (step, -step)
    )
    assert (up.price - down.price) / (2 * step) == pytest.approx(call.delta, abs=1e-4)
    more, less = (
        greeks_of(spot, strike, years, sigma + move, is_call=True).price for move in (1e-5, -1e-5)
    )
    assert (more - less) / 2e-5 == pytest.approx(call.vega, abs=1e-4 * price)


@given(st.floats(0.7, 1.4), st.floats(0.05, 2), st.floats(0.08, 1.5), st.booleans())
def test_implied_volatility_gives_the_price_back(
    moneyness: float, years: float, sigma: float, is_call: bool
) -> None:
    found = greeks_of(SPOT, 100 * moneyness, years, sigma, is_call=is_call)
    assume(found.vega > 1e-2)
    implied = implied_volatility(found.price, SPOT, 100 * moneyness, years, is_call=is_call)
    assert implied == pytest.approx(sigma, abs=1e-6)
    with pytest.raises(UsageError, match="no volatility gives"):
        implied_volatility(101, SPOT, 100, 1, is_call=True)


def test_an_expired_option_is_named() -> None:
    with pytest.raises(UsageError, match="XC100-1 expires on 2025-01-21"):
        greeks(option(100, 1), SPOT, date(2025, 1, 21))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.integers(1, 3))
def test_no_whole_numbers_miss_by_less_than_those_found(seed: int, rows: int, size: int) -> None:
    """Against every choice from -4 to 4 of each instrument."""
    rng = np.random.default_rng(seed)
    table = rng.normal(0, 1, (rows, size))
    targets = table @ rng.uniform(-2.4, 2.4, size) + rng.normal(0, 0.3, rows)
    for width in range(2, min(rows, size) + 1):
        for chosen in combinations(range(size), width):
            columns = table[:, chosen] / np.linalg.norm(table[:, chosen], axis=0)
            assume(np.linalg.svd(columns, compute_uv=False)[-1] > 0.01)
    tolerances = np.full(rows, 1e-3)
    found = whole_contracts(table, targets, tolerances, limits=[(-4, 4)] * size)
    most = min(rows, size)
    assert sum(count != 0 for count in found.counts) <= most
    least = min(
        float(np.max(np.abs(targets - table @ np.array(counts)))) / 1e-3
        for counts in product(range(-4, 5), repeat=size)
        if sum(count != 0 for count in counts) <= most
    )
    assert found.misfit == pytest.approx(least)
    assert found.achieved + found.residual == pytest.approx(targets)


def test_contracts_that_are_nearly_alike_are_not_piled_up_against_each_other() -> None:
    """Thousands bought and sold of twins would come closer on paper; none is taken ten-fold."""
    twins = [[1.0, 1.0 + 1e-5], [2.0, 2.0 - 1e-5]]
    found = whole_contracts(twins, [10.3, 5.2], [0.01, 0.01])
    assert sum(count != 0 for count in found.counts) == 1
    loose = whole_contracts([[1.0, 1.05], [2.0, 1.95]], [10.3, 5.2], [0.01, 0.01])
    assert max(map(abs, loose.counts)) <= 10 * 12


def test_of_as_few_kinds_the_cheapest_within_the_bands_is_taken_else_the_closest() -> None:
    table, bands = [[10.0, 1.0]], [2.0]
    assert whole_contracts(table, [21.0], bands, costs=[3.0, 1.0]).counts == (2, 0)
    assert whole_contracts(table, [21.0], bands).counts == (0, 21)
    assert whole_contracts(table, [24.0], bands).counts == (0, 24)
    assert whole_contracts(table, [0.5], bands).counts == (0, 0)
    cheap = whole_contracts(table, [21.0], bands, costs=[30.0, 1.0])
    assert cheap.counts == (0, 21)


def test_delta_gamma_and_vega_reach_their_bands() -> None:
    """Short 40 calls on paper: gamma and vega bought back by options, delta by shares."""
    written = contract_greeks(option(100, 3), SPOT, AS_OF)
    targets = GreekTargets(
        delta=40 * written.delta, gamma=40 * written.gamma, vega=40 * written.vega,
        delta_band=30, gamma_band=4, vega_band=15,
    )  # fmt: skip
    found = options_for_greeks(
        targets,
        [option(95, 2), option(105, 4), option(110, 6, is_call=False)],
        SPOT,
        AS_OF,
        most_instruments=3,
        shares_a_lot=1,
    )
    assert found.is_within
    assert abs(found.residual["gamma"]) <= 4
    assert abs(found.residual["vega"]) <= 15
    assert abs(found.residual["delta"]) <= 30


def test_a_delta_alone_takes_one_instrument_and_a_future_costs_no_premium() -> None:
    mini = Future(symbol="XF", price=100, multiplier=50, expiry=date(2025, 3, 21))
    found = options_for_greeks(GreekTargets(delta=-250, delta_band=10), [mini], SPOT, AS_OF)
    assert found.counts == {"XF": -5}
    assert (found.premium, found.is_within) == (0, True)


def test_no_target_and_no_instrument_are_refused() -> None:
    with pytest.raises(UsageError, match="state a target"):
        options_for_greeks(GreekTargets(), [option(100, 3)], SPOT, AS_OF)
    with pytest.raises(UsageError, match="at least one instrument"):
        options_for_greeks(GreekTargets(delta=1), [], SPOT, AS_OF)
    with pytest.raises(UsageError, match="at most 3 instruments"):
        options_for_greeks(GreekTargets(delta=1), [option(100, 3)], SPOT, AS_OF, most_instruments=4)


def test_a_delta_on_the_edge_of_its_band_stays() -> None:
    assert not needs_trade(110, 100, 10)
    assert needs_trade(110.1, 100, 10)


def test_finra_4210_margin_of_a_written_call() -> None:
    """Stock 100, call 105 at 2: 20 - 5 = 15 and the premium; far out of the money 10 at least."""
    assert short_option_margin(option(105, 3), SPOT, 2, is_index=False) == pytest.approx(1_700)
    assert short_option_margin(option(120, 3), SPOT, 1, is_index=False) == pytest.approx(1_100)
    put = option(80, 3, is_call=False)
    assert short_option_margin(put, SPOT, 1, is_index=True) == pytest.approx(900)


def pair(**fields: float) -> OptionPair:
    stated = {"call_bid": 6.0, "call_ask": 6.2, "put_bid": 4.9, "put_ask": 5.1}
    return OptionPair(strike=100, years=0.5, **(stated | fields))


def test_a_synthetic_long_by_hand() -> None:
    """50,000 dollars at 100 without dividends: 5 pairs; 6.20 - 4.90 = 1.30 a share is paid.

    The forward is 100 + 1.30 e^0.025; bid and ask cost 0.20 a share against the middle.
    """
    found = synthetic_position(50_000, pair(), SPOT)
    assert (found.pairs, found.residual) == (5, 0)
    assert found.premium == pytest.approx(650)
    assert found.forward == pytest.approx(100 + 1.3 * exp(0.025))
    assert found.financing_rate == pytest.approx(2 * log(found.forward / 100))
    assert found.crossing == pytest.approx(100)
    assert found.may_be_assigned


def test_a_synthetic_short_receives_less_than_the_long_pays() -> None:
    short = synthetic_position(-50_000, pair(), SPOT)
    assert short.is_short
    assert short.premium == pytest.approx(-5 * 100 * (6.0 - 5.1))


@given(st.floats(0.05, 2), st.floats(-0.01, 0.1), st.floats(0, 0.08), st.floats(70, 140))
def test_model_prices_lie_in_parity(
    years: float, rate: float, dividend: float, strike: float
) -> None:
    spot = Spot(price=100, rate=rate, dividend_yield=dividend)
    call, put = (greeks_of(spot, strike, years, 0.3, is_call=one).price for one in (True, False))
    for american in (True, False):
        quotes = OptionPair(
            strike=strike, years=years, call_bid=call, call_ask=call, put_bid=put, put_ask=put,
            is_american=american,
        )  # fmt: skip
        assert parity_gap(call, put, quotes, spot) == pytest.approx(0, abs=1e-9)
    assert parity_gap(call + 9, put, quotes, spot) == pytest.approx(9)


def test_crossed_quotes_are_refused() -> None:
    with pytest.raises(UsageError, match="above its ask"):
        pair(call_bid=7.0)
