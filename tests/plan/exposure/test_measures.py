"""Beta, duration and currency of a portfolio, beta from prices, and what is not known of them."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.problem import UsageError
from taxlots.plan.exposure.beta_estimate import BetaEstimate, beta_of, returns_between, shrunk
from taxlots.plan.exposure.measures import (
    Characteristics,
    exposures,
    modified_duration,
    price_change,
)

KNOWN = {
    "SPY": Characteristics(beta=1.0, currency="USD"),
    "AGG": Characteristics(beta=0.05, duration=6.2, currency="USD"),
    "EFA": Characteristics(beta=0.85, currency="EUR"),
    "HEFA": Characteristics(beta=0.8, currency="EUR", hedged=0.95),
}
STOCKS = frozenset({"SPY", "EFA", "HEFA"})
REAL_PRICES = Path(__file__).parents[3] / "../shared/data/us_equities_1999_2021.parquet"


def test_exposures_of_four_funds_by_hand() -> None:
    """500 SPY, 300 AGG, 100 EFA, 100 HEFA: beta 680 dollars, 1,860 dollar-years, 105 in euros."""
    found = exposures(
        {"SPY": 500, "AGG": 300, "EFA": 100, "HEFA": 100}, KNOWN, without_duration=STOCKS
    )
    assert found.dollar_beta == pytest.approx(500 + 15 + 85 + 80)
    assert found.beta.average(found.value) == pytest.approx(0.68)
    assert found.duration.weighted == pytest.approx(1_860)
    assert found.dv01 == pytest.approx(0.186)
    assert found.duration.unknown == {}
    assert found.foreign == {"EUR": pytest.approx(105)}
    assert found.currencies["USD"] == pytest.approx(895)


def test_what_is_not_known_is_told_by_symbol_and_counts_for_nothing() -> None:
    found = exposures({"SPY": 600, "FUND": 400}, KNOWN)
    assert found.beta.unknown == {"FUND": 400}
    assert found.duration.unknown == {"SPY": 600, "FUND": 400}
    assert found.currency_unknown == {"FUND": 400}
    assert found.beta.average(1_000) == pytest.approx(0.6)
    assert found.beta.average_of_known == 1
    assert exposures({}, KNOWN).beta.average_of_known is None


@given(st.dictionaries(st.sampled_from([*KNOWN, "FUND"]), st.floats(-1e6, 1e6)), st.floats(-3, 3))
def test_exposures_are_linear_in_holdings_and_currencies_sum_to_the_value(
    held: dict[str, float], factor: float
) -> None:
    found = exposures(held, KNOWN)
    scaled = exposures({name: value * factor for name, value in held.items()}, KNOWN)
    assert scaled.dollar_beta == pytest.approx(found.dollar_beta * factor, abs=1e-3)
    placed = sum(found.currencies.values()) + sum(found.currency_unknown.values())
    assert placed == pytest.approx(sum(held.values()), abs=1e-3)


def test_duration_of_a_two_year_bond_by_hand() -> None:
    """5 a year and 100, at 4 percent: 1.9524 years to payment, 1.8773 modified."""
    found = modified_duration({1: 5, 2: 105}, 0.04)
    price = 5 / 1.04 + 105 / 1.04**2
    assert found == pytest.approx((5 / 1.04 + 2 * 105 / 1.04**2) / price / 1.04)
    assert price_change(found, 0.01) == pytest.approx(-0.018774, abs=1e-5)


@given(st.lists(st.floats(0.1, 20), min_size=1, max_size=10), st.floats(0.0, 0.15))
def test_modified_duration_is_the_slope_of_the_price(times: list[float], rate: float) -> None:
    flows = dict.fromkeys(times, 5.0) | {max(times) + 1: 100.0}

    def price(at: float) -> float:
        return sum(amount * (1 + at) ** -time for time, amount in flows.items())

    slope = (price(rate + 1e-6) - price(rate - 1e-6)) / 2e-6
    assert -slope / price(rate) == pytest.approx(modified_duration(flows, rate), rel=1e-5)


def test_beta_of_a_seeded_market_within_three_errors() -> None:
    rng = np.random.default_rng(66)
    market = rng.normal(0.001, 0.02, 260)
    own = 1.3 * market + rng.normal(0, 0.01, 260)
    own[:10] = np.nan
    found = beta_of(own, market)
    assert found is not None
    assert found.returns == 250
    assert abs(found.beta - 1.3) < 3 * found.error
    assert beta_of(own[:25], market[:25]) is None
    with pytest.raises(UsageError, match="does not move"):
        beta_of(market, np.zeros(260))


def test_a_poor_estimate_is_drawn_to_one_and_a_good_one_is_not() -> None:
    assert shrunk(BetaEstimate(2.0, 0.5, 20)) == pytest.approx(1.5)
    assert shrunk(BetaEstimate(2.0, 0.0, 20)) == 2


def test_returns_take_the_last_close_before_each_end() -> None:
    found = returns_between([10, 11, 14], [100, 110, 121], [9, 10, 12, 14])
    assert np.isnan(found[0])
    assert found[1:] == pytest.approx(np.log([1.1, 1.1]))


@pytest.mark.skipif(not REAL_PRICES.exists(), reason="needs the real prices beside the repository")
def test_betas_of_real_stocks_average_one_against_their_own_average() -> None:
    import pyarrow.parquet as pq

    names = ["AAPL", "MSFT", "XOM", "KO", "JPM", "JNJ"]
    table = pq.read_table(
        REAL_PRICES,
        columns=["symbol", "date", "close"],
        filters=[
            ("symbol", "in", names),
            ("date", ">=", date(2017, 1, 1)),
            ("date", "<", date(2018, 1, 1)),
        ],
    ).to_pandas()
    closes = table.pivot_table(index="date", columns="symbol", values="close").dropna()
    moves = np.diff(np.log(closes.to_numpy(np.float64)), axis=0)
    market = moves.mean(axis=1)
    found = [beta_of(moves[:, n], market) for n in range(len(names))]
    betas = [one.beta for one in found if one is not None]
    assert np.mean(betas) == pytest.approx(1)
    assert min(betas) > 0
