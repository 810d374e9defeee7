"""Volatility from closes: by the time that each return took."""

from datetime import date, timedelta
from math import log, sqrt

import pyarrow as pa

from taxlots.domain.calendar import day_of
from taxlots.market_data.prices import PriceHistory, price_history
from taxlots.market_data.volatility import volatility

END = date(2024, 12, 31)
LAST = day_of(END)


def closes(count: int, days_apart: int, up: str = "101", down: str = "100") -> PriceHistory:
    """Closes that go up and down by turns, the last one on the last day of 2024."""
    dates = [END - timedelta(days=days_apart * place) for place in range(count)]
    table = pa.table(
        {
            "date": [day.isoformat() for day in dates],
            "symbol": ["ABC"] * count,
            "close": [(up, down)[place % 2] for place in range(count)],
        }
    )
    history, problems = price_history(table)
    assert not problems
    return history


def test_each_return_counts_by_its_time() -> None:
    daily = volatility(closes(101, 1), "ABC", LAST)
    weekly = volatility(closes(41, 7), "ABC", LAST)
    assert daily == round(log(1.01) * sqrt(365) * 1e6)
    assert weekly == round(log(1.01) * sqrt(365 / 7) * 1e6)


def test_a_price_that_does_not_move_has_none() -> None:
    assert volatility(closes(30, 1, "100", "100"), "ABC", LAST) == 0


def test_too_few_closes_tell_nothing() -> None:
    assert volatility(closes(20, 1), "ABC", LAST) is None
    assert volatility(closes(21, 1), "ABC", LAST) is not None
    assert volatility(closes(21, 1), "XYZ", LAST) is None


def test_closes_from_before_a_split_are_in_other_units() -> None:
    since = LAST - 25
    history = closes(101, 1)
    assert volatility(history, "ABC", LAST, since=LAST) is None
    assert volatility(history, "ABC", LAST, since=since) is not None
