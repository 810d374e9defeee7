"""Least trades, whole shares and round lots: drop or round the nearest, and solve again.

A trade below the least is dropped, the smallest first; a trade in shares is fixed at the nearest
whole one, those nearest to whole first.  After each round the others are solved again, so that
they make up for it; each round handles a part of what is left, so few are needed.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from taxlots.domain.problem import Problem, warning
from taxlots.plan.optimizer.grid_search import Grid
from taxlots.plan.optimizer.newton import engine_of
from taxlots.plan.optimizer.objective import lots_sold, parts_of
from taxlots.plan.optimizer.optimum import Optimum, attempt
from taxlots.plan.optimizer.portfolio import NEGLIGIBLE, Portfolio
from taxlots.plan.optimizer.review import LIMIT_CANNOT_BE_KEPT
from taxlots.plan.optimizer.terms import Prepared, prepare, trade_range
from taxlots.plan.risk import Floats, floats

DROPPED_A_ROUND: Final = 0.5
MOST_STEPS_AWAY: Final = 20
FREED: Final = 6
MOST_RELEASES: Final = 8
FIXED_A_ROUND: Final = 0.5
STEPS_OF_ROOM: Final = 4
NOT_ROUNDED: Final = "NOT_ROUNDED"
"""The code of a problem: a trade was left between two steps."""

MOST_FIRST: Final = 16
"""Of steps that are tried with every other name's, to move two names at once."""

Names = np.ndarray[tuple[int], np.dtype[np.int64]]
Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Grain:
    """What may be traded: at least ``least`` of NAV in a name, and in multiples of ``unit``.

    ``unit`` is the weight of a share, of a round lot, or of the smallest fraction of a share that
    may be traded; 0 leaves a name free.  A position may always be sold whole, whatever its size.
    """

    least: Floats
    unit: Floats


def grain(
    names: int,
    *,
    least: ArrayLike = 0.0,
    unit: ArrayLike = 0.0,
) -> Grain:
    """The grain of a portfolio, one number for all names or one for each."""
    return Grain(
        floats(np.broadcast_to(np.asarray(least, np.float64), (names,))),
        floats(np.broadcast_to(np.asarray(unit, np.float64), (names,))),
    )


@dataclass(slots=True)
class _Rounder:
    """A plan whose trades are fixed one part after the other.

    Sides stay those of the plan, so each round is a convex problem.
    """

    grain: Grain
    engine: str
    book: Portfolio
    trades: Floats
    duals: Floats
    is_fixed: np.ndarray[tuple[int], np.dtype[np.bool_]]
    origin: Portfolio
    releases: int = MOST_RELEASES

    def fix(self, at: Names, to: Floats) -> bool:
        """Let these names trade exactly so much, if the others can make up for it."""
        least, most = self.book.least.copy(), self.book.most.copy()
        least[at] = most[at] = self.book.held[at] + to
        book = replace(self.book, least=least, most=most)
        found = attempt(book, self.engine, self.duals, 0)
        if found is None:
            return False
        prepared, best = found
        self.book, self.duals = book, best.duals
        self.trades = best.trades + prepared.forced
        self.is_fixed[at] = True
        self.trades[at] = to
        return True

    def smallest(self) -> Names:
        """Trades below the least, the smallest first; whole positions are none."""
        size = np.abs(self.trades)
        is_all = (self.trades < 0) & (np.abs(self.book.held + self.trades) <= NEGLIGIBLE)
        is_small = (size > NEGLIGIBLE) & (size < self.grain.least - NEGLIGIBLE)
        at = np.flatnonzero(is_small & ~is_all & ~self.is_fixed)
        return np.asarray(at[np.argsort(size[at], kind="stable")])

    def drop_small(self) -> Names:
        """Drop trades below the least; those that the limits need are raised to it instead."""
        stuck: list[int] = []
        part = DROPPED_A_ROUND
        while True:
            small = self.smallest()
            small = small[~np.isin(small, stuck)]
            if small.size == 0:
                return np.asarray(stuck, np.int64)
            count = max(1, int(part * small.size))
            dropped = small[:count]
            if self.fix(dropped, np.zeros(count)):
                continue
            part = 0.5 * part if count > 1 else part
            if count > 1:
                continue
            raised = np.sign(self.trades[dropped]) * self.grain.least[dropped]
            if not self.fix(dropped, raised):
                stuck.append(int(dropped[0]))

    def stepped(self, at: Names, bias: int) -> Floats:
        """Trades of these names in whole steps: nearest, or for more cash (1) or less (-1)."""
        unit, trades, held = self.grain.unit[at], self.trades[at], self.book.held[at]
        steps = trades / unit
        close = np.round(steps)
        if bias:
            is_step = np.abs(steps - close) * unit <= NEGLIGIBLE
            close = np.where(is_step, close, np.floor(steps) if bias > 0 else np.ceil(steps))
        fewest = np.ceil((self.grain.least[at] - NEGLIGIBLE) / unit)
        close = np.where((close != 0) & (np.abs(close) < fewest), np.sign(close) * fewest, close)
        whole = np.where(-close * unit > held + NEGLIGIBLE, -np.maximum(held, 0.0), close * unit)
        is_all = (trades < 0) & (np.abs(held + trades) <= NEGLIGIBLE)
        whole = np.where(is_all, trades, whole)
        low, high = trade_range(self.book)
        within = np.where(whole > high[at] + NEGLIGIBLE, np.floor(high[at] / unit) * unit, whole)
        return np.asarray(
            np.where(within < low[at] - NEGLIGIBLE, np.ceil(low[at] / unit) * unit, within)
        )

    def round_steps(self) -> Names:
        """Fix every trade at whole steps, those nearest to one first; what cannot be is left."""
        stuck: set[int] = set()
        part = FIXED_A_ROUND
        while True:
            at = np.flatnonzero((self.grain.unit > 0) & ~self.is_fixed)
            at = at[~np.isin(at, list(stuck))]
            if at.size == 0:
                return np.asarray(sorted(stuck), np.int64)
            away = np.abs(self.stepped(at, 0) - self.trades[at])
            count = max(1, int(part * at.size))
            batch = at[np.argsort(away, kind="stable")[:count]]
            if any(self.fix(batch, self.stepped(batch, bias)) for bias in (0, 1, -1)):
                continue
            if count == 1 and not (self._step_on(batch) or self._fix_with_others(batch)):
                stuck.add(int(batch[0]))
            part = max(0.5 * part, 1.0 / at.size)

    def _step_on(self, at: Names) -> bool:
        """Fix a name a few steps away, where the others leave it no nearer one."""
        nearest = self.stepped(at, 0)
        low, high = trade_range(self.book)
        for steps in range(1, MOST_STEPS_AWAY + 1):
            for side in (-1, 1):
                to = nearest + side * steps * self.grain.unit[at]
                is_within = (low[at] - NEGLIGIBLE <= to) & (to <= high[at] + NEGLIGIBLE)
                is_large = (np.abs(to) <= NEGLIGIBLE) | (np.abs(to) >= self.grain.least[at])
                if (is_within & is_large).all() and self.fix(at, to):
                    return True
        return False

    def _fix_with_others(self, at: Names) -> bool:
        """Free a few names that are fixed, so that they make up for this one's rounding."""
        if self.releases == 0:
            return False
        self.releases -= 1
        origin, unit = self.origin, np.where(self.grain.unit > 0, self.grain.unit, 1.0)
        low, high = trade_range(origin)
        steps = np.minimum(high - self.trades, self.trades - low) / unit
        is_open = self.is_fixed & (self.grain.unit > 0) & (np.abs(self.trades) > NEGLIGIBLE)
        freed = np.flatnonzero(is_open & (steps > 1))
        freed = freed[np.argsort(-np.minimum(steps[freed], 1e3), kind="stable")][:FREED]
        before = self.book
        least, most = before.least.copy(), before.most.copy()
        least[freed], most[freed] = origin.least[freed], origin.most[freed]
        self.book = replace(before, least=least, most=most)
        self.is_fixed[freed] = False
        if any(self.fix(at, self.stepped(at, bias)) for bias in (0, 1, -1)):
            return True
        self.book = before
        self.is_fixed[freed] = True
        return False


def round_trades(plan: Optimum, units: Grain, *, engine: str = "auto") -> Optimum:
    """The plan in trades of this grain, and what that costs.

    The certificate's bound stays that of the plan in any fractions, so its gap contains what the
    grain costs.  Trades that no rounding could fix within the limits are left and told.
    """
    book = plan.book
    prepared = prepare(book, plan.prepared)
    is_tempting = np.zeros(book.count, bool)
    is_tempting[prepared.bridged] = True
    buys, sells = plan.trades > 0, plan.trades <= 0
    one_sided = replace(
        book,
        buy_limit=np.where(is_tempting & sells, 0.0, book.buy_limit),
        sell_limit=np.where(is_tempting & buys, 0.0, book.sell_limit),
    )
    found = None
    if units.unit.any():
        found = on_grid(one_sided, prepared, plan.trades, units, engine)
    trades = _one_by_one(plan, one_sided, units, engine) if found is None else found
    trades = np.where(np.abs(trades) <= NEGLIGIBLE, 0.0, trades)
    sold = lots_sold(book, trades)
    objective = parts_of(book, trades, sold).total
    proof = replace(plan.certificate, objective=objective)
    stuck = np.flatnonzero(~of_grain(book, trades, units))
    problems = (*plan.problems, *(_told(book, int(at), float(trades[at])) for at in stuck))
    return replace(plan, trades=trades, sold=sold, certificate=proof, problems=problems)


def with_room_for_steps(book: Portfolio, problems: Collection[Problem], units: Grain) -> Portfolio:
    """The portfolio with a few steps of room in each limit on a sum that had to give already.

    The nearest that can be kept leaves no room at all, and what shares round away at the limits
    that it clashed with falls on it.
    """
    gave = {one.where for one in problems if one.code == LIMIT_CANNOT_BE_KEPT}
    if not gave:
        return book
    is_given = np.array([name in gave for name in book.rows.names], np.bool_)
    step = np.abs(book.rows.matrix * units.unit).max(axis=1, initial=0.0)
    room = np.where(is_given, STEPS_OF_ROOM * step, 0.0)
    return replace(
        book, rows=replace(book.rows, low=book.rows.low - room, high=book.rows.high + room)
    )


def on_grid(
    book: Portfolio, prepared: Prepared, trades: Floats, units: Grain, engine: str
) -> Floats | None:
    """Trades of this grain by local search; None where they keep no limits.

    ``prepared`` may be of the same portfolio with more that may be traded.
    """
    low, high = trade_range(book)
    terms = prepared.terms
    grid = Grid(
        unit=units.unit,
        least=units.least,
        low=low,
        high=high,
        whole=np.where((book.held > 0) & (low <= NEGLIGIBLE - book.held), -book.held, np.nan),
        forced=prepared.forced,
        limited=np.flatnonzero(np.isfinite(terms.low) | np.isfinite(terms.high)),
    )
    run = engine_of(prepared, engine)
    found, beyond = run.descend_on_grid(terms, grid, np.clip(trades, low, high), MOST_FIRST)
    return None if beyond > NEGLIGIBLE else floats(found)


def _one_by_one(plan: Optimum, book: Portfolio, units: Grain, engine: str) -> Floats:
    """Trades fixed one part after the other, the rest solved again each time."""
    is_fixed = np.zeros(book.count, bool)
    rounder = _Rounder(units, engine, book, plan.trades.copy(), plan.duals, is_fixed, book)
    rounder.drop_small()
    rounder.round_steps()
    return rounder.trades


def _told(book: Portfolio, at: int, trade: float) -> Problem:
    name = book.names[at]
    message = f"{name} trades {100 * trade:.4f} % of NAV, which is no whole number of its units"
    remedy = "allow fractions, a smaller least trade, or more cash"
    return warning(name, NOT_ROUNDED, message, remedy)


def of_grain(book: Portfolio, trades: Floats, units: Grain) -> Mask:
    """Whether each trade is large enough and whole, or sells all."""
    size = np.abs(trades)
    is_all = (trades < 0) & (np.abs(book.held + trades) <= NEGLIGIBLE)
    is_large = (size <= NEGLIGIBLE) | (size >= units.least - 2 * NEGLIGIBLE)
    unit = np.where(units.unit > 0, units.unit, 1.0)
    away = np.abs(trades / unit - np.round(trades / unit)) * unit
    return np.asarray(is_all | (is_large & ((units.unit <= 0) | (away <= 2 * NEGLIGIBLE))))
