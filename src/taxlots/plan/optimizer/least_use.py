"""The least that a plan can use of one cap beside others, whatever the plan costs.

Lots, purchases and what is left of the drift are variables of their own here, so that gains,
turnover and cash are linear and only the tracking error is quadratic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from taxlots.plan.optimizer.cap_kinds import Cap, is_tracking, uses_of_lots
from taxlots.plan.optimizer.portfolio import NEGLIGIBLE, Portfolio
from taxlots.plan.optimizer.terms import trade_range
from taxlots.plan.risk import Floats, floats

SCALE: Final = 100.0
"""Weights are solved in percent, because squares of small parts vanish in a solver's tolerance."""

UNLIMITED: Final = 1e3
TOLERANCE: Final = 1e-10
MOST_CUTS: Final = 40
HALVED_TO: Final = 1e-5
FIRST_PRICE: Final = 1.0
HIGHEST_PRICE: Final = 1e9


@dataclass(frozen=True, slots=True)
class LeastUse:
    """What is used of a cap at least, the trades that do, and what they sell by row of lots."""

    used: float
    trades: Floats
    sold_by_row: Floats


@dataclass(frozen=True)
class Reach:
    """What the trades of a portfolio can reach within its limits.

    ``sides`` is 1 for a name that is only bought, -1 for one that is only sold and 0 for one that
    may be both, (names,); with all 0 the least is a bound that no plan is below.
    """

    book: Portfolio
    sides: np.ndarray[tuple[int], np.dtype[np.int64]]

    def least(self, cap: Cap, beside: Sequence[Cap]) -> LeastUse | None:
        """The least use of a cap within all caps ``beside`` it; None where these cannot be kept.

        At most one of all is of the tracking error.
        """
        quadratic = [one for one in beside if is_tracking(one)]
        linear = [one for one in beside if not is_tracking(one)]
        if is_tracking(cap):
            found = self._solved(None, linear, 1.0)
        elif not quadratic:
            found = self._solved(cap, linear, 0.0)
        else:
            found = self._within_tracking(cap, linear, quadratic[0])
        if found is None:
            return None
        trades, sold = found
        return LeastUse(cap.used(self.book, trades, sold), trades, sold)

    def _within_tracking(
        self, cap: Cap, linear: Sequence[Cap], tracking: Cap
    ) -> tuple[Floats, Floats] | None:
        """The least of a linear cap within a tracking error, which is priced until it is kept."""
        most = tracking.allowed * (1 + HALVED_TO)

        def at(price: float) -> tuple[tuple[Floats, Floats] | None, float]:
            found = self._solved(cap, linear, price)
            return found, np.inf if found is None else tracking.used(self.book, *found)

        low, high = 0.0, FIRST_PRICE
        found, used = at(high)
        while used > most:
            low, high = high, 8 * high
            if high > HIGHEST_PRICE:
                return None
            found, used = at(high)
        for _ in range(MOST_CUTS):
            if high - low <= HALVED_TO * high or used >= most * (1 - HALVED_TO):
                break
            middle = (low * high) ** 0.5 if low > 0 else high / 8
            rival, so_much = at(middle)
            if so_much <= most:
                high, found, used = middle, rival, so_much
            else:
                low = middle
        return found

    def _solved(
        self, cap: Cap | None, beside: Sequence[Cap], price: float
    ) -> tuple[Floats, Floats] | None:
        """Trades and lots sold of the least linear cap and ``price`` times half the variance."""
        program = self._program
        uses = [*program.limits, *((self._uses(one), -np.inf, one.allowed) for one in beside)]
        matrix = np.vstack([row for row, _, _ in uses])
        least = floats([low for _, low, _ in uses]) * SCALE
        most = floats([high for _, _, high in uses]) * SCALE
        cost = np.zeros(program.count) if cap is None else self._uses(cap)
        solved = (
            _linear(cost, matrix, least, most, program.high * SCALE)
            if price == 0
            else _quadratic(cost, matrix, least, most, program, price)
        )
        if solved is None:
            return None
        amounts = solved[: program.count] / SCALE
        sold = np.empty(self.book.lots.slope.size)
        sold[self.book.lots.order] = amounts[self.book.count : self.book.count + sold.size]
        return floats(program.trades @ amounts), sold

    def _uses(self, cap: Cap) -> Floats:
        """What a unit of each variable uses of a linear cap; what is sold short gains nothing."""
        of_names, of_lots = uses_of_lots(cap, self.book)
        return np.concatenate([of_names, of_lots, of_names])

    @cached_property
    def _program(self) -> _Program:
        book = self.book
        names, lots = book.count, book.lots
        low, high = trade_range(book)
        of_lots = np.zeros((names, lots.slope.size))
        of_lots[lots.holder, np.arange(lots.slope.size)] = -1.0
        trades = np.hstack([np.eye(names), of_lots, -np.eye(names)])
        limits = [(trades[at], low[at], min(high[at], UNLIMITED)) for at in range(names)]
        after = -trades.sum(axis=0)
        limits.append((after, book.cash.floor - book.cash.held, book.cash.ceiling - book.cash.held))
        now = book.rows.matrix @ book.held
        limits += [
            (row @ trades, least - held, most - held)
            for row, held, least, most in zip(
                book.rows.matrix, now, book.rows.low, book.rows.high, strict=True
            )
        ]
        bought = np.where(self.sides < 0, 0.0, np.clip(high, 0.0, UNLIMITED))
        sold = np.where((self.sides > 0)[lots.holder], 0.0, lots.capacity)
        short = np.where(self.sides > 0, 0.0, np.maximum(-book.least, 0.0))
        return _Program(
            count=trades.shape[1],
            trades=trades,
            limits=limits,
            high=np.concatenate([bought, sold, np.minimum(short, UNLIMITED)]),
            away=book.held - book.target,
            loadings=book.risk.loadings,
            specific=book.risk.specific,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Program:
    """Amounts bought by name, sold by lot and sold short by name, and what binds them.

    ``trades`` makes trades of amounts, (names, amounts); ``limits`` are rows with their least and
    most, ``high`` the most of each amount.
    """

    count: int
    trades: Floats
    limits: list[tuple[Floats, float, float]]
    high: Floats
    away: Floats
    loadings: Floats
    specific: Floats


def _linear(
    cost: Floats, matrix: Floats, least: Floats, most: Floats, high: Floats
) -> Floats | None:
    from scipy.optimize import linprog  # type: ignore[import-untyped]

    above, below = np.isfinite(most), np.isfinite(least)
    found = linprog(
        cost,
        A_ub=np.vstack([matrix[above], -matrix[below]]),
        b_ub=np.concatenate([most[above], -least[below]]) + NEGLIGIBLE,
        bounds=np.column_stack([np.zeros(high.size), high]),
        method="highs",
    )
    return None if found.x is None else floats(found.x)


def _quadratic(
    cost: Floats, matrix: Floats, least: Floats, most: Floats, program: _Program, price: float
) -> Floats | None:
    """With what is left of the drift by name, and of each factor, as further variables."""
    import piqp  # type: ignore[import-untyped]
    from scipy import sparse  # type: ignore[import-untyped]

    names, factors = program.loadings.shape
    count = program.count
    curvature = np.concatenate([np.zeros(count), program.specific, np.ones(factors)])
    drift = np.hstack([program.trades, -np.eye(names), np.zeros((names, factors))])
    of_factors = np.hstack([np.zeros((factors, count)), program.loadings.T, -np.eye(factors)])
    wide = np.hstack([matrix, np.zeros((len(matrix), names + factors))])
    free = np.full(names + factors, np.inf)
    solver = piqp.SparseSolver()
    solver.settings.eps_abs = solver.settings.eps_rel = TOLERANCE
    solver.setup(
        sparse.diags(price * curvature, format="csc"),
        np.concatenate([cost, np.zeros(names + factors)]),
        sparse.csc_matrix(np.vstack([drift, of_factors])),
        np.concatenate([-program.away * SCALE, np.zeros(factors)]),
        sparse.csc_matrix(wide),
        least,
        most,
        np.concatenate([np.zeros(count), -free]),
        np.concatenate([program.high * SCALE, free]),
    )
    if solver.solve() != piqp.PIQP_SOLVED:
        return None
    return floats(np.clip(solver.result.x[:count], 0.0, program.high * SCALE))
