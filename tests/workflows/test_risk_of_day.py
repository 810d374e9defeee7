"""The risk of a set of securities is estimated once, however many households hold it."""

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pyarrow as pa

from taxlots.domain.calendar import day_of
from taxlots.workflows.market_of_day import MarketOfDay
from taxlots.workflows.risk_of_day import MOST_KEPT, RiskOfDay, same_risk

DAY = date(2024, 12, 18)
WEEKS = 60


def market() -> MarketOfDay:
    """Closes of a year and more, a week apart; those of BBB halve in the middle."""
    rng = np.random.default_rng(7)
    days = [DAY - timedelta(days=7 * back) for back in range(WEEKS, -1, -1)]
    rows = []
    for symbol in ("AAA", "BBB"):
        closes = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, len(days))))
        if symbol == "BBB":
            closes[WEEKS // 2 :] /= 2
        rows += [(str(d), symbol, f"{close:.2f}") for d, close in zip(days, closes, strict=True)]
    names = ("date", "symbol", "close")
    table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    return MarketOfDay(table, DAY)


def test_the_same_securities_are_estimated_once() -> None:
    risk = RiskOfDay(market())

    assert risk.model(["AAA", "BBB"], {}) is risk.model(("AAA", "BBB"), {"CCC": {}})
    assert risk.model(["AAA"], {}).names == ("AAA",)


def test_a_split_that_is_known_is_another_estimate() -> None:
    """Without it, a price that halves by a split looks like a fall."""
    risk = RiskOfDay(market())
    day = day_of(DAY - timedelta(days=7 * (WEEKS - WEEKS // 2)))

    unaware = risk.model(["AAA", "BBB"], {})
    aware = risk.model(["AAA", "BBB"], {"BBB": {day: Fraction(2)}})

    own = np.array([0.0, 1.0])
    assert aware.variance(own) < unaware.variance(own) / 4


def test_the_oldest_set_is_forgotten_first() -> None:
    risk = RiskOfDay(market())
    first = risk.closes(["AAA"], {})
    for number in range(MOST_KEPT):
        risk.closes(["AAA"], {"AAA": {number: Fraction(2)}})

    assert risk.closes(["AAA"], {}) is not first


def test_one_market_has_one_risk() -> None:
    one, other = market(), market()

    assert same_risk(one) is same_risk(one)
    assert same_risk(other) is not same_risk(one)
