"""A household's best trades of those that replace no loss of their own, by branch and bound.

The optimizer knows nothing of section 1091.  Where its trades buy what replaces a loss that they
take, every plan that does not is one of two: nothing that replaces the loss is bought, or the loss
is not taken.  At given prices of the columns the cheaper half of each clash is had at once, name
by name: so all clashes of a plan are settled together, and the same sums at the prices of what
comes of it bound every other way to settle them.  What these prices do not rule out is solved in
its turn.  The least of the bounds holds for all such plans.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from taxlots.plan.optimizer.optimum import Optimum
from taxlots.plan.optimizer.portfolio import NEGLIGIBLE
from taxlots.plan.optimizer.signs import BPS, ENOUGH_BPS
from taxlots.plan.rebalance.household_portfolio import HouseholdPortfolio
from taxlots.plan.rebalance.lot_table import Mask
from taxlots.plan.rebalance.replacements import Replacements
from taxlots.plan.rebalance.wash_choices import Choices
from taxlots.plan.rebalance.wash_prices import Bounder, ClashPrices, ClashPricing

MOST_EFFORT: Final = 200
"""Of quick plans; beyond them the best plan so far is taken, and its bound says so."""

WHOLE: Final = 4
"""What a whole search counts for, in quick plans."""

UNKEPT: Final = 4
"""What it counts for where a limit had to give: it takes longer, and its bound tells less."""

CLOSE: Final = ENOUGH_BPS / BPS
"""A branch whose bound leaves no more than this to gain, as a part of the household, is left."""

PROVEN: Final = 2 * CLOSE
"""A quick plan no further from its bound is searched no more: whole shares cost more than that."""

TELLING: Final = 1.0 / BPS
"""Prices that bound no nearer than this, as a part of the household, settle no clashes."""

Solver = Callable[[HouseholdPortfolio, Optimum | None, float], Optimum]
"""The optimum of a household as it may be traded, near that of what it was narrowed from, if it
costs less than so much."""

First = Callable[[HouseholdPortfolio, Optimum | None], tuple[Optimum, bool]]
"""The first optimum of a search, and whether a whole search may find a better one."""

Quick = Callable[[HouseholdPortfolio, Optimum], Optimum | None]
"""A plan near another optimum with a bound that holds; None where only the solver can tell."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How branches are solved: the first of all, wholly, quickly, and not at all."""

    first: First
    solver: Solver
    quick: Quick
    bounder: Bounder


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """The optimum of what some choices leave, and what every such plan costs at least.

    ``is_quick``: a better one may be found by a whole search.
    """

    choices: Choices
    household: HouseholdPortfolio
    optimum: Optimum
    bound: float
    is_quick: bool = False


@dataclass(order=True, slots=True)
class _Waiting:
    """A branch that is not solved yet, near an optimum; those of the least bound come first."""

    bound: float
    number: int
    choices: Choices = field(compare=False)
    near: Optimum = field(compare=False)
    solved: Branch | None = field(default=None, compare=False)


@dataclass(slots=True)
class _Tree:
    """The branches that wait, the bounds of those that are settled, and the best plan so far.

    ``prices`` are those of the best plan, of all ``clashed`` securities, and ``floor`` is what no
    plan that washes no loss costs less than by them.
    """

    whole: HouseholdPortfolio
    start: Choices
    ways: Ways
    by: Replacements
    pricing: ClashPricing
    waiting: list[_Waiting] = field(default_factory=list)
    settled: list[tuple[bool, float]] = field(default_factory=list)
    best: Branch | None = None
    clashed: list[str] = field(default_factory=list)
    prices: ClashPrices | None = None
    floor: float = -np.inf
    is_by_prices: bool = True
    effort: int = 0
    number: itertools.count[int] = field(default_factory=itertools.count)

    def is_ruled_out(self, bound: float) -> bool:
        """Whether no plan of such a bound is better than the best one by more than nothing."""
        return bound >= self.cutoff

    @property
    def cutoff(self) -> float:
        """What a plan must cost less than to be better than the best one by more than nothing."""
        best = self.best
        if best is None or best.optimum.problems:
            return np.inf
        return best.optimum.certificate.objective - CLOSE

    def opened(self, choices: Choices, near: Optimum, least: float) -> Branch | None:
        """The branch of some choices, solved unless a bound rules it out."""
        bound = least if self.prices is None else max(least, self.prices.bound(choices))
        if self.is_ruled_out(bound):
            self.settled.append((False, bound))
            return None
        household = choices.applied(self.whole)
        optimum = self.ways.quick(household, near)
        if optimum is None:
            return self.searched(Branch(choices, household, near, bound))
        self.effort += 1
        bound = max(bound, optimum.certificate.bound)
        return Branch(choices, household, optimum, bound, is_quick=True)

    def searched(self, branch: Branch) -> Branch:
        """A branch after a whole search that starts from its optimum."""
        optimum = self.ways.solver(branch.household, branch.optimum, self.cutoff)
        self.effort += WHOLE * (UNKEPT if optimum.problems else 1)
        bound = max(branch.bound, optimum.certificate.bound)
        return replace(branch, optimum=optimum, bound=bound, is_quick=False)

    def step(self, branch: Branch) -> Branch | None:
        """Settle a branch; where its plan replaces a loss, divide it: the part to follow next."""
        best = self.best
        is_worse = best is not None and _rank(branch.optimum) >= _rank(best.optimum)
        is_done = best is not None and (
            self.effort >= MOST_EFFORT or self.is_ruled_out(branch.bound)
        )
        if is_done or (is_worse and not branch.is_quick):
            self.settled.append((bool(branch.optimum.problems), branch.bound))
            return None
        if is_worse:
            return self.searched(branch)
        if lost := clashes(branch.household, branch.optimum, self.by):
            self.clashed += [one for one in lost if one not in self.clashed]
            return self.divide(branch, lost)
        if branch.is_quick and branch.optimum.certificate.objective > branch.bound + PROVEN:
            return self.searched(branch)
        self.take(branch)
        return None

    def take(self, branch: Branch) -> None:
        """Let a branch be the best; its prices bound what is left."""
        self.best = branch
        self.settled.append((bool(branch.optimum.problems), branch.bound))
        if self.clashed and not branch.optimum.problems:
            prices = self.pricing.of(self.start, branch.optimum, self.clashed)
            if prices is not None:
                self.prices, self.floor = prices, max(self.floor, prices.bound(self.start))

    def is_told(self) -> bool:
        """Whether prices tell nearly what the best plan costs, where clashes are settled by them.

        They do not where accounts hold the same securities, of which each can trade at will.
        """
        best = self.best
        if best is None or not self.clashed or self.prices is None:
            return True
        return best.optimum.certificate.objective - self.floor <= TELLING

    def divide(self, branch: Branch, lost: Sequence[str]) -> Branch | None:
        """A branch with clashes settled, each the cheaper way; the other ways wait."""
        choices, near = branch.choices, branch.optimum
        prices = self.pricing.of(choices, near, lost) if self.is_by_prices else None
        if prices is None:
            return self.halved(branch, lost[0])
        for one, (unbought, untaken) in prices.lost.items():
            halves = choices.halves(one, self.by)
            choices, other = halves if unbought <= untaken else halves[::-1]
            bound = max(branch.bound, prices.bound(other))
            heapq.heappush(self.waiting, _Waiting(bound, next(self.number), other, near))
        return self.opened(choices, near, max(branch.bound, prices.bound(choices)))

    def halved(self, branch: Branch, lost: str) -> Branch | None:
        """The better half of a branch by its optimum, where prices do not tell."""
        halves = [
            self.opened(one, branch.optimum, branch.bound)
            for one in branch.choices.halves(lost, self.by)
        ]
        found = sorted((one for one in halves if one), key=lambda one: _rank(one.optimum))
        for other in found[1:]:
            waits = _Waiting(other.bound, next(self.number), other.choices, other.optimum, other)
            heapq.heappush(self.waiting, waits)
        return found[0] if found else None

    def next(self) -> Branch | None:
        """The branch of the least bound of those that wait, solved unless it is ruled out."""
        first = heapq.heappop(self.waiting)
        if first.solved is not None:
            return first.solved
        return self.opened(first.choices, first.near, first.bound)

    def best_first(self, start: Branch) -> Branch:
        """The best branch, from the first one on."""
        follows: Branch | None = start
        while follows is not None or self.waiting:
            follows = self.next() if follows is None else self.step(follows)
            if self.is_by_prices and self.best is not None and not self.is_told():
                self.is_by_prices = False
                self.waiting, self.settled = [], []
                follows = self.searched(start) if start.is_quick else start
        if self.best is None:
            raise AssertionError("each branch settles a clash more, and there are finitely many")
        return self.best


def best_branch(
    household: HouseholdPortfolio,
    start: Choices,
    ways: Ways,
    by: Replacements,
    near: Optimum | None = None,
) -> Branch:
    """The best plan that replaces no loss of its own, of those that ``start`` leaves.

    Each branch is followed by the cheaper ways to settle its clashes until there are none; then
    comes the one of the least bound.  A plan whose limits could be kept comes before one for which
    they had to give.  ``near`` is an optimum of nearly the same household, from which
    the search starts.
    """
    narrowed = start.applied(household)
    optimum, is_quick = ways.first(narrowed, near)
    if told := optimum.problems:
        # What had to give stays given in all branches, so that their bounds hold for it.
        household, narrowed = household.within(optimum.book), narrowed.within(optimum.book)
        optimum, is_quick = ways.first(narrowed, optimum)
    tree = _Tree(household, start, ways, by, ClashPricing(household, ways.bounder, by))
    first = Branch(start, narrowed, optimum, optimum.certificate.bound, is_quick)
    best = tree.best_first(first)
    counted = [
        bound for has_problems, bound in tree.settled if best.optimum.problems or not has_problems
    ]
    objective = best.optimum.certificate.objective
    bound = min(objective, max(tree.floor, float(min(counted))))
    certificate = replace(best.optimum.certificate, bound=bound)
    problems = tuple(dict.fromkeys((*told, *best.optimum.problems)))
    found = replace(best.optimum, certificate=certificate, problems=problems)
    return replace(best, optimum=found)


def _rank(optimum: Optimum) -> tuple[bool, float]:
    return bool(optimum.problems), optimum.certificate.objective


def clashes(household: HouseholdPortfolio, optimum: Optimum, by: Replacements) -> tuple[str, ...]:
    """Securities sold at a loss that a purchase of the same trades replaces, in any account."""
    positions, table = household.positions, household.table
    lots = optimum.book.lots
    rows = lots.order[optimum.sold > NEGLIGIBLE]
    is_lost = np.zeros(len(positions), np.bool_)
    is_lost[table.holder[rows[table.is_loss[rows]]]] = True
    is_lost &= ~by.are_alone(household.symbols)
    lost = {positions[place].symbol for place in np.flatnonzero(is_lost).tolist()}
    if not lost:
        return ()
    places = np.flatnonzero(optimum.trades > NEGLIGIBLE).tolist()
    bought = {positions[place].symbol for place in places}
    return tuple(one for one in sorted(lost) if not bought.isdisjoint(by.of(one)))


def unwashed(
    household: HouseholdPortfolio, optimum: Optimum, by: Replacements
) -> tuple[Mask, Mask]:
    """Positions that small changes of a plan may buy and sell, (positions,), so that none washes.

    Nothing is bought that replaces a loss of the plan.  What is not sold yet and shows a loss that
    a purchase could replace is not sold.
    """
    table, lots = household.table, optimum.book.lots
    rows = lots.order[optimum.sold > NEGLIGIBLE]
    symbols, is_alone = household.symbols, by.are_alone(household.symbols)
    is_lost, is_sold = np.zeros(len(symbols), np.bool_), np.ones(len(symbols), np.bool_)
    is_lost[table.holder[rows[table.is_loss[rows]]]] = True
    others = np.flatnonzero(is_lost & ~is_alone).tolist()
    forbidden = {new for place in others for new in by.of(symbols[place])}
    is_bought = np.array([symbol not in forbidden for symbol in symbols], np.bool_)
    may_lose = table.is_loss & ~table.is_barred & (optimum.trades >= 0)[table.holder]
    is_sold[table.holder[may_lose]] = False
    return is_bought & ~(is_lost & is_alone), is_sold | is_alone
