"""Rules of rebalancing over eighteen real years, ten stocks of different sectors.

The figures are of these stocks and years; what is tested is the order that the literature finds:
bands trade less than a calendar for the same closeness, edges less than targets.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.plan.real_closes import SYMBOLS, real_closes

from taxlots.plan.bands.breach import VANGUARD_200_175, breaches, tree_destinations
from taxlots.plan.bands.widths import Bands, absolute, relative
from taxlots.plan.targets.hierarchy import flat
from taxlots.plan.targets.risk_parity import risk_parity
from taxlots.plan.timing.dislocation import DislocationRule, buying_pace
from taxlots.plan.timing.volatility_target import VolatilityTarget, scales

TARGET = np.full(len(SYMBOLS), 1 / len(SYMBOLS))
TREE = flat(SYMBOLS)


@cache
def market() -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    return real_closes()


@dataclass(frozen=True)
class Years:
    """What a rule did: turnover a year, and the root of the mean squared deviation."""

    turnover: float
    deviation: float
    trades: int


def held(bands: Bands, part: float, looks: Callable[[int], bool]) -> Years:
    """A mix that is looked at on some sessions, and trades on a breach."""
    days, closes = market()
    growth = closes[1:] / closes[:-1]
    weights, turnover, squares, trades = TARGET.copy(), 0.0, 0.0, 0
    for place, factor in enumerate(growth):
        weights = weights * factor
        weights /= weights.sum()
        if looks(place) and breaches(weights, bands).any:
            found = tree_destinations(TREE, weights, TARGET, bands, part)
            assert not breaches(found.weights, bands).any
            assert np.isclose(found.weights.sum(), 1)
            turnover += float(np.abs(found.weights - weights).sum()) / 2
            trades += int((np.abs(found.weights - weights) > 1e-6).sum())
            weights = found.weights
        squares += float(((weights - TARGET) ** 2).sum())
    years = (days[-1] - days[0]) / 365.25
    return Years(turnover / years, float(np.sqrt(squares / len(growth))), trades)


def monthly(place: int) -> bool:
    return place % 21 == 0


def daily(place: int) -> bool:
    return place >= 0


ANY = Bands(TARGET, TARGET)


def test_a_threshold_of_200_to_175_trades_less_than_every_month_to_the_target() -> None:
    months = held(ANY, 0.0, monthly)
    threshold = held(absolute(TARGET, 0.02), VANGUARD_200_175, daily)
    assert threshold.turnover < 0.6 * months.turnover
    assert threshold.trades < months.trades
    assert threshold.deviation < 0.05


def test_an_edge_trades_less_than_half_a_band_and_that_less_than_the_target() -> None:
    bands = relative(TARGET, 0.20)
    edge, half, target = (held(bands, part, daily) for part in (1.0, 0.5, 0.0))
    assert edge.turnover < half.turnover < target.turnover
    assert edge.deviation > half.deviation > target.deviation


def test_looking_every_second_week_trades_less_often_than_every_day() -> None:
    bands = relative(TARGET, 0.20)
    every_day = held(bands, 0.5, daily)
    second_week = held(bands, 0.5, lambda place: place % 10 == 0)
    assert second_week.trades < every_day.trades
    assert second_week.deviation == pytest.approx(every_day.deviation, rel=0.25)


def test_wider_bands_trade_less_and_stray_further() -> None:
    found = [held(absolute(TARGET, width), 0.5, daily) for width in (0.01, 0.02, 0.04)]
    assert found[0].turnover > found[1].turnover > found[2].turnover
    assert found[0].deviation < found[1].deviation < found[2].deviation


def test_risk_parity_of_real_covariance() -> None:
    _, closes = market()
    found = risk_parity(np.cov(np.diff(np.log(closes), axis=0).T))
    assert np.allclose(found.contributions, 0.1)
    assert found.weights[SYMBOLS.index("JNJ")] > found.weights[SYMBOLS.index("NEM")]


def test_dislocations_are_in_2008_and_2020_and_not_in_2017() -> None:
    days, closes = market()
    mix = np.cumprod(np.append(1.0, (closes[1:] / closes[:-1]).mean(axis=1)))
    rule = DislocationRule()
    years = {}
    for place in range(400, len(mix), 5):
        year = 1970 + int(days[place] / 365.2425)
        found = buying_pace(mix[place - 300 : place + 1], rule)
        years.setdefault(year, []).append(found.is_dislocated)
    assert any(years[2008])
    assert any(years[2020])
    assert not any(years[2017])
    assert sum(map(sum, years.values())) < 0.1 * sum(map(len, years.values()))


def test_a_volatility_target_evens_out_what_a_year_brings() -> None:
    days, closes = market()
    returns = (closes[1:] / closes[:-1]).mean(axis=1) - 1.0
    sizes = np.append(1.0, scales(returns, VolatilityTarget(volatility=0.15))[:-1])
    years = np.array([1970 + int(day / 365.2425) for day in days[1:]])
    plain, even = (
        np.array([moves[years == year].std() * 252**0.5 for year in range(2004, 2021)])
        for moves in (returns, sizes * returns)
    )
    assert even.max() < 0.6 * plain.max()
    assert even.std() < 0.5 * plain.std()
