"""At most so many names held or traded: a mixed-integer program by HiGHS, for small portfolios.

Risk is quadratic and HiGHS solves linear programs, so each square (of a factor, of a name's own
deviation, of cash) is bounded by tangents (outer approximation, Duran and Grossmann 1986).  Each
choice of names that HiGHS makes is then solved exactly; its tangents are added until HiGHS's bound
meets the best plan.  What a choice switches off is bounded by what may be traded at all, never by
a large number: a loose bound leaks through the tolerance of integers.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from taxlots.domain.problem import DataError, UsageError, error
from taxlots.plan.optimizer.optimum import Optimum, attempt, settled
from taxlots.plan.optimizer.portfolio import NEGLIGIBLE, Portfolio
from taxlots.plan.optimizer.review import review
from taxlots.plan.optimizer.signs import BPS, Certificate
from taxlots.plan.optimizer.terms import Prepared, prepare, trade_range
from taxlots.plan.risk import Floats, floats

MOST_NAMES: Final = 60
MOST_ROUNDS: Final = 60
ENOUGH_BPS: Final = 0.01
FIRST_TANGENTS: Final = 9
INTEGRAL: Final = 0.5

Choice = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountLimit:
    """The most names that may be held after the trades, or traded; None for any number."""

    held: int | None = None
    traded: int | None = None


class _Program:
    """The linear program: purchases, sales by lot, squares, and switches for names and sides."""

    def __init__(self, book: Portfolio, limit: CountLimit) -> None:
        self.book, self.limit = book, limit
        self.prepared: Prepared = prepare(book)
        terms = self.prepared.terms
        self.low, self.high = trade_range(book)
        self.high = np.minimum(self.high, book.cash.held - book.cash.floor - self.low.sum())
        count, lots = book.count, terms.slope.size
        self.holder = np.repeat(np.arange(count), np.diff(terms.start))
        amounts = int((terms.curvature > 1e-6).sum())  # noqa: PLR2004 (limits have next to none)
        self.curved = np.flatnonzero(terms.curvature > 1e-6)  # noqa: PLR2004
        self.at_sale, self.at_square = count, count + lots
        self.at_side = self.at_square + amounts + count
        self.at_held, self.at_traded = self.at_side + count, self.at_side + 2 * count
        self.size = self.at_side + 3 * count
        self.rows: list[Floats] = []
        self.most: list[float] = []
        self._limit()
        self._start_tangents()

    def trade_row(self, coefficients: Floats) -> Floats:
        """A sum of trades as coefficients of the program's variables."""
        row = np.zeros(self.size)
        row[: self.book.count] = coefficients
        row[self.at_sale : self.at_square] = -coefficients[self.holder]
        return row

    def keep(self, row: Floats, most: float) -> None:
        if np.isfinite(most):
            self.rows.append(row)
            self.most.append(most)

    def _limit(self) -> None:
        terms, book = self.prepared.terms, self.book
        forced = self.prepared.forced
        for k in range(terms.curvature.size):
            row, at = self.trade_row(terms.columns[:, k]), float(forced @ terms.columns[:, k])
            self.keep(row, float(terms.high[k] + at))
            self.keep(-row, float(-terms.low[k] - at))
        for name in range(book.count):
            high, low = max(0.0, float(self.high[name])), max(0.0, float(-self.low[name]))
            trade = self.trade_row(np.eye(book.count)[name])
            self.keep(trade, float(self.high[name]))
            self.keep(-trade, float(-self.low[name]))
            buys, sells = np.zeros(self.size), np.zeros(self.size)
            buys[name], buys[self.at_side + name] = 1.0, -high
            sells[self.at_sale : self.at_square][self.holder == name] = 1.0
            switched = sells.copy()
            sells[self.at_side + name] = low
            self.keep(buys, 0.0)
            self.keep(sells, low)
            if self.limit.held is not None:
                weight = trade.copy()
                weight[self.at_held + name] = -float(book.held[name] + high)
                self.keep(weight, -float(book.held[name]))
            if self.limit.traded is not None:
                switched[self.at_traded + name] = -low
                self.keep(switched, 0.0)
                bought = np.zeros(self.size)
                bought[name], bought[self.at_traded + name] = 1.0, -high
                self.keep(bought, 0.0)
        for most, start in ((self.limit.held, self.at_held), (self.limit.traded, self.at_traded)):
            if most is not None:
                row = np.zeros(self.size)
                row[start : start + book.count] = 1.0
                self.keep(row, float(most))

    def tangents(self, trades: Floats) -> None:
        """Tangents of every square at these trades: square >= 2 x0 x - x0², times its curvature."""
        terms, count = self.prepared.terms, self.book.count
        shift = self.prepared.forced
        for place, k in enumerate(self.curved):
            centre = float(terms.centre[k] + shift @ terms.columns[:, k])
            self._tangent(place, terms.columns[:, k], centre, terms.curvature[k], trades)
        for name in range(count):
            place = self.curved.size + name
            self._tangent(
                place, np.eye(count)[name], self._own_centre(name), self._own(name), trades
            )

    def _own(self, name: int) -> float:
        return float(self.prepared.terms.bend[name])

    def _own_centre(self, name: int) -> float:
        book = self.book
        return float((book.target[name] - book.held[name]) * self._ratio(name))

    def _ratio(self, name: int) -> float:
        """Impact is a square around no trade: together with risk, around a point between."""
        own = self.book.risk_aversion * self.book.risk.specific[name]
        return float(own / (own + self.book.impact[name]))

    def _tangent(
        self, place: int, coefficients: Floats, centre: float, curvature: float, trades: Floats
    ) -> None:
        at = float(coefficients @ trades) - centre
        row = curvature * at * self.trade_row(coefficients)
        row[self.at_square + place] = -1.0
        self.keep(row, curvature * at * (centre + 0.5 * at))

    def _start_tangents(self) -> None:
        span = np.maximum(self.high, 0.0) - np.minimum(self.low, 0.0)
        for part in np.linspace(0.0, 1.0, FIRST_TANGENTS):
            self.tangents(np.minimum(self.low, 0.0) + part * span)

    def solve(self) -> tuple[float, Choice, Choice, Choice] | None:
        """HiGHS's bound, and which names it buys, holds and trades."""
        from scipy.optimize import (  # type: ignore[import-untyped]
            Bounds,
            LinearConstraint,
            milp,
        )

        book, count, terms = self.book, self.book.count, self.prepared.terms
        linear = np.zeros(self.size)
        linear[:count] = book.buy_cost - book.alpha - book.cash.drag
        sale = book.sell_cost + book.alpha + book.cash.drag
        linear[self.at_sale : self.at_square] = sale[self.holder] + terms.slope
        linear[self.at_square : self.at_side] = 1.0
        low, high = np.zeros(self.size), np.full(self.size, np.inf)
        high[:count] = np.maximum(self.high, 0.0)
        lots = prepare(
            replace(book, least=np.minimum(book.least, 0.0), most=np.full(count, np.inf))
        )
        high[self.at_sale : self.at_square] = lots.terms.capacity
        high[self.at_side :] = 1.0
        kind = np.zeros(self.size)
        kind[self.at_side :] = 1
        limits: list[Any] = [LinearConstraint(np.array(self.rows), -np.inf, np.array(self.most))]
        found = milp(
            linear,
            integrality=kind,
            bounds=Bounds(low, high),
            constraints=limits,
            options={"mip_rel_gap": 1e-9},
        )
        if found.x is None:
            return None
        on = found.x > INTEGRAL
        trades = found.x[:count] - np.bincount(
            self.holder, found.x[self.at_sale : self.at_square], count
        )
        self.tangents(floats(trades))
        value = float(found.mip_dual_bound if found.mip_dual_bound is not None else found.fun)
        return (
            value,
            np.asarray(on[self.at_side : self.at_held]),
            np.asarray(on[self.at_held : self.at_traded]),
            np.asarray(on[self.at_traded :]),
        )


def optimize_with_count(book: Portfolio, limit: CountLimit) -> Optimum:
    """The plan of least cost that holds or trades at most so many names, with its certificate.

    For small portfolios (up to 60 names).  Raises ``DataError`` where no choice of names keeps the
    other limits, and says what to relax.
    """
    if book.count > MOST_NAMES:
        raise UsageError(
            f"{book.count} names are too many for a limit on their number; "
            f"take at most {MOST_NAMES}, or use a least trade"
        )
    reviewed = review(book)
    book = reviewed.book
    program = _Program(book, limit)
    constant = _constant(program)
    best: Optimum | None = None
    floor = -np.inf
    for _ in range(MOST_ROUNDS):
        chosen = program.solve()
        if chosen is None:
            break
        value, buys, held, traded = chosen
        floor = max(floor, value + constant)
        plan = _plan_of(book, limit, buys, held, traded)
        if plan is not None:
            program.tangents(plan.trades)
            if best is None or plan.certificate.objective < best.certificate.objective:
                best = plan
        if best is not None and (best.certificate.objective - floor) * BPS <= ENOUGH_BPS:
            break
    if best is None:
        message = f"no {limit.held or limit.traded} names keep the other limits"
        remedy = "allow more names, or more cash, or relax the limits"
        raise DataError([error("count", "NOT_SOLVED", message, remedy)])
    objective = best.certificate.objective
    proof = Certificate(objective, min(floor, objective))
    return replace(best, certificate=proof, problems=reviewed.problems)


def _constant(program: _Program) -> float:
    """What the program's squares and slopes leave out of the objective."""
    book = program.book
    own = book.risk_aversion * book.risk.specific
    away = book.held - book.target
    centre = np.array([program._own_centre(name) for name in range(book.count)])  # noqa: SLF001
    left = 0.5 * own @ (away * away) - 0.5 * (own + book.impact) @ (centre * centre)
    return float(left) + book.cash.drag * book.cash.held


def _plan_of(
    book: Portfolio, limit: CountLimit, buys: Choice, held: Choice, traded: Choice
) -> Optimum | None:
    """The exact plan of a choice of names and sides."""
    most, buy, sell = book.most.copy(), book.buy_limit.copy(), book.sell_limit.copy()
    if limit.held is not None:
        most[~held] = np.minimum(most[~held], 0.0)
    if limit.traded is not None:
        buy[~traded] = sell[~traded] = 0.0
    buy[~buys], sell[buys] = 0.0, 0.0
    chosen = replace(book, most=most, buy_limit=buy, sell_limit=sell)
    low, high = trade_range(chosen)
    if (low > high + NEGLIGIBLE).any():
        return None
    found = attempt(chosen, "plain", None, 0)
    if found is None:
        return None
    prepared, solved = found
    plan = settled(book, prepared, solved)
    return replace(plan, certificate=replace(plan.certificate, objective=plan.parts.total))
