"""A portfolio as the kernel reads it: limits become rooms and capacities, sums become columns."""

from dataclasses import dataclass

import numpy as np

from taxlots.plan.optimizer.kernel import BRIDGED, EITHER, SELLS, Terms
from taxlots.plan.optimizer.portfolio import NEGLIGIBLE, Cash, Portfolio
from taxlots.plan.risk import Floats, floats

GIVE = 1e-9
"""The curvature of a column that is only limited: it moves the optimum by less than 1e-5 bps."""

ROUNDING = 1e-15
"""What sums of lots differ by from what is held, as a fraction of NAV."""

Sides = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True, slots=True, eq=False)
class Curved:
    """What the last solution knew of how the dual curves; the next one begins there.

    ``matrix`` is the sum over names of ``growth`` times the products of their columns.
    """

    growth: Floats
    matrix: Floats


@dataclass(frozen=True, slots=True)
class Prepared:
    """The kernel's terms of a portfolio, its ``book``.

    ``forced`` are the trades that its position limits leave no choice about: the kernel's trades
    come on top of them, and cost ``constant`` less than the objective.  ``bridged`` are the rows
    of names that show a loss lot and may be bought, whose cost is therefore not convex.
    """

    book: Portfolio
    terms: Terms
    forced: Floats
    constant: float
    bridged: np.ndarray[tuple[int], np.dtype[np.int64]]
    curved: Curved

    def sides(self) -> Sides:
        """The relaxation: each name free, those that are not convex by their envelope."""
        sides = np.where(self.terms.room > 0, EITHER, SELLS).astype(np.int64)
        sides[self.bridged] = BRIDGED
        return sides

    def has_sums_of(self, book: Portfolio) -> bool:
        """Whether columns are those of another portfolio that must trade nothing, either."""
        mine = self.book
        return (
            mine.risk is book.risk
            and mine.rows is book.rows
            and mine.held is book.held
            and mine.target is book.target
            and mine.cash == book.cash
            and mine.risk_aversion == book.risk_aversion
            and not self.forced.any()
        )


@dataclass(frozen=True, slots=True)
class _Lots:
    start: np.ndarray[tuple[int], np.dtype[np.int64]]
    capacity: Floats
    slope: Floats
    forced_tax: float


def trade_range(book: Portfolio) -> tuple[Floats, Floats]:
    """The least and the most that may be traded of each name, by all its limits."""
    by_lots = -np.add.reduceat(
        np.append(book.lots.capacity, 0.0), np.minimum(book.lots.start[:-1], book.lots.slope.size)
    )
    by_lots[np.diff(book.lots.start) == 0] = 0.0
    can_short = book.least < 0
    by_lots = np.where(can_short, np.minimum(by_lots, book.least - book.held), by_lots)
    low = np.maximum(np.maximum(book.least - book.held, -book.sell_limit), by_lots)
    high = np.minimum(book.most - book.held, book.buy_limit)
    return low, high


def prepare(book: Portfolio, like: Prepared | None = None) -> Prepared:
    """The terms of a portfolio whose limits can be kept (see ``review``).

    With those of one that is ``like`` it in all but what may be traded, and at what tax, columns
    are taken from there, and so is what its last solution knew of them.
    """
    low, high = trade_range(book)
    low = np.where(np.abs(low) < NEGLIGIBLE, 0.0, low)
    high = np.where(np.abs(high) < NEGLIGIBLE, 0.0, high)
    forced = np.where(low > 0, low, np.where(high < 0, high, 0.0))
    lots = _lots(book, low, forced)
    aversion = book.risk_aversion
    away = book.held - book.target + forced
    bend = aversion * book.risk.specific + book.impact
    pull = book.alpha + book.cash.drag
    tilt = aversion * book.risk.specific * away + book.impact * forced - pull
    room = np.where(forced == 0, np.maximum(high, 0.0), np.maximum(high - forced, 0.0))
    room = np.where(forced < 0, 0.0, room)
    if like is not None and not forced.any() and like.has_sums_of(book):
        columns, curvature, centre, least, most = like.terms[:5]
        curved, tie = like.curved, like.terms.tie.copy()
    else:
        columns, curvature, centre, least, most = _columns(book, forced)
        curved = Curved(np.zeros(book.count), np.zeros((curvature.size, curvature.size)))
        tie = np.full(book.count, np.inf)
    first = _cheapest(lots)
    bridged = np.flatnonzero((first + book.sell_cost + book.buy_cost < 0) & (room > 0))
    terms = Terms(
        columns=columns,
        curvature=curvature,
        centre=centre,
        low=least,
        high=most,
        bend=bend,
        tilt=tilt,
        buy_cost=book.buy_cost,
        sell_cost=book.sell_cost,
        room=room,
        start=lots.start,
        capacity=lots.capacity,
        slope=lots.slope,
        tie=tie,
    )
    constant = float(
        0.5 * aversion * (book.risk.specific @ (away * away))
        + 0.5 * (book.impact @ (forced * forced))
        - pull @ forced
        + book.cash.drag * book.cash.held
        + book.buy_cost @ np.maximum(forced, 0)
        - book.sell_cost @ np.minimum(forced, 0)
        + lots.forced_tax
    )
    return Prepared(book, terms, forced, constant, bridged, curved)


def _cheapest(lots: _Lots) -> Floats:
    """The least slope of the lots of each name that may be sold; infinite where there is none."""
    slopes = np.append(np.where(lots.capacity > 0, lots.slope, np.inf), np.inf)
    found = np.minimum.reduceat(slopes, lots.start[:-1])
    return np.where(np.diff(lots.start) > 0, found, np.inf)


def _lots(book: Portfolio, low: Floats, forced: Floats) -> _Lots:
    """Lots as far as they may be sold beyond what must be: the cheapest go first."""
    start, capacity, slope = book.lots.start, book.lots.capacity, book.lots.slope
    if (book.least < 0).any():
        start, capacity, slope = _with_shorts(book, low)
    counts = np.diff(start)
    if not forced.any():
        held = np.add.reduceat(np.append(capacity, 0.0), np.minimum(start[:-1], capacity.size))
        if ((low == 0) | (low <= ROUNDING - held) | (counts == 0)).all():
            return _Lots(start, capacity * np.repeat(low < 0, counts), slope, 0.0)
    before = np.concatenate(([0.0], np.cumsum(capacity)))
    since = before[:-1] - np.repeat(before[start[:-1]], counts)
    must = np.repeat(np.maximum(-forced, 0.0), counts)
    may = np.repeat(np.maximum(-low, 0.0), counts)
    end = since + capacity
    forced_part = np.clip(np.minimum(end, must) - since, 0.0, None)
    kept = np.clip(np.minimum(end, may) - np.maximum(since, must), 0.0, None)
    kept = np.where(np.abs(kept - capacity) < ROUNDING, capacity, kept)
    return _Lots(start, floats(kept), floats(slope), float(forced_part @ slope))


def _with_shorts(
    book: Portfolio, low: Floats
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Floats, Floats]:
    """Behind the lots of a name that may be short, what may be sold without holding it."""
    lots = book.lots
    ends = lots.start[1:]
    held = np.add.reduceat(np.append(lots.capacity, 0.0), np.minimum(lots.start[:-1], ends[-1]))
    held[np.diff(lots.start) == 0] = 0.0
    dearest = np.where(np.diff(lots.start) > 0, np.append(lots.slope, 0.0)[ends - 1], 0.0)
    is_short = book.least < 0
    beyond = np.where(is_short, np.maximum(-low - held, 0.0), 0.0)[is_short]
    capacity = np.insert(lots.capacity, ends[is_short], beyond)
    slope = np.insert(lots.slope, ends[is_short], np.maximum(dearest, 0.0)[is_short])
    start = lots.start + np.concatenate(([0], np.cumsum(is_short)))
    return start.astype(np.int64), capacity, slope


def _columns(book: Portfolio, forced: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Factors, cash and limits: coefficients, curvatures, centres, and what is allowed."""
    factors = book.risk.loadings.shape[1]
    rows = len(book.rows.names)
    columns = np.empty((book.count, factors + 1 + rows))
    columns[:, :factors] = book.risk.loadings
    columns[:, factors] = 1.0
    columns[:, factors + 1 :] = book.rows.matrix.T
    low = np.full(factors + 1 + rows, -np.inf)
    high = np.full(factors + 1 + rows, np.inf)
    curvature = np.full(factors + 1 + rows, GIVE)
    curvature[:factors] = book.risk_aversion
    centre = np.zeros(factors + 1 + rows)
    centre[:factors] = -((book.held - book.target) @ book.risk.loadings)
    cash = book.cash
    low[factors], high[factors] = cash.held - cash.ceiling, cash.held - cash.floor
    curvature[factors] = max(cash.curvature, GIVE)
    centre[factors] = cash.held - cash.target
    now = book.rows.matrix @ book.held
    low[factors + 1 :] = book.rows.low - now
    high[factors + 1 :] = book.rows.high - now
    centre[factors + 1 :] = np.clip(0.0, low[factors + 1 :], high[factors + 1 :])
    shift = forced @ columns
    return columns, curvature, centre - shift, low - shift, high - shift


def cash_worth(cash: Cash, after: float) -> float:
    """What cash away from its target costs, and what holding it loses."""
    away = after - cash.target
    return 0.5 * max(cash.curvature, GIVE) * away * away + cash.drag * after
