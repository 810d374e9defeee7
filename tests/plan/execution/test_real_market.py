"""Schedules and hedges on real closes and volumes of 2020, where they are at hand."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from taxlots.plan.execution.impact import Market
from taxlots.plan.execution.liquidity import Bucket, buckets, days_of_volume
from taxlots.plan.execution.schedules import (
    risk_aversion_of,
    schedule_cost,
    square_root_schedule,
    twap,
    vwap,
)
from taxlots.plan.overlay.basis_risk import least_variance_hedge

PRICES = Path(__file__).parents[3] / "../shared/data/us_equities_1999_2021.parquet"
NAMES = ("AAPL", "JNJ", "KO", "NWSA", "XOM")

pytestmark = pytest.mark.skipif(not PRICES.exists(), reason="needs the real prices")

Series = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def market() -> dict[str, Series]:
    """Closes and volumes of each session of 2020 before the split of AAPL."""
    import pyarrow.parquet as pq

    table = pq.read_table(
        PRICES,
        columns=["symbol", "date", "close", "volume"],
        filters=[
            ("symbol", "in", NAMES),
            ("date", ">=", date(2020, 1, 2)),
            ("date", "<", date(2020, 8, 28)),
        ],
    ).sort_by("date")
    symbols = np.array(table.column("symbol").to_pylist())
    columns = {
        name: np.array(table.column(name).to_pylist(), float) for name in ("close", "volume")
    }
    return {
        name: (columns["close"][symbols == name], columns["volume"][symbols == name])
        for name in NAMES
    }


def stock(series: Series) -> Market:
    closes, volumes = series
    moves = np.diff(np.log(closes))
    return Market(
        price=float(closes[-1]),
        adv=float(volumes[-60:].mean()),
        volatility=float(moves[-60:].std()),
        spread=0.0003,
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_best_schedule_over_ten_real_sessions_beats_time_and_volume(
    market: dict[str, Series], name: str
) -> None:
    """Three tenths of a day's volume, for a household with ten times the order."""
    one = stock(market[name])
    volumes = market[name][1][-10:]
    shares = 0.3 * one.adv
    aversion = risk_aversion_of(3, 10 * shares * one.price)
    best = square_root_schedule(shares, volumes, one, aversion)
    costs = [
        schedule_cost(parts, shares, volumes, one).certainty_equivalent(aversion)
        for parts in (best, twap(10), vwap(volumes))
    ]
    assert costs[0] <= min(costs[1:])
    assert best[0] > vwap(volumes)[0]


def test_vwap_on_the_real_volume_clock_costs_less_impact_than_twap(
    market: dict[str, Series],
) -> None:
    for name in NAMES:
        one, volumes = stock(market[name]), market[name][1][-20:]
        by_clock = schedule_cost(vwap(volumes), one.adv, volumes, one).cost.impact
        even = schedule_cost(twap(20), one.adv, volumes, one).cost.impact
        assert by_clock < even


def test_a_million_dollars_are_within_a_day_in_every_one_of_them(
    market: dict[str, Series],
) -> None:
    dollars = [float((closes * volumes)[-60:].mean()) for closes, volumes in market.values()]
    found = dict(zip(NAMES, buckets(days_of_volume([1e6] * len(NAMES), dollars)), strict=True))
    assert found["AAPL"] is Bucket.AT_ONCE
    assert set(found.values()) <= {Bucket.AT_ONCE, Bucket.WITHIN_A_DAY}


def test_four_stocks_hedge_the_fifth_in_part(market: dict[str, Series]) -> None:
    """Basis risk is what is left: less than without a hedge, and far from none."""
    moves = {name: np.diff(np.log(closes)) for name, (closes, _) in market.items()}
    others = np.column_stack([moves[name] for name in NAMES if name != "KO"])
    fit = least_variance_hedge(moves["KO"], others)
    assert 0.3 < fit.fit < 0.95
    assert fit.basis_deviation < fit.deviation
