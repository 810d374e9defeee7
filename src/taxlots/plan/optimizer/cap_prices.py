"""Plans at prices of caps, and the prices at which every cap is kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import numpy as np

from taxlots.domain.problem import Problem
from taxlots.plan.optimizer.cap_kinds import Cap, LiftedCap, by_row, is_tracking
from taxlots.plan.optimizer.capped_program import CappedTrades, solve_within
from taxlots.plan.optimizer.newton import Engine, Solved, engine_of, solve
from taxlots.plan.optimizer.objective import lots_sold
from taxlots.plan.optimizer.optimum import BALANCED, Optimum, optimize, settled
from taxlots.plan.optimizer.portfolio import Portfolio
from taxlots.plan.optimizer.quadratic_program import solve_by_piqp
from taxlots.plan.optimizer.signs import Certificate, Found
from taxlots.plan.optimizer.terms import Prepared, Sides, prepare
from taxlots.plan.risk import Floats

HIGHEST_PRICE: Final = 1e6
FIRST_PRICE: Final = 1e-3
EXACT: Final = 1e-11
NEARLY: Final = 1e-8
"""What several caps may be exceeded by where their prices still move after all rounds."""
STEADY: Final = 1e-9
MOST_CUTS: Final = 80
MOST_ROUNDS: Final = 40
LOOKS: Final = 8
"""After so many rounds what caps are exceeded by has to have halved, or prices get nowhere."""


@dataclass(slots=True)
class CappedPlans:
    """The plans of one portfolio at prices of its caps, with sides as they were found."""

    book: Portfolio
    caps: Sequence[Cap]
    engine: str
    most_nodes: int | None
    prices: Floats
    sides: Sides
    duals: Floats | None = None
    is_balanced: bool = True
    last: dict[bytes, tuple[Portfolio, Found, Floats, Floats]] = field(default_factory=dict)

    def shadow(self, prices: Floats) -> Portfolio:
        """The portfolio that pays these prices for what it uses of the caps."""
        book = self.book
        for cap, price in zip(self.caps, prices, strict=True):
            book = cap.priced(book, float(price)) if price > 0 else book
        return book

    def uses(self, prices: Floats) -> Floats:
        """What each cap is used by the plan of these prices, the sides given."""
        key = prices.tobytes()
        if key not in self.last:
            shadow = self.shadow(prices)
            prepared = prepare(shadow)
            run = engine_of(prepared, self.engine)
            sides = prepared.sides()
            sides[prepared.bridged] = self.sides[prepared.bridged]
            found = _balanced(prepared, sides, self.duals, run)
            self.is_balanced = found.residual <= BALANCED
            self.duals = found.duals if self.is_balanced else self.duals
            trades = found.trades + prepared.forced
            sold = by_row(shadow, lots_sold(shadow, trades))
            value = float(run.cost(prepared.terms, found.trades))
            proof = Certificate(value + prepared.constant, found.value + prepared.constant)
            plan = Found(trades, found.duals, sides, proof, found.residual)
            self.last = {key: (shadow, plan, trades, sold)}
        _, _, trades, sold = self.last[key]
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
        ((_, found, _, _),) = self.last.values()
        allowed = np.array([cap.allowed for cap in self.caps])
        return found.certificate.bound - float(self.prices @ allowed)

    def gap(self, at: int, price: float) -> float:
        """What one cap is exceeded by at a price of its own beside those of the others."""
        prices = self.prices.copy()
        prices[at] = price
        return float(self.uses(prices)[at] - self.caps[at].allowed)

    def settle(self) -> bool:
        """Prices at which every cap is kept, and used up where its price is not zero.

        Of caps that meet in a corner, as raised ones do, each price makes the others jump: there
        one program finds the plan.
        """
        linear = sum(not is_tracking(cap) for cap in self.caps)
        is_raised = any(isinstance(cap, LiftedCap) for cap in self.caps)
        if len(self.caps) == 1:
            return self.settle_in_turn()
        if linear > 1 or is_raised:
            return self.settle_at_once()
        return self.settle_in_turn() or self.settle_at_once()

    def settle_in_turn(self) -> bool:
        """Prices of one cap after the other, until none moves."""
        allowed = np.array([cap.allowed for cap in self.caps])
        over, last = np.full(len(self.caps), np.inf), np.inf
        for turn in range(MOST_ROUNDS):
            before = self.prices.copy()
            for at in range(len(self.caps)):
                self.prices[at] = price_at_zero(partial(self.gap, at), before[at])
            over = self.uses(self.prices) - allowed
            if (self.prices >= HIGHEST_PRICE).any() or not self.is_balanced:
                return False
            is_steady = len(self.caps) == 1 or np.abs(self.prices - before).max() <= STEADY
            if (over <= EXACT).all() and is_steady:
                return True
            if turn % LOOKS == LOOKS - 1:
                if over.max() > 0.5 * last:
                    break
                last = over.max()
        return bool((over <= NEARLY).all())

    def settle_at_once(self) -> bool:
        """The plan within all linear caps, and their prices, by one program.

        A cap on the tracking error has a price beside them, at which it is kept.
        """
        places = [at for at, cap in enumerate(self.caps) if not is_tracking(cap)]
        tracked = [at for at, cap in enumerate(self.caps) if is_tracking(cap)]
        linear = [self.caps[at] for at in places]

        def within(price: float) -> CappedTrades | None:
            prices = np.zeros(len(self.caps))
            prices[tracked] = price
            return solve_within(self.shadow(prices), linear, self.sides)

        def gap(price: float) -> float:
            found, cap = within(price), self.caps[tracked[0]]
            if found is None:
                return np.inf
            return cap.used(self.book, found.trades, found.sold_by_row) - cap.allowed

        price = price_at_zero(gap) if tracked else 0.0
        found = within(price) if price < HIGHEST_PRICE else None
        self.prices = np.full(len(self.caps), price)
        if found is None:
            return False
        self.prices[places] = found.prices
        self.keep(found)
        allowed = np.array([cap.allowed for cap in self.caps])
        return bool((self.uses(self.prices) <= allowed + NEARLY).all())

    def keep(self, within: CappedTrades) -> None:
        """What a program found, as the plan of its prices."""
        shadow = self.shadow(self.prices)
        prepared = prepare(shadow)
        run = engine_of(prepared, self.engine)
        sides = prepared.sides()
        sides[prepared.bridged] = self.sides[prepared.bridged]
        trades = within.trades - prepared.forced
        value = float(run.cost(prepared.terms, trades)) + prepared.constant
        bound = float(run.bounds(prepared.terms, sides, within.duals).sum()) + prepared.constant
        found = Found(trades, within.duals, sides, Certificate(value, bound), 0.0)
        plan = (shadow, found, within.trades, within.sold_by_row)
        self.last = {self.prices.tobytes(): plan}


def _balanced(prepared: Prepared, sides: Sides, duals: Floats | None, run: Engine) -> Solved:
    """The plan of these sides, by the means that balances it: a price can take Newton too far."""
    found = solve(prepared, sides, duals, run=run)
    if found.residual > BALANCED:
        other = solve_by_piqp(prepared, sides, run)
        if other is not None and other.residual < found.residual:
            value = float(run.bounds(prepared.terms, sides, other.duals).sum())
            return Solved(other.duals, other.trades, value, 0, other.residual)
    return found


def price_at_zero(gap: Callable[[float], float], start: float = 0.0) -> float:
    """The least price at which what is used is no more than allowed; ``HIGHEST_PRICE`` if none.

    ``gap`` is used less allowed, and falls as the price rises.
    """
    high_gap = gap(0.0)
    if high_gap <= EXACT:
        return 0.0
    low, low_gap, high = 0.0, high_gap, max(start, FIRST_PRICE)
    high_gap = gap(high)
    while high_gap > EXACT:
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


def plan_of(capped: CappedPlans, problems: Sequence[Problem]) -> Optimum:
    """The plan at the caps' prices, by the true objective."""
    uses = capped.uses(capped.prices)
    ((shadow, found, trades, sold),) = capped.last.values()
    book = capped.book
    plan = settled(book, prepare(shadow), found)
    plan = replace(plan, trades=trades, sold=sold[book.lots.order], problems=tuple(problems))
    objective = plan.parts.total
    names = [cap.name for cap in capped.caps]
    prices: Mapping[str, float] = dict(zip(names, capped.prices.tolist(), strict=True))
    lifted = {
        cap.name: max(cap.allowed, used)
        for cap, used in zip(capped.caps, uses.tolist(), strict=True)
        if isinstance(cap, LiftedCap)
    }
    proof = Certificate(objective, objective)
    return replace(plan, certificate=proof, prices=prices, lifted=lifted)
