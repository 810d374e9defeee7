"""The risk of securities on a day: estimated once for each set of them, for whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Final, TypeVar

from taxlots.market_data.common_closes import FEWEST_PERIODS, CommonCloses, Splits, common_closes
from taxlots.plan.risk import RiskModel
from taxlots.plan.risk_estimate import estimate_risk
from taxlots.workflows.market_of_day import MarketOfDay

HALF_LIFE_YEARS: Final = 2
"""How long ago a return is that weighs half as much as the last one in estimates of risk."""

MOST_KEPT: Final = 256
"""Sets of securities of which closes and risk are kept: the oldest goes first."""

Key = tuple[tuple[str, ...], tuple[tuple[str, int, Fraction], ...]]
"""Symbols, and their splits."""

Value = TypeVar("Value")


class RiskOfDay:
    """Common closes of a market and the risk models of them, made when they are asked for.

    Both take symbols in the order of the result, and splits: symbols to days and ratios of new
    shares to old.
    """

    def __init__(self, market: MarketOfDay) -> None:
        self.market = market
        self._closes: dict[Key, CommonCloses] = {}
        self._models: dict[Key, RiskModel] = {}

    def closes(self, symbols: Sequence[str], splits: Splits) -> CommonCloses:
        """Closes of securities at common times."""

        def made() -> CommonCloses:
            return common_closes(self.market.history, symbols, self.market.as_of, splits)

        return _kept(self._closes, _key(symbols, splits), made)

    def model(self, symbols: Sequence[str], splits: Splits) -> RiskModel:
        """The risk model of securities of which none lacks closes.  Raises DataError."""

        def made() -> RiskModel:
            closes = self.closes(symbols, splits)
            return estimate_risk(
                closes.symbols,
                closes.matrix,
                half_life=HALF_LIFE_YEARS * closes.periods_of_year,
                sessions_of_year=closes.periods_of_year,
                least_returns=FEWEST_PERIODS - 1,
            )

        return _kept(self._models, _key(symbols, splits), made)


def _key(symbols: Sequence[str], splits: Splits) -> Key:
    own = [(name, day, ratio) for name in symbols for day, ratio in splits.get(name, {}).items()]
    return tuple(symbols), tuple(own)


def _kept(kept: dict[Key, Value], key: Key, made: Callable[[], Value]) -> Value:
    """What is kept under a key, or made and kept."""
    found = kept.get(key)
    if found is None:
        found = made()
        if len(kept) >= MOST_KEPT:
            del kept[next(iter(kept))]
        kept[key] = found
    return found


_last: list[RiskOfDay] = []


def same_risk(market: MarketOfDay) -> RiskOfDay:
    """The risk of a market; that of the last call, if it was the same one."""
    for known in _last:
        if known.market is market:
            return known
    fresh = RiskOfDay(market)
    _last[:] = [fresh]
    return fresh
