"""What closes say of a day is reckoned once for a night, and says what it says to one book."""

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pyarrow as pa

from taxlots.domain.calendar import day_of
from taxlots.market_data.prices import price_history
from taxlots.market_data.tracking import trackings
from taxlots.market_data.volatility import volatility
from taxlots.workflows.market_of_day import MarketOfDay, same_market

DAY = date(2023, 12, 15)
PAIRS = [("ABC", "PRX"), ("ABC", "ABC"), ("PRX", "NEW")]


def prices() -> pa.Table:
    """Two hundred days of closes of two securities, and one of a new one."""
    draw = np.random.default_rng(7)
    days = [(DAY - timedelta(days=n)).isoformat() for n in range(200)]
    closes = [f"{close:.2f}" for close in 50 + draw.normal(0, 1, 400)]
    return pa.table(
        {
            "date": [*days, *days, DAY.isoformat()],
            "symbol": [*["ABC"] * 200, *["PRX"] * 200, "NEW"],
            "close": [*closes, "9.00"],
        }
    )


def test_a_market_says_what_the_closes_say_however_often_it_is_asked() -> None:
    market = MarketOfDay(prices(), DAY)
    history, _ = price_history(prices())
    figures = trackings(history, PAIRS, DAY)
    since = day_of(DAY) - 60

    for _ in range(2):
        assert market.quote("ABC") == history.last_close("ABC", DAY)
        assert market.quote("none") is None
        assert market.volatility_ppm("ABC") == volatility(history, "ABC", day_of(DAY))
        assert market.volatility_ppm("ABC", since) == volatility(history, "ABC", day_of(DAY), since)
        assert market.tracking_ppm(PAIRS, {}) == {
            pair: figure.error_ppm for pair, figure in figures.items()
        }


def test_a_split_of_one_journal_changes_nothing_for_the_next() -> None:
    market = MarketOfDay(prices(), DAY)
    splits = {"ABC": {day_of(DAY) - 30: Fraction(2)}}
    history, _ = price_history(prices())

    with_split = market.tracking_ppm(PAIRS, splits)
    without = market.tracking_ppm(PAIRS, {})

    assert with_split == {
        pair: figure.error_ppm for pair, figure in trackings(history, PAIRS, DAY, splits).items()
    }
    assert without == MarketOfDay(prices(), DAY).tracking_ppm(PAIRS, {})
    assert with_split != without


def test_the_market_is_kept_for_the_same_table_and_day() -> None:
    table = prices()

    market = same_market(table, DAY)

    assert same_market(table, DAY) is market
    assert same_market(table, DAY - timedelta(days=1)) is not market
    assert same_market(prices(), DAY) is not market
