"""What classes have returned: closes of their securities on even days, and indexes of them.

An index is of price returns; dividends are not in the closes of a book.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taxlots.domain.calendar import day_of, months_after
from taxlots.market_data.calendars import sessions_between
from taxlots.market_data.prices import PriceHistory
from taxlots.plan.timing.momentum import close_on

MONTHS: Final = 60
MONTHS_OF_YEAR: Final = 12.0
SESSIONS_OF_YEAR: Final = 252.0
DAILY_DAYS: Final = 731
DAILY_CLOSES: Final = 230
"""With so many closes in the last year a security has daily ones."""
FEWEST_RETURNS: Final = 12

Floats = NDArray[np.float64]
Days = NDArray[np.int64]
Splits = Mapping[str, Mapping[int, Fraction]]


@dataclass(frozen=True, slots=True, eq=False)
class PriceGrid:
    """Closes (1e-8 dollars, in units of today) on even days, the last one the day of the plan.

    ``closes`` has a row of shape (t,) for each symbol, with no number where there is no close.
    """

    days: Days
    periods_of_year: float
    closes: Mapping[str, Floats]

    def index(self, parts: Mapping[str, float]) -> Floats:
        """The index of securities held in these proportions every period, shape (t,).

        A period counts the securities that have both closes.  Before the first return it is no
        number, and 1 where it begins.
        """
        known = {symbol: part for symbol, part in parts.items() if part > 0}
        if not known:
            return np.full(len(self.days), np.nan)
        rows = np.array([self.closes[symbol] for symbol in known])
        weights = np.array(list(known.values()))[:, None]
        returns = rows[:, 1:] / rows[:, :-1] - 1.0
        counts = np.where(np.isfinite(returns), weights, 0.0)
        total = counts.sum(axis=0)
        moves = np.where(total > 0, np.nansum(counts * np.nan_to_num(returns), axis=0), 0.0)
        mean = np.divide(moves, total, out=np.zeros_like(total), where=total > 0)
        index = np.append(1.0, np.cumprod(1.0 + mean))
        first = int(np.argmax(total > 0)) if total.any() else len(index)
        index[:first] = np.nan
        return index


def monthly(
    history: PriceHistory, symbols: Iterable[str], as_of: date, splits: Splits
) -> PriceGrid:
    """Closes of the last five years, a month apart."""
    end = day_of(as_of)
    days = [months_after(end, -back) for back in range(MONTHS, -1, -1)]
    return _grid(history, symbols, sorted(set(days)), MONTHS_OF_YEAR, splits)


def fine(history: PriceHistory, symbols: Sequence[str], as_of: date, splits: Splits) -> PriceGrid:
    """Daily closes of two years where each symbol with closes has them, else monthly ones."""
    end = day_of(as_of)
    counts = [_closes_since(history, symbol, end - 365, end) for symbol in symbols]
    if not any(counts) or min(count for count in counts if count) < DAILY_CLOSES:
        return monthly(history, symbols, as_of, splits)
    sessions = sessions_between(as_of - timedelta(days=DAILY_DAYS), as_of)
    return _grid(history, symbols, [day_of(day) for day in sessions], SESSIONS_OF_YEAR, splits)


def _closes_since(history: PriceHistory, symbol: str, start: int, end: int) -> int:
    days = history.days[slice(*history.spans.get(symbol, (0, 0)))]
    return int(np.searchsorted(days, end, "right") - np.searchsorted(days, start))


def _grid(
    history: PriceHistory,
    symbols: Iterable[str],
    days: Sequence[int],
    periods: float,
    splits: Splits,
) -> PriceGrid:
    closes = {symbol: _row(history, symbol, days, splits.get(symbol, {})) for symbol in symbols}
    return PriceGrid(np.array(days, np.int64), periods, closes)


def _row(
    history: PriceHistory, symbol: str, days: Sequence[int], splits: Mapping[int, Fraction]
) -> Floats:
    """The last close on or before each day, in the units of the last day."""
    known = slice(*history.spans.get(symbol, (0, 0)))
    own_days = history.days[known]
    closes = history.closes[known].astype(np.float64)
    for day, ratio in splits.items():
        closes[own_days < day] /= float(ratio)
    return np.array([close_on(own_days, closes, day) for day in days])


def covariance(indexes: Sequence[Floats], periods_of_year: float) -> Floats:
    """The annual covariance of indexes over the periods that all known ones share, shape (n, n).

    Rows and columns of an index of which too little is known are no numbers.
    """
    count = len(indexes)
    found = np.full((count, count), np.nan)
    returns = [np.diff(np.log(index)) for index in indexes]
    known = [at for at, row in enumerate(returns) if np.isfinite(row).sum() >= FEWEST_RETURNS]
    if not known:
        return found
    table = np.array([returns[at] for at in known])
    shared = table[:, np.isfinite(table).all(axis=0)]
    if shared.shape[1] >= FEWEST_RETURNS:
        found[np.ix_(known, known)] = np.atleast_2d(np.cov(shared)) * periods_of_year
    return found
