"""Indexes of classes, from the closes of their securities."""

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest

from taxlots.domain.calendar import date_of, day_of
from taxlots.market_data.calendars import sessions_between
from taxlots.market_data.prices import PriceHistory, price_history
from taxlots.workflows.class_prices import PriceGrid, covariance, fine, monthly

END = date(2024, 12, 31)


def history(**closes: dict[date, float]) -> PriceHistory:
    rows = [
        (day, name, f"{close:.8f}") for name, row in closes.items() for day, close in row.items()
    ]
    table = pa.table(
        {
            "date": [day.isoformat() for day, _, _ in rows],
            "symbol": [name for _, name, _ in rows],
            "close": [close for _, _, close in rows],
        }
    )
    found, problems = price_history(table)
    assert not problems
    return found


def test_closes_of_five_years_stand_a_month_apart_in_the_units_of_today() -> None:
    """A 2-for-1 split on 2 July 2024: the 80 of June is 40 now."""
    sessions = sessions_between(date(2024, 1, 2), END)
    closes = {day: 80.0 if day < date(2024, 7, 2) else 40.0 for day in sessions}
    splits = {"A": {day_of(date(2024, 7, 2)): Fraction(2)}}
    grid = monthly(history(A=closes), ["A", "B"], END, splits)
    assert (len(grid.days), date_of(int(grid.days[-1]))) == (61, END)
    row = grid.closes["A"]
    assert np.isnan(row[:48]).all()
    assert set(row[49:] / 1e8) == {40.0}
    assert np.isnan(grid.closes["B"]).all()


def test_an_index_counts_what_has_both_closes() -> None:
    """3 to 1 of +10 and -10 %: +5 %; then A alone, +10 %."""
    grid = PriceGrid(
        np.arange(3),
        12.0,
        {"A": np.array([100, 110, 121.0]), "B": np.array([100, 90, np.nan])},
    )
    assert grid.index({"A": 3.0, "B": 1.0}) == pytest.approx([1.0, 1.05, 1.155])
    assert np.isnan(grid.index({"A": 0.0})).all()
    late = PriceGrid(np.arange(3), 12.0, {"A": np.array([np.nan, 50, 60.0])})
    assert late.index({"A": 1.0})[1:] == pytest.approx([1.0, 1.2])
    assert np.isnan(late.index({"A": 1.0})[0])


def test_daily_closes_are_used_where_every_security_has_them() -> None:
    days = sessions_between(END - timedelta(days=800), END)
    daily = dict.fromkeys(days, 10.0)
    sparse = dict.fromkeys(days[::10], 10.0)
    assert fine(history(A=daily, B=daily), ["A", "B", "C"], END, {}).periods_of_year == 252
    assert fine(history(A=daily, B=sparse), ["A", "B"], END, {}).periods_of_year == 12


def test_covariance_is_annual_and_of_what_is_known() -> None:
    """Two indexes that move by 1 and 2 % up and down by turns, and one of three closes."""
    moves = np.array([0.01, -0.01] * 10)
    first = np.exp(np.append(0.0, np.cumsum(moves)))
    second = np.exp(np.append(0.0, np.cumsum(2 * moves)))
    short = np.full(21, np.nan)
    short[-3:] = 1.0
    found = covariance([first, second, short], 12.0)
    variance = moves.var(ddof=1) * 12
    assert found[:2, :2] == pytest.approx(variance * np.array([[1, 2], [2, 4]]))
    assert np.isnan(found[2]).all()
    assert np.isnan(covariance([short], 12.0)).all()
