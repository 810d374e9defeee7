"""Caps that couple all trades: turnover, tracking error, gains and tax of the lots sold.

Each cap has a price: it is added to costs, to the aversion to risk or to the slopes of lots, until
the plan of that price uses the cap up exactly.  So a capped plan is again a plan of the same kind,
and its certificate counts what is left of each cap at its price.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import numpy as np

from taxlots.domain.problem import Problem, error
from taxlots.plan.optimizer.cap_kinds import (
    Cap,
    LiftedCap,
    LotCap,
    TrackingCap,
    TurnoverCap,
    by_row,
)
from taxlots.plan.optimizer.kernel import BUYS, SELLS, branches
from taxlots.plan.optimizer.newton import engine_of, solve
from taxlots.plan.optimizer.objective import lots_sold
from taxlots.plan.optimizer.optimum import Optimum, optimize, settled
from taxlots.plan.optimizer.portfolio import Portfolio
from taxlots.plan.optimizer.signs import BPS, ENOUGH_BPS, MOST_NODES, Certificate, Found
from taxlots.plan.optimizer.terms import Sides, prepare
from taxlots.plan.risk import Floats, floats

__all__ = ["Cap", "LotCap", "TrackingCap", "TurnoverCap", "by_row", "optimize_capped"]

HIGHEST_PRICE: Final = 1e6
FIRST_PRICE: Final = 1e-3
EXACT: Final = 1e-11
NEARLY: Final = 1e-8
"""What several caps may be exceeded by where their prices still move after all rounds."""
STEADY: Final = 1e-9
MOST_CUTS: Final = 80
MOST_ROUNDS: Final = 40
MOST_TURNS: Final = 6
MOST_TURNED: Final = 12
MOST_PASSES: Final = 3
STEEP: Final = 100.0
"""A price at which a cap is kept if it can be: a hundred dollars for the last one of it."""
MOST_BOUNDS: Final = 16
MOST_OPEN: Final = 5
"""Up to so many names with loss lots, every choice of their sides is tried under the caps."""

Names = np.ndarray[tuple[int], np.dtype[np.int64]]


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


def optimize_capped(
    book: Portfolio,
    caps: Sequence[Cap],
    *,
    engine: str = "auto",
    duals: Floats | None = None,
    most_nodes: int = MOST_NODES,
) -> Optimum:
    """The plan of least cost that keeps every cap, with its certificate.

    A cap that no trades keep is told with the least that can be reached, and left at that; sides
    are then those that the caps' prices ask for, and no others are tried.
    """
    plan = optimize(book, engine=engine, duals=duals, most_nodes=most_nodes)
    rows = by_row(plan.book, plan.sold)
    if all(cap.used(plan.book, plan.trades, rows) <= cap.allowed for cap in caps):
        return replace(plan, prices=dict.fromkeys((cap.name for cap in caps), 0.0))
    problems = list(plan.problems)
    kept = [_reachable(plan.book, cap, plan, engine, problems) for cap in caps]
    start = _Capped(
        plan.book,
        kept,
        engine,
        most_nodes,
        np.zeros(len(kept)),
        _sides_of(plan.trades),
        plan.duals,
    )
    looking = _Search(start, plan.certificate.bound, problems)
    looking.follow()
    if looking.best is None:
        return _unkept(plan, start, looking, problems)
    is_lifted = any(isinstance(cap, LiftedCap) for cap in kept)
    if not is_lifted and not looking.is_enough():
        looking.refine()
    objective = looking.best.certificate.objective
    proof = Certificate(objective, min(looking.floor, objective))
    return replace(looking.best, certificate=proof)


@dataclass(slots=True)
class _Search:
    """Sides tried under the caps, the best plan that keeps them, and the best bound."""

    capped: _Capped
    floor: float
    problems: Sequence[Problem]
    best: Optimum | None = None
    sides: Sides | None = None
    tried: list[Floats] = field(default_factory=list)
    known: set[bytes] = field(default_factory=set)

    def is_enough(self) -> bool:
        """Whether the best plan is near enough to the bound."""
        if self.best is None:
            return False
        return (self.best.certificate.objective - self.floor) * BPS <= ENOUGH_BPS

    def offer(self, sides: Sides) -> tuple[_Capped, bool]:
        """The plan of these sides, kept if it keeps the caps and is the best."""
        start = self.capped
        one = replace(start, sides=sides, prices=np.zeros(len(start.caps)), _last={})
        is_kept = one.settle()
        if is_kept:
            rival = _plan_of(one, self.problems)
            best = self.best
            if best is None or rival.certificate.objective < best.certificate.objective:
                self.best, self.sides = rival, sides
        return one, is_kept

    def follow(self) -> None:
        """The sides of the free plan, then those that the caps' prices ask for."""
        sides = self.capped.sides
        while sides.tobytes() not in self.known and len(self.known) < MOST_TURNS:
            self.known.add(sides.tobytes())
            one, is_kept = self.offer(sides)
            prices = one.prices if is_kept else np.minimum(one.prices, STEEP)
            searched = one.search(prices)
            self.floor = max(self.floor, one.bound(searched, prices))
            self.tried.append(prices)
            if self.is_enough():
                return
            sides = _sides_of(searched.trades)

    def refine(self) -> None:
        """Try every choice of few open names, or turn some of many one by one."""
        names = _open_names(self.capped, self.tried)
        if names.size <= MOST_OPEN:
            self.floor = max(self.floor, self.try_all(names))
            return
        first = self.tried[0] if len(self.tried) > 1 else np.zeros(len(self.capped.caps))
        self.divide(first, self.tried[-1])
        if self.is_enough() or self.best is None or self.sides is None:
            return
        for _ in range(MOST_PASSES):
            before = self.best.certificate.objective
            for name in self.nearest_ties():
                sides = self.sides.copy()
                sides[name] = BUYS if sides[name] == SELLS else SELLS
                self.offer(sides)
                if self.is_enough():
                    return
            if self.best.certificate.objective > before - 1e-3 * ENOUGH_BPS / BPS:
                return

    def nearest_ties(self) -> Names:
        """Names whose other side is worth more at the plan's prices, then those nearly worth it."""
        if self.best is None or self.sides is None:
            return np.zeros(0, np.int64)
        prices = floats([self.best.prices[cap.name] for cap in self.capped.caps])
        prepared = prepare(self.capped.shadow(prices))
        names, terms = prepared.bridged, prepared.terms
        price = terms.tilt + terms.columns @ self.best.duals
        sides = [branches(terms, int(name), float(price[name]))[2:] for name in names]
        loss = np.array([sale - purchase for purchase, sale in sides])
        loss = np.where(self.sides[names] == BUYS, loss, -loss)
        return np.asarray(names[np.argsort(loss, kind="stable")][:MOST_TURNED])

    def divide(self, one: Floats, other: Floats) -> None:
        """Raise the bound between two vectors of prices, along which it is concave.

        The sides that the prices between ask for are tried as well.
        """
        low, high = 0.0, 1.0
        for _ in range(MOST_BOUNDS // 2):
            parts = (low + 0.382 * (high - low), low + 0.618 * (high - low))
            bounds = []
            for prices in (one + part * (other - one) for part in parts):
                searched = self.capped.search(prices)
                bounds.append(self.capped.bound(searched, prices))
                sides = _sides_of(searched.trades)
                if sides.tobytes() not in self.known:
                    self.known.add(sides.tobytes())
                    self.offer(sides)
            self.floor = max(self.floor, *bounds)
            if self.is_enough():
                return
            low, high = (low, parts[1]) if bounds[0] >= bounds[1] else (parts[0], high)

    def try_all(self, names: Names) -> float:
        """Every choice of sides of a few names: the least of their bounds."""
        floor = np.inf
        for choice in itertools.product((BUYS, SELLS), repeat=names.size):
            sides = self.capped.sides.copy()
            sides[names] = choice
            one, is_kept = self.offer(sides)
            if not is_kept and (one.prices >= HIGHEST_PRICE).any():
                continue
            if not np.isin(prepare(one.shadow(one.prices)).bridged, names).all():
                return -np.inf
            floor = min(floor, one.convex_bound())
        return floor


def _unkept(
    plan: Optimum, start: _Capped, looking: _Search, problems: Sequence[Problem]
) -> Optimum:
    """The plan nearest to the caps where no sides that were tried keep all of them."""
    one = replace(start, prices=np.minimum(looking.tried[-1], STEEP), _last={})
    one.sides = _sides_of(one.search(one.prices).trades)
    nearest = _plan_of(one, problems)
    names = ", ".join(cap.name for cap in one.caps)
    told = error(
        names,
        "CAP_CANNOT_BE_KEPT",
        f"no plan was found that keeps {names} together with the other limits",
        "allow more of one of them; the plan shown is the nearest that was found",
    )
    floor = min(max(looking.floor, plan.certificate.bound), nearest.certificate.objective)
    proof = Certificate(nearest.certificate.objective, floor)
    return replace(nearest, certificate=proof, problems=(*nearest.problems, told))


def _sides_of(trades: Floats) -> Sides:
    return np.where(trades > 0, BUYS, SELLS).astype(np.int64)


def _open_names(capped: _Capped, tried: Sequence[Floats]) -> Names:
    """Names that are not convex at any of the prices that were met."""
    found = [prepare(capped.shadow(prices)).bridged for prices in tried]
    return np.unique(np.concatenate(found))


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
    return LiftedCap(cap, least + 1e-6 * abs(least) + 1e-9)
