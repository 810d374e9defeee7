"""Caps that couple all trades: turnover, tracking error, gains and tax of the lots sold.

Each cap has a price: it is added to costs, to the aversion to risk or to the slopes of lots, until
the plan of that price uses the cap up exactly.  So a capped plan is again a plan of the same kind,
and its certificate counts what is left of each cap at its price.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, Protocol

import numpy as np

from taxlots.domain.problem import Problem, error
from taxlots.plan.optimizer.kernel import BUYS, SELLS
from taxlots.plan.optimizer.newton import engine_of, solve
from taxlots.plan.optimizer.objective import lots_sold
from taxlots.plan.optimizer.optimum import Optimum, optimize, settled
from taxlots.plan.optimizer.portfolio import Portfolio
from taxlots.plan.optimizer.signs import BPS, ENOUGH_BPS, MOST_NODES, Certificate, Found
from taxlots.plan.optimizer.terms import Sides, prepare
from taxlots.plan.risk import Floats

HIGHEST_PRICE: Final = 1e6
FIRST_PRICE: Final = 1e-3
EXACT: Final = 1e-11
NEARLY: Final = 1e-8
"""What several caps may be exceeded by where their prices still move after all rounds."""
STEADY: Final = 1e-9
MOST_CUTS: Final = 80
MOST_ROUNDS: Final = 40
MOST_TURNS: Final = 6
MOST_BOUNDS: Final = 16
MOST_OPEN: Final = 5
"""Up to so many names with loss lots, every choice of their sides is tried under the caps."""

Names = np.ndarray[tuple[int], np.dtype[np.int64]]


class Cap(Protocol):
    """A cap on a plan: what it uses, how much is allowed, and the portfolio that pays for it."""

    @property
    def name(self) -> str:
        """How it is told."""
        ...

    @property
    def allowed(self) -> float:
        """The most that may be used, in the unit of ``used``."""
        ...

    def used(self, book: Portfolio, trades: Floats, sold_by_row: Floats) -> float:
        """What trades use of it; ``sold_by_row`` is by lot, as the lots were given."""
        ...

    def priced(self, book: Portfolio, price: float) -> Portfolio:
        """The portfolio whose objective has ``price`` times what is used added to it."""
        ...

    def told(self, used: float) -> str:
        """An amount as it is told."""
        ...


@dataclass(frozen=True, slots=True)
class TurnoverCap:
    """Purchases and sales together, as a fraction of NAV."""

    allowed: float
    name: str = "turnover"

    def used(self, _book: Portfolio, trades: Floats, _sold_by_row: Floats) -> float:
        """Both sides of all trades."""
        return float(np.abs(trades).sum())

    def priced(self, book: Portfolio, price: float) -> Portfolio:
        """Every dollar traded costs so much more."""
        return replace(book, buy_cost=book.buy_cost + price, sell_cost=book.sell_cost + price)

    def told(self, used: float) -> str:
        """In percent of NAV."""
        return f"{100 * used:.4g} % of NAV"


@dataclass(frozen=True, slots=True)
class TrackingCap:
    """The tracking error against the target, as an annual standard deviation."""

    most: float
    name: str = "tracking error"

    @property
    def allowed(self) -> float:
        """Half of the variance that is allowed."""
        return 0.5 * self.most * self.most

    def used(self, book: Portfolio, trades: Floats, _sold_by_row: Floats) -> float:
        """Half of the annual variance of the deviation."""
        return 0.5 * book.risk.variance(book.held + trades - book.target)

    def priced(self, book: Portfolio, price: float) -> Portfolio:
        """Risk is averted so much more."""
        return replace(book, risk_aversion=book.risk_aversion + price)

    def told(self, used: float) -> str:
        """As a standard deviation."""
        return f"{100 * np.sqrt(2 * max(used, 0.0)):.4g} % a year"


@dataclass(frozen=True, slots=True)
class LotCap:
    """A sum over the lots sold: gains, short-term gains or tax for each dollar of proceeds.

    ``each`` is by lot, in the order in which the lots were given to ``lots_of``; losses are
    negative and make room.  ``allowed`` is a fraction of NAV.
    """

    name: str
    each: Floats
    allowed: float

    def used(self, _book: Portfolio, _trades: Floats, sold_by_row: Floats) -> float:
        """The sum over what is sold."""
        return float(self.each @ sold_by_row)

    def priced(self, book: Portfolio, price: float) -> Portfolio:
        """Every lot's slope is so much higher, for each unit of the cap."""
        lots = book.lots
        return replace(book, lots=lots.with_slopes(lots.slope + price * self.each[lots.order]))

    def told(self, used: float) -> str:
        """In percent of NAV."""
        return f"{100 * used:.4g} % of NAV"


def by_row(book: Portfolio, sold: Floats) -> Floats:
    """What is sold of each lot, in the order in which lots were given."""
    rows = np.empty_like(sold)
    rows[book.lots.order] = sold
    return rows


@dataclass(slots=True)
class _Capped:
    """The plans of one portfolio at prices of its caps, with sides as they were found."""

    book: Portfolio
    caps: Sequence[Cap]
    engine: str
    most_nodes: int
    prices: Floats
    sides: Sides
    duals: Floats | None = None
    _last: dict[bytes, tuple[Portfolio, Found, Floats, Floats]] = field(default_factory=dict)

    def shadow(self, prices: Floats) -> Portfolio:
        book = self.book
        for cap, price in zip(self.caps, prices, strict=True):
            book = cap.priced(book, float(price)) if price > 0 else book
        return book

    def uses(self, prices: Floats) -> Floats:
        """What each cap is used by the plan of these prices, the sides given."""
        key = prices.tobytes()
        if key not in self._last:
            shadow = self.shadow(prices)
            prepared = prepare(shadow)
            run = engine_of(prepared, self.engine)
            sides = prepared.sides()
            sides[prepared.bridged] = self.sides[prepared.bridged]
            found = solve(prepared, sides, self.duals, run=run)
            self.duals = found.duals if found.is_solved else self.duals
            trades = found.trades + prepared.forced
            sold = by_row(shadow, lots_sold(shadow, trades))
            value = float(run.cost(prepared.terms, found.trades))
            proof = Certificate(value + prepared.constant, found.value + prepared.constant)
            plan = Found(trades, found.duals, sides, proof, found.residual)
            self._last = {key: (shadow, plan, trades, sold)}
        _, _, trades, sold = self._last[key]
        return np.array([cap.used(self.book, trades, sold) for cap in self.caps])

    def search(self, prices: Floats) -> Optimum:
        """The plan at these prices, whatever it uses of the caps."""
        shadow = self.shadow(prices)
        return optimize(shadow, engine=self.engine, duals=self.duals, most_nodes=self.most_nodes)

    def bound(self, searched: Optimum, prices: Floats) -> float:
        """No plan that keeps all caps costs less: what is left of them is worth nothing here."""
        allowed = np.array([cap.allowed for cap in self.caps])
        return searched.certificate.bound - float(prices @ allowed)

    def convex_bound(self) -> float:
        """No plan of the given sides that keeps all caps costs less."""
        self.uses(self.prices)
        ((_, found, _, _),) = self._last.values()
        allowed = np.array([cap.allowed for cap in self.caps])
        return found.certificate.bound - float(self.prices @ allowed)

    def gap(self, at: int, price: float) -> float:
        prices = self.prices.copy()
        prices[at] = price
        return float(self.uses(prices)[at] - self.caps[at].allowed)

    def settle(self) -> bool:
        """Prices at which every cap is kept, and used up where its price is not zero."""
        for _ in range(MOST_ROUNDS):
            before = self.prices.copy()
            for at in range(len(self.caps)):
                self.prices[at] = price_at_zero(partial(self.gap, at), before[at])
            over = self.uses(self.prices) - [cap.allowed for cap in self.caps]
            if (self.prices >= HIGHEST_PRICE).any():
                return False
            is_steady = len(self.caps) == 1 or np.abs(self.prices - before).max() <= STEADY
            if (over <= EXACT).all() and is_steady:
                return True
        return bool((over <= NEARLY).all())


def price_at_zero(gap: Callable[[float], float], start: float = 0.0) -> float:
    """The least price at which what is used is no more than allowed; ``HIGHEST_PRICE`` if none.

    ``gap`` is used less allowed, and falls as the price rises.
    """
    high_gap = gap(0.0)
    if high_gap <= 0:
        return 0.0
    low, low_gap, high = 0.0, high_gap, max(start, FIRST_PRICE)
    high_gap = gap(high)
    while high_gap > 0:
        low, low_gap, high = high, high_gap, 8 * high
        if high >= HIGHEST_PRICE:
            return HIGHEST_PRICE
        high_gap = gap(high)
    for turn in range(MOST_CUTS):
        if high_gap >= -EXACT or high - low <= 1e-15 + 1e-13 * high:
            break
        cut = low + (high - low) * low_gap / (low_gap - high_gap)
        if turn % 3 == 2:  # noqa: PLR2004 (each third cut halves the bracket)
            cut = 0.5 * (low + high)
        at = gap(cut)
        if at > 0:
            low, low_gap = cut, at
        else:
            high, high_gap = cut, at
    return high


def optimize_capped(
    book: Portfolio,
    caps: Sequence[Cap],
    *,
    engine: str = "auto",
    duals: Floats | None = None,
    most_nodes: int = MOST_NODES,
) -> Optimum:
    """The plan of least cost that keeps every cap, with its certificate.

    A cap that no trades keep is told with the least that can be reached, and left at that.
    """
    plan = optimize(book, engine=engine, duals=duals, most_nodes=most_nodes)
    rows = by_row(plan.book, plan.sold)
    if all(cap.used(plan.book, plan.trades, rows) <= cap.allowed for cap in caps):
        return replace(plan, prices=dict.fromkeys((cap.name for cap in caps), 0.0))
    problems = list(plan.problems)
    kept = [_reachable(plan.book, cap, plan, engine, problems) for cap in caps]
    sides = _sides_of(plan.trades)
    capped = _Capped(plan.book, kept, engine, most_nodes, np.zeros(len(kept)), sides, plan.duals)
    best: Optimum | None = None
    floor, tried = plan.certificate.bound, [capped.prices.copy()]
    for _ in range(MOST_TURNS):
        is_kept = capped.settle()
        rival = _plan_of(capped, problems)
        if best is None or (is_kept and rival.certificate.objective < best.certificate.objective):
            best = rival
        searched = capped.search(capped.prices)
        floor = max(floor, capped.bound(searched, capped.prices))
        tried.append(capped.prices.copy())
        again = _sides_of(searched.trades)
        if (best.certificate.objective - floor) * BPS <= ENOUGH_BPS or (
            again == capped.sides
        ).all():
            break
        capped = replace(capped, sides=again, duals=searched.duals, _last={})
    if best is None:  # pragma: no cover (there is at least one turn)
        return plan
    if (best.certificate.objective - floor) * BPS > ENOUGH_BPS:
        open_names = _open_names(capped, tried)
        if open_names.size <= MOST_OPEN:
            best, proven = _try_all(capped, open_names, best, problems)
            floor = max(floor, proven)
        else:
            floor = max(floor, _best_bound(capped, tried[-2], tried[-1]))
    objective = best.certificate.objective
    return replace(best, certificate=Certificate(objective, min(floor, objective)))


def _sides_of(trades: Floats) -> Sides:
    return np.where(trades > 0, BUYS, SELLS).astype(np.int64)


def _open_names(capped: _Capped, tried: Sequence[Floats]) -> Names:
    """Names that are not convex at any of the prices that were met."""
    found = [prepare(capped.shadow(prices)).bridged for prices in tried]
    return np.unique(np.concatenate(found))


def _try_all(
    capped: _Capped, names: Names, best: Optimum, problems: Sequence[Problem]
) -> tuple[Optimum, float]:
    """Every choice of sides of a few names: the best plan, and the least of their bounds."""
    floor = np.inf
    for choice in itertools.product((BUYS, SELLS), repeat=names.size):
        sides = capped.sides.copy()
        sides[names] = choice
        one = replace(capped, sides=sides, prices=np.zeros(len(capped.caps)), _last={})
        is_kept = one.settle()
        if not is_kept and (one.prices >= HIGHEST_PRICE).any():
            continue
        rival = _plan_of(one, problems)
        if is_kept and rival.certificate.objective < best.certificate.objective:
            best = rival
        if not np.isin(prepare(one.shadow(one.prices)).bridged, names).all():
            return best, -np.inf
        floor = min(floor, one.convex_bound())
    return best, floor


def _best_bound(capped: _Capped, one: Floats, other: Floats) -> float:
    """The best bound between two vectors of prices: it is concave along them."""
    low, high = 0.0, 1.0
    best = -np.inf
    for _ in range(MOST_BOUNDS // 2):
        parts = (low + 0.382 * (high - low), low + 0.618 * (high - low))
        left, right = (
            capped.bound(capped.search(prices), prices)
            for prices in (one + part * (other - one) for part in parts)
        )
        best = max(best, left, right)
        low, high = (low, parts[1]) if left >= right else (parts[0], high)
    return best


def _plan_of(capped: _Capped, problems: Sequence[Problem]) -> Optimum:
    """The plan at the caps' prices, by the true objective."""
    capped.uses(capped.prices)
    ((shadow, found, trades, sold),) = capped._last.values()  # noqa: SLF001 (its own module)
    book = capped.book
    plan = settled(book, prepare(shadow), found)
    plan = replace(plan, trades=trades, sold=sold[book.lots.order], problems=tuple(problems))
    objective = plan.parts.total
    names = [cap.name for cap in capped.caps]
    prices: Mapping[str, float] = dict(zip(names, capped.prices.tolist(), strict=True))
    proof = Certificate(objective, objective)
    return replace(plan, certificate=proof, prices=prices)


def _reachable(
    book: Portfolio, cap: Cap, plan: Optimum, engine: str, problems: list[Problem]
) -> Cap:
    """The cap, or the nearest that trades can keep; what clashes is told."""
    sides = _sides_of(plan.trades)
    alone = _Capped(book, [cap], engine, 0, np.zeros(1), sides, plan.duals)
    if alone.gap(0, HIGHEST_PRICE / 10) <= EXACT:
        return cap
    least = alone.gap(0, HIGHEST_PRICE / 10) + cap.allowed
    message = f"{cap.name} of at most {cap.told(cap.allowed)} clashes with the other limits"
    remedy = f"allow more of it, or relax them; the nearest is {cap.told(least)}"
    problems.append(error(cap.name, "CAP_CANNOT_BE_KEPT", message, remedy))
    return _Lifted(cap, least + 1e-6 * abs(least) + 1e-9)


@dataclass(frozen=True, slots=True)
class _Lifted:
    """A cap at the least that can be kept."""

    cap: Cap
    allowed: float

    @property
    def name(self) -> str:
        """As before."""
        return self.cap.name

    def used(self, book: Portfolio, trades: Floats, sold_by_row: Floats) -> float:
        """As before."""
        return self.cap.used(book, trades, sold_by_row)

    def priced(self, book: Portfolio, price: float) -> Portfolio:
        """As before."""
        return self.cap.priced(book, price)

    def told(self, used: float) -> str:
        """As before."""
        return self.cap.told(used)
