"""What the closes of a book say of one day: reckoned once, for however many partitions ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from taxlots.domain.calendar import day_of
from taxlots.domain.problem import Problem
from taxlots.domain.quote import Quote
from taxlots.market_data.prices import PriceHistory, price_history
from taxlots.market_data.tracking import Splits, trackings
from taxlots.market_data.volatility import volatility

if TYPE_CHECKING:
    import pyarrow as pa

Pair = tuple[str, str]
"""A security and its proxy."""


@dataclass(slots=True)
class MarketOfDay:
    """The closes of a book as of a day, with the problems of reading them.

    What follows from them is kept as it is asked for.
    """

    prices: pa.Table | None
    as_of: date
    history: PriceHistory = field(init=False)
    problems: list[Problem] = field(init=False)
    _quotes: dict[str, Quote | None] = field(init=False, default_factory=dict)
    _volatilities: dict[tuple[str, int], int | None] = field(init=False, default_factory=dict)
    _errors: dict[Pair, int | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.history, self.problems = price_history(self.prices)

    def quote(self, symbol: str) -> Quote | None:
        """The last close of a symbol; None without one."""
        if symbol not in self._quotes:
            self._quotes[symbol] = self.history.last_close(symbol, self.as_of)
        return self._quotes[symbol]

    def volatility_ppm(self, symbol: str, since: int = 0) -> int | None:
        """Annual volatility in 1e-6 by the closes from the day ``since`` on; None if unknown."""
        key = symbol, since
        if key not in self._volatilities:
            self._volatilities[key] = volatility(self.history, symbol, day_of(self.as_of), since)
        return self._volatilities[key]

    def tracking_ppm(self, pairs: Iterable[Pair], splits: Splits) -> dict[Pair, int]:
        """Tracking errors of proxies in 1e-6, where closes tell them.

        ``splits`` are those of a book's journal: pairs that have some are reckoned every time.
        """
        asked = dict.fromkeys(pairs)
        own = [pair for pair in asked if splits.keys() & set(pair)]
        fresh = [pair for pair in asked if pair not in self._errors]
        self._errors |= dict.fromkeys(fresh) | self._reckoned(fresh, {})
        found = {pair: error for pair in asked if (error := self._errors[pair]) is not None}
        if own:
            found = {pair: error for pair, error in found.items() if pair not in own}
            found |= self._reckoned(own, splits)
        return found

    def _reckoned(self, pairs: Iterable[Pair], splits: Splits) -> dict[Pair, int]:
        figures = trackings(self.history, pairs, self.as_of, splits)
        return {pair: figure.error_ppm for pair, figure in figures.items()}


_last: list[MarketOfDay] = []


def same_market(prices: pa.Table | None, as_of: date) -> MarketOfDay:
    """The market of a table of prices; that of the last call, if it was of the same table."""
    for known in _last:
        if known.prices is prices and known.as_of == as_of:
            return known
    market = MarketOfDay(prices, as_of)
    _last[:] = [market]
    return market


def same_history(prices: pa.Table | None) -> tuple[PriceHistory, list[Problem]]:
    """The closes of a table of prices; those of the market asked for last, if it was of that."""
    for known in _last:
        if known.prices is prices:
            return known.history, known.problems
    return price_history(prices)
