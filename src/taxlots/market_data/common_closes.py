"""Closes of several securities at the same times: what risk is estimated from.

Closes of a book need not be daily.  So times are the ends of weeks or, where closes are rarer, of
months, and the close at one is the last of its period.  Dividends are not in the closes of a book.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taxlots.domain.calendar import day_of
from taxlots.market_data.calendars import sessions_between
from taxlots.market_data.prices import PRICE_PLACES, PriceHistory

WEEKS_OF_YEAR: Final = 52
MONTHS_OF_YEAR: Final = 12
GRIDS: Final = ((WEEKS_OF_YEAR, 2), (MONTHS_OF_YEAR, 5))
"""Periods in a year, and years back from the as-of day: two years of weeks, or five of months."""
FEWEST_PERIODS: Final = 36
"""With fewer, nothing is said of a security."""

Floats = NDArray[np.float64]
NOTHING: Final[Floats] = np.zeros((0, 0))
Splits = Mapping[str, Mapping[int, Fraction]]


@dataclass(frozen=True, slots=True, eq=False)
class CommonCloses:
    """Closes of securities at the ends of common periods.

    ``matrix`` has a row for each period, the last one last, and a column for each of ``symbols``,
    in dollars of one unit of today; it has no gaps.  ``lacking`` are securities with too few.
    """

    symbols: tuple[str, ...]
    matrix: Floats
    periods_of_year: int
    lacking: tuple[str, ...]


def common_closes(
    history: PriceHistory,
    symbols: Iterable[str],
    as_of: date,
    splits: Splits | None = None,
) -> CommonCloses:
    """Closes at the ends of the finest periods in which most of the securities have them.

    A security that lacks closes in some periods is left out where others have them.  ``splits``
    maps symbols to days and ratios of new shares to old.
    """
    wanted = tuple(dict.fromkeys(symbols))
    best: CommonCloses | None = None
    for periods, years in GRIDS:
        ends = _period_ends(as_of, periods, years)
        found = _on_grid(history, wanted, ends, splits or {}, periods)
        if best is None or len(found.symbols) > len(best.symbols):
            best = found
        if not found.lacking:
            break
    if best is None:
        return CommonCloses((), NOTHING, 1, wanted)
    return best


def _period_ends(as_of: date, periods: int, years: int) -> NDArray[np.int64]:
    """The last session of each week or month, the one of the as-of day ending on it."""
    found: dict[tuple[int, int], int] = {}
    for session in sessions_between(as_of - timedelta(days=366 * years + 31), as_of):
        week = session.isocalendar()
        is_weekly = periods == WEEKS_OF_YEAR
        key = (week.year, week.week) if is_weekly else (session.year, session.month)
        found[key] = day_of(session)
    return np.array(list(found.values())[-periods * years - 1 :], np.int64)


def _on_grid(
    history: PriceHistory,
    symbols: tuple[str, ...],
    ends: NDArray[np.int64],
    splits: Splits,
    periods_of_year: int,
) -> CommonCloses:
    columns = {one: _log_closes(history, one, ends, splits.get(one, {})) for one in symbols}
    if columns and not any(np.isfinite(column[-1:]).any() for column in columns.values()):
        # The last period has only just begun.
        columns = {one: column[:-1] for one, column in columns.items()}
    first = _first_common(columns)
    kept = tuple(one for one in symbols if np.isfinite(columns[one][first:]).all())
    lacking = tuple(one for one in symbols if one not in kept)
    matrix = np.exp(np.column_stack([columns[one][first:] for one in kept])) if kept else NOTHING
    return CommonCloses(kept, matrix, periods_of_year, lacking)


def _first_common(columns: Mapping[str, Floats]) -> int:
    """The earliest period, leaving enough of them, from which most securities have closes."""
    if not columns:
        return 0
    table = np.column_stack(list(columns.values()))
    count = len(table)
    best, most = 0, -1
    for first in range(max(1, count - FEWEST_PERIODS)):
        whole = int(np.isfinite(table[first:]).all(axis=0).sum())
        if whole > most:
            best, most = first, whole
    return best


def _log_closes(
    history: PriceHistory,
    symbol: str,
    ends: NDArray[np.int64],
    splits: Mapping[int, Fraction],
) -> Floats:
    """The logarithm of the last close of each period in today's units; not a number without one."""
    row = np.full(len(ends), np.nan)
    first, end = history.spans.get(symbol, (0, 0))
    days, closes = history.days[first:end], history.closes[first:end]
    if not len(days) or not len(ends):
        return row
    at = np.searchsorted(days, ends, side="right") - 1
    starts = np.concatenate([[2 * ends[0] - ends[min(1, len(ends) - 1)]], ends[:-1]])
    is_within = (at >= 0) & (days[np.maximum(at, 0)] > starts)
    row[is_within] = np.log(closes[at[is_within]] / 10**PRICE_PLACES)
    for day, ratio in splits.items():
        priced = days[np.maximum(at, 0)]
        row[priced < day] -= np.log(float(ratio))
    return row
