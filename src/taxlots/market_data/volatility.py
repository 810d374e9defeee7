"""How much closes move: annual volatility.

An estimate from the closes of a year.  They need not be daily: each move is weighed by the time
between its two closes.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from taxlots.market_data.prices import PriceHistory

DAYS_OF_YEAR: Final = 365.0
LEAST_MOVES: Final = 20
"""From fewer moves nothing is said."""

LOOK_BACK_DAYS: Final = 365
ONE: Final = 1_000_000

Floats = NDArray[np.float64]
Days = NDArray[np.int64]


def volatility(history: PriceHistory, symbol: str, day: int, since: int = 0) -> int | None:
    """Annual standard deviation of log returns in 1e-6 as of a day; None if little is known.

    Closes from before the day ``since``, the last split, are in other units and left out.
    """
    days, closes = _closes(history, symbol, day, since)
    return _annual(days, np.log(closes))


def _closes(history: PriceHistory, symbol: str, day: int, since: int) -> tuple[Days, Floats]:
    first, end = history.spans.get(symbol, (0, 0))
    days = history.days[first:end]
    start = max(since, day - LOOK_BACK_DAYS)
    low, high = np.searchsorted(days, [start, day + 1])
    return days[low:high], history.closes[first + low : first + high].astype(np.float64)


def _annual(days: Days, logs: Floats) -> int | None:
    """The root of the squared moves over the years that they took."""
    if len(days) <= LEAST_MOVES:
        return None
    years = float(days[-1] - days[0]) / DAYS_OF_YEAR
    moves = np.diff(logs)
    variance = float(np.sum((moves - moves.mean()) ** 2)) / years
    return round(ONE * float(np.sqrt(variance)))
