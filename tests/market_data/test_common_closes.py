"""Closes at common times, from which risk is estimated."""

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest

from taxlots.domain.calendar import day_of
from taxlots.market_data.common_closes import common_closes
from taxlots.market_data.prices import PriceHistory, price_history

AS_OF = date(2024, 12, 31)


def history(**closes: dict[date, float]) -> PriceHistory:
    rows = [(day, symbol, close) for symbol, of in closes.items() for day, close in of.items()]
    columns = {
        "date": [day.isoformat() for day, _, _ in rows],
        "symbol": [symbol for _, symbol, _ in rows],
        "close": [f"{close:.4f}" for _, _, close in rows],
    }
    found, problems = price_history(pa.table(columns))
    assert not problems
    return found


def weekly(weeks: int, first: float = 100.0) -> dict[date, float]:
    fridays = [date(2024, 12, 27) - timedelta(weeks=back) for back in range(weeks)]
    return {
        day + timedelta(days=-1 if day == date(2024, 3, 29) else 0): first + place
        for place, day in enumerate(reversed(fridays))
    }


def monthly(months: int) -> dict[date, float]:
    found = {}
    for back in range(months):
        year, month = divmod(2024 * 12 + 11 - back, 12)
        found[date(year, month + 1, 15)] = 50.0 + back
    return found


def test_weekly_closes_of_two_years_are_taken_as_they_are() -> None:
    found = common_closes(history(A=weekly(110), B=weekly(110, 10.0)), ["A", "B"], AS_OF)
    assert (found.symbols, found.lacking, found.periods_of_year) == (("A", "B"), (), 52)
    assert found.matrix[-1] == pytest.approx([209.0, 119.0])
    assert (np.diff(found.matrix, axis=0) >= 0).all()


def test_where_one_has_monthly_closes_alone_all_are_taken_by_month() -> None:
    found = common_closes(history(A=weekly(270), B=monthly(60)), ["A", "B"], AS_OF)
    assert (found.symbols, found.periods_of_year) == (("A", "B"), 12)
    assert found.matrix[-1, 1] == pytest.approx(50.0)
    assert len(found.matrix) >= 36


def test_a_security_with_few_closes_is_lacking() -> None:
    found = common_closes(history(A=weekly(110), B=monthly(12)), ["A", "B", "C"], AS_OF)
    assert found.symbols == ("A",)
    assert found.lacking == ("B", "C")


def test_closes_of_before_a_split_are_in_units_of_today() -> None:
    closes = weekly(110)
    split = date(2024, 6, 10)
    before = {day: close * (4 if day < split else 1) for day, close in closes.items()}
    splits = {"A": {day_of(split): Fraction(4)}}
    plain = common_closes(history(A=closes), ["A"], AS_OF)
    found = common_closes(history(A=before), ["A"], AS_OF, splits)
    assert found.matrix == pytest.approx(plain.matrix)
