"""Caps that couple all trades: turnover, tracking error, gains and tax of the lots sold.

Each cap has a price: it is added to costs, to the aversion to risk or to the slopes of lots, until
the plan of that price uses the cap up exactly.  So a capped plan is again a plan of the same kind,
and its certificate counts what is left of each cap at its price.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from taxlots.domain.problem import Problem, error
from taxlots.plan.optimizer.cap_clash import CAP_CANNOT_BE_KEPT, nearest_caps
from taxlots.plan.optimizer.cap_kinds import (
    Cap,
    LiftedCap,
    LotCap,
    TrackingCap,
    TurnoverCap,
    by_row,
)
from taxlots.plan.optimizer.cap_prices import HIGHEST_PRICE, CappedPlans, plan_of
from taxlots.plan.optimizer.kernel import BUYS, SELLS, branches
from taxlots.plan.optimizer.optimum import Optimum, optimize
from taxlots.plan.optimizer.portfolio import Portfolio
from taxlots.plan.optimizer.signs import BPS, ENOUGH_BPS, Certificate
from taxlots.plan.optimizer.terms import Sides, prepare
from taxlots.plan.risk import Floats, floats

__all__ = ["Cap", "LotCap", "TrackingCap", "TurnoverCap", "by_row", "optimize_capped"]

MOST_TURNS: Final = 6
MOST_TURNED: Final = 12
MOST_PASSES: Final = 3
STEEP: Final = 100.0
"""A price at which a cap is kept if it can be: a hundred dollars for the last one of it."""
MOST_BOUNDS: Final = 16
MOST_OPEN: Final = 5
"""Up to so many names with loss lots, every choice of their sides is tried under the caps."""

Names = np.ndarray[tuple[int], np.dtype[np.int64]]


def optimize_capped(
    book: Portfolio,
    caps: Sequence[Cap],
    *,
    engine: str = "auto",
    duals: Floats | None = None,
    most_nodes: int | None = None,
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
    sides = _sides_of(plan.trades)
    nearest = nearest_caps(plan.book, caps, sides)
    kept = nearest.caps
    problems += nearest.problems
    feasible = None if nearest.trades is None else _sides_of(nearest.trades)
    if nearest.problems and feasible is not None:
        sides = feasible
    start = CappedPlans(plan.book, kept, engine, most_nodes, np.zeros(len(kept)), sides, plan.duals)
    looking = _Search(start, plan.certificate.bound, problems, feasible)
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

    capped: CappedPlans
    floor: float
    problems: Sequence[Problem]
    feasible: Sides | None = None
    best: Optimum | None = None
    sides: Sides | None = None
    tried: list[Floats] = field(default_factory=list)
    known: set[bytes] = field(default_factory=set)

    def is_enough(self) -> bool:
        """Whether the best plan is near enough to the bound."""
        if self.best is None:
            return False
        return (self.best.certificate.objective - self.floor) * BPS <= ENOUGH_BPS

    def offer(self, sides: Sides) -> tuple[CappedPlans, bool]:
        """The plan of these sides, kept if it keeps the caps and is the best."""
        start = self.capped
        one = replace(start, sides=sides, prices=np.zeros(len(start.caps)), last={})
        is_kept = one.settle()
        if is_kept:
            rival = plan_of(one, self.problems)
            best = self.best
            if best is None or rival.certificate.objective < best.certificate.objective:
                self.best, self.sides = rival, sides
        return one, is_kept

    def follow(self) -> None:
        """The sides of the free plan, then those that the caps' prices ask for.

        Where the first keep no caps, those that do are tried next.
        """
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
            if self.best is None and self.feasible is not None and len(self.known) == 1:
                sides = self.feasible

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
    plan: Optimum, start: CappedPlans, looking: _Search, problems: Sequence[Problem]
) -> Optimum:
    """The plan nearest to the caps where no sides that were tried keep all of them."""
    one = replace(start, prices=np.minimum(looking.tried[-1], STEEP), last={})
    one.sides = _sides_of(one.search(one.prices).trades)
    nearest = plan_of(one, problems)
    names = ", ".join(cap.name for cap in one.caps)
    told = error(
        names,
        CAP_CANNOT_BE_KEPT,
        f"no plan was found that keeps {names} together with the other limits",
        "allow more of one of them; the plan shown is the nearest that was found",
    )
    floor = min(max(looking.floor, plan.certificate.bound), nearest.certificate.objective)
    proof = Certificate(nearest.certificate.objective, floor)
    return replace(nearest, certificate=proof, problems=(*nearest.problems, told))


def _sides_of(trades: Floats) -> Sides:
    return np.where(trades > 0, BUYS, SELLS).astype(np.int64)


def _open_names(capped: CappedPlans, tried: Sequence[Floats]) -> Names:
    """Names that are not convex at any of the prices that were met."""
    found = [prepare(capped.shadow(prices)).bridged for prices in tried]
    return np.unique(np.concatenate(found))
