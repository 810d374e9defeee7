"""A taxable portfolio to be rebalanced, as plain numbers: weights are fractions of NAV."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from taxlots.plan.risk import Floats, RiskModel, floats

NEGLIGIBLE = 1e-9
"""A weight below this is none: a tenth of a cent in a million dollars."""


@dataclass(frozen=True, slots=True)
class Lots:
    """Lots of all names in one row, one name after the other.

    The lots of name ``i`` are those from ``start[i]`` to ``start[i + 1]``.  ``capacity`` is what
    a lot brings if sold whole, as a fraction of NAV; ``slope`` is its tax for each dollar of
    proceeds, net of what deferring or harvesting it is worth, and negative where selling it saves
    tax.  Within a name, slopes ascend; ``order`` is the row that each lot had when it was given.
    """

    start: np.ndarray[tuple[int], np.dtype[np.int64]]
    capacity: Floats
    slope: Floats
    order: np.ndarray[tuple[int], np.dtype[np.int64]]

    @property
    def holder(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The row of the name that each lot is of."""
        return np.repeat(np.arange(self.start.size - 1), np.diff(self.start))

    def with_slopes(self, slope: Floats) -> "Lots":
        """The same lots at other slopes, in the order that these give."""
        at = _by_name_and_slope(self.holder, slope)
        return Lots(self.start, floats(self.capacity[at]), floats(slope[at]), self.order[at])


def lots_of(name_rows: ArrayLike, capacity: ArrayLike, slope: ArrayLike, names: int) -> Lots:
    """Lots in any order, each with the row of its name; sorted by name and slope."""
    rows = np.asarray(name_rows, dtype=np.int64)
    slopes = floats(slope)
    at = _by_name_and_slope(rows, slopes)
    start = np.zeros(names + 1, np.int64)
    np.cumsum(np.bincount(rows, minlength=names), out=start[1:])
    return Lots(start, floats(floats(capacity)[at]), floats(slopes[at]), at.astype(np.int64))


def _by_name_and_slope(
    rows: np.ndarray[tuple[int], np.dtype[np.int64]], slope: Floats
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The stable order of lots by name and then slope.

    Complex numbers sort by their real part first, and lots mostly come name by name: one stable
    sort of them takes a seventh of the time of two keys.
    """
    keys = np.empty(rows.size, np.complex128)
    keys.real, keys.imag = rows, slope
    return np.argsort(keys, kind="stable")


def untaxed_lots(held: ArrayLike) -> Lots:
    """One lot for each name, sold without tax: the holdings of a tax-deferred account."""
    weights = floats(held)
    count = weights.size
    whole = np.maximum(weights, 0.0)
    return Lots(np.arange(count + 1), whole, np.zeros(count), np.arange(count))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cash:
    """Cash as a fraction of NAV: held, wanted, and at least and at most after the trades.

    ``curvature`` prices its distance from the target: half of it times the square of the
    distance.  ``drag`` is what a dollar of cash loses against being invested, over the horizon.
    """

    held: float
    target: float = 0.0
    floor: float = 0.0
    ceiling: float = 1.0
    curvature: float = 0.0
    drag: float = 0.0


@dataclass(frozen=True, slots=True)
class Rows:
    """Hard limits on sums of weights after the trades: ``low <= matrix · weights <= high``.

    A row of the matrix is a sector (ones on its names), a class, or a factor (its loadings).
    """

    names: tuple[str, ...]
    matrix: Floats
    low: Floats
    high: Floats


def no_rows(count: int) -> Rows:
    """No limits on sums."""
    return Rows((), np.zeros((0, count)), np.zeros(0), np.zeros(0))


def rows_of(limits: Sequence[tuple[str, ArrayLike, float, float]], count: int) -> Rows:
    """Limits given as name, coefficients, low and high (infinite where there is none)."""
    if not limits:
        return no_rows(count)
    names, matrix, low, high = zip(*limits, strict=True)
    return Rows(tuple(names), floats([floats(row) for row in matrix]), floats(low), floats(high))


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """What the optimizer decides on.

    The objective, in fractions of NAV over the horizon for which costs and risk are weighed:
    ``risk_aversion / 2`` times the annual variance of (held + trade - target), plus costs by the
    dollar bought and sold, half of ``impact`` times the square of each trade, the slopes of the
    lots sold, minus ``alpha`` times the trade, plus what cash away from its target costs.
    ``buy_limit`` and ``sell_limit`` are the most that may be traded of a name (0 forbids it);
    ``least`` and ``most`` bound its weight afterwards.  A weight below zero is reached only where
    ``least`` is below zero: all lots are sold first, and what is sold short bears the slope of the
    dearest of them.
    """

    names: tuple[str, ...]
    held: Floats
    target: Floats
    risk: RiskModel
    lots: Lots
    cash: Cash
    risk_aversion: float
    buy_cost: Floats
    sell_cost: Floats
    impact: Floats
    alpha: Floats
    buy_limit: Floats
    sell_limit: Floats
    least: Floats
    most: Floats
    rows: Rows = field(default_factory=lambda: no_rows(0))

    @property
    def count(self) -> int:
        """How many names there are."""
        return len(self.names)

    def weights(self, trades: Floats) -> Floats:
        """Weights after these trades."""
        return self.held + trades

    def cash_after(self, trades: Floats) -> float:
        """Cash after these trades, their costs left out."""
        return self.cash.held - float(trades.sum())

    def tracking_error(self, trades: Floats) -> float:
        """Annual standard deviation of the difference from the target."""
        return float(np.sqrt(self.risk.variance(self.held + trades - self.target)))


def _each(value: ArrayLike | None, default: float, count: int) -> Floats:
    given = default if value is None else value
    return floats(np.broadcast_to(np.asarray(given, dtype=np.float64), (count,)))


def portfolio(
    names: Sequence[str],
    held: ArrayLike,
    target: ArrayLike,
    risk: RiskModel,
    *,
    cash: Cash,
    lots: Lots | None = None,
    risk_aversion: float = 5.0,
    cost: ArrayLike = 0.0,
    buy_cost: ArrayLike | None = None,
    sell_cost: ArrayLike | None = None,
    impact: ArrayLike | None = None,
    alpha: ArrayLike | None = None,
    buy_limit: ArrayLike | None = None,
    sell_limit: ArrayLike | None = None,
    least: ArrayLike | None = None,
    most: ArrayLike | None = None,
    rows: Rows | None = None,
) -> Portfolio:
    """A portfolio with what is usual filled in: no shorts, no limits, lots without tax.

    Every argument may be one number for all names or one for each.
    """
    count = len(names)
    weights = floats(held)
    return Portfolio(
        names=tuple(names),
        held=weights,
        target=floats(target),
        risk=risk,
        lots=untaxed_lots(weights) if lots is None else lots,
        cash=cash,
        risk_aversion=float(risk_aversion),
        buy_cost=_each(cost if buy_cost is None else buy_cost, 0.0, count),
        sell_cost=_each(cost if sell_cost is None else sell_cost, 0.0, count),
        impact=_each(impact, 0.0, count),
        alpha=_each(alpha, 0.0, count),
        buy_limit=_each(buy_limit, np.inf, count),
        sell_limit=_each(sell_limit, np.inf, count),
        least=_each(least, 0.0, count),
        most=_each(most, np.inf, count),
        rows=no_rows(count) if rows is None else rows,
    )
