"""Real closes for tests that have them: 504 US stocks, outside the repository."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from taxlots.domain.calendar import day_of

PLACE = Path(__file__).parents[2] / ".." / "shared" / "data" / "us_equities_1999_2021.parquet"
SYMBOLS = ("MSFT", "JPM", "XOM", "JNJ", "PG", "CAT", "NEE", "VZ", "SPG", "NEM")
"""One of each sector, and a gold mine."""


def real_closes(
    symbols: tuple[str, ...] = SYMBOLS, start: date = date(2003, 1, 2)
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Days and closes in the units of the last day, shape (t, n); skips where there are none."""
    if not PLACE.exists():
        pytest.skip("needs the daily closes of ../shared/data")
    import pyarrow.parquet as pq

    table = pq.read_table(
        PLACE,
        columns=["symbol", "date", "close", "split"],
        filters=[("symbol", "in", symbols)],
    ).to_pydict()
    rows: dict[str, dict[date, tuple[float, float]]] = {name: {} for name in symbols}
    cells = zip(table["symbol"], table["date"], table["close"], table["split"], strict=True)
    for symbol, day, close, split in cells:
        on = day if type(day) is date else day.date()
        if on >= start:
            rows[symbol][on] = (float(close), float(split))
    days = sorted(set.intersection(*(set(one) for one in rows.values())))
    columns = []
    for symbol in symbols:
        closes = np.array([rows[symbol][day][0] for day in days])
        splits = np.array([rows[symbol][day][1] for day in days])
        later = np.append(np.cumprod(splits[::-1])[::-1][1:], 1.0)
        columns.append(closes / later)
    return np.array([day_of(day) for day in days], np.int64), np.array(columns).T
