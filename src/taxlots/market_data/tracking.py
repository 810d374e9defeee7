"""How closely proxies have tracked what they stand in for, from closes of the same sessions.

Returns are price returns: dividends are not in the closes of a book, so that the error of a pair
that pays on different days is stated a little too high.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.tracking import ONE, Tracking
from taxlots.market_data.calendars import sessions_between
from taxlots.market_data.prices import PriceHistory

SESSIONS_OF_YEAR: Final = 252
"""Sessions in a year: the most returns that count, and what makes a day's variance a year's."""
FEWEST_SESSIONS: Final = 60
"""With fewer common sessions nothing is said of a pair."""
OLDEST_DAYS: Final = 731
"""Where closes are few, those of the last two years count."""
JUMP: Final = 0.4
"""How far two log returns of a session differ when one has split, 3 for 2 or more."""

Floats = NDArray[np.float64]
Splits = Mapping[str, Mapping[int, Fraction]]


def trackings(
    history: PriceHistory,
    pairs: Iterable[tuple[str, str]],
    as_of: date,
    splits: Splits | None = None,
) -> dict[tuple[str, str], Tracking]:
    """The figures of each pair of original and proxy; pairs with too few closes are left out.

    They rest on the last 252 returns between sessions on which both have a close, none older than
    two years, and at least 60 sessions.  Each return counts by the sessions that it spans, so that
    closes need not be daily.  ``splits`` maps symbols to days and ratios of new shares to old:
    closes of before are brought to today's units.
    """
    wanted = sorted(set(pairs))
    symbols = dict.fromkeys(symbol for pair in wanted for symbol in pair)
    sessions = _days(sessions_between(as_of - timedelta(days=OLDEST_DAYS), as_of))
    rows = {s: _log_closes(history, s, sessions, (splits or {}).get(s, {})) for s in symbols}
    found = {}
    for pair in wanted:
        figures = _tracking(rows[pair[0]], rows[pair[1]], sessions)
        if figures is not None:
            found[pair] = figures
    return found


def _days(dates: list[date]) -> NDArray[np.int64]:
    return np.array([day_of(one) for one in dates], np.int64)


def _log_closes(
    history: PriceHistory, symbol: str, sessions: NDArray[np.int64], splits: Mapping[int, Fraction]
) -> Floats:
    """The logarithm of the close of each session in today's units; not a number without one."""
    row = np.full(len(sessions), np.nan)
    first, end = history.spans.get(symbol, (0, 0))
    days, closes = history.days[first:end], history.closes[first:end]
    if not len(days):
        return row
    at = np.minimum(np.searchsorted(days, sessions), len(days) - 1)
    has_close = days[at] == sessions
    row[has_close] = np.log(closes[at[has_close]].astype(np.float64))
    for day, ratio in splits.items():
        row[sessions < day] -= np.log(float(ratio))
    return row


def _tracking(original: Floats, proxy: Floats, sessions: NDArray[np.int64]) -> Tracking | None:
    common = np.flatnonzero(np.isfinite(original) & np.isfinite(proxy))[-SESSIONS_OF_YEAR - 1 :]
    if len(common) < FEWEST_SESSIONS:
        return None
    spans = np.diff(common).astype(np.float64)
    x, y = np.diff(original[common]), np.diff(proxy[common])
    is_jump = np.abs(x - y) > JUMP * np.sqrt(spans)
    x, y, spans = x[~is_jump], y[~is_jump], spans[~is_jump]
    if len(x) < FEWEST_SESSIONS - 1:
        return None
    a, b, both = _variance(x, x, spans), _variance(y, y, spans), _variance(x, y, spans)
    error = _variance(x - y, x - y, spans)
    return Tracking(
        correlation_ppm=round(both / sqrt(a * b) * ONE) if a * b > 0 else None,
        beta_ppm=round(both / a * ONE) if a > 0 else None,
        error_ppm=round(sqrt(error * SESSIONS_OF_YEAR) * ONE),
        returns=len(x),
        left_out=tuple(date_of(int(sessions[at])) for at in common[1:][is_jump]),
    )


def _variance(x: Floats, y: Floats, spans: Floats) -> float:
    """The covariance of two returns of one session, from returns over ``spans`` sessions."""
    drift_x, drift_y = x.sum() / spans.sum(), y.sum() / spans.sum()
    return float(np.sum((x - drift_x * spans) * (y - drift_y * spans) / spans) / (len(x) - 1))
