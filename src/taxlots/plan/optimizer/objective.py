"""What a plan costs, part by part, straight from the portfolio: the kernel is not asked."""

from dataclasses import dataclass

import numpy as np

from taxlots.plan.optimizer.portfolio import Portfolio
from taxlots.plan.optimizer.terms import cash_worth
from taxlots.plan.risk import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of the objective, as fractions of NAV; a part below zero is a benefit.

    ``tax`` is of lots with positive slopes and ``harvest`` of those with negative ones.
    """

    risk: float
    cash: float
    cost: float
    impact: float
    tax: float
    harvest: float
    alpha: float

    @property
    def total(self) -> float:
        """The objective."""
        return (
            self.risk + self.cash + self.cost + self.impact + self.tax + self.harvest + self.alpha
        )


def lots_sold(book: Portfolio, trades: Floats) -> Floats:
    """What is sold of each lot, as fractions of NAV: within a name, the cheapest first."""
    lots = book.lots
    counts = np.diff(lots.start)
    before = np.concatenate(([0.0], np.cumsum(lots.capacity)))
    since = before[:-1] - np.repeat(before[lots.start[:-1]], counts)
    sales = np.repeat(np.maximum(-trades, 0.0), counts)
    return np.asarray(np.clip(sales - since, 0.0, lots.capacity))


def sold_short(book: Portfolio, trades: Floats, sold: Floats) -> Floats:
    """What is sold of each name beyond its lots, and the slope that it bears is the dearest's."""
    by_name = np.bincount(book.lots.holder, sold, book.count) if sold.size else np.zeros(book.count)
    beyond = np.maximum(-trades, 0.0) - by_name
    return np.asarray(np.where(book.least < 0, np.maximum(beyond, 0.0), 0.0))


def slope_of_shorts(book: Portfolio) -> Floats:
    """What a dollar sold short costs in tax: as much as the dearest lot, which it could defer."""
    lots = book.lots
    ends = lots.start[1:]
    dearest = np.where(np.diff(lots.start) > 0, np.append(lots.slope, 0.0)[ends - 1], 0.0)
    return np.maximum(dearest, 0.0)


def parts_of(book: Portfolio, trades: Floats, sold: Floats | None = None) -> Parts:
    """The objective of these trades, by parts; without ``sold``, the cheapest lots are sold."""
    sold = lots_sold(book, trades) if sold is None else sold
    tax = sold * book.lots.slope
    short = sold_short(book, trades, sold) @ slope_of_shorts(book)
    away = book.held + trades - book.target
    return Parts(
        risk=0.5 * book.risk_aversion * book.risk.variance(away),
        cash=cash_worth(book.cash, book.cash_after(trades)),
        cost=float(
            book.buy_cost @ np.maximum(trades, 0.0) - book.sell_cost @ np.minimum(trades, 0.0)
        ),
        impact=0.5 * float(book.impact @ (trades * trades)),
        tax=float(np.maximum(tax, 0.0).sum() + short),
        harvest=float(np.minimum(tax, 0.0).sum()),
        alpha=-float(book.alpha @ trades),
    )
