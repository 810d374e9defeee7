"""A household's best trades of those that replace no loss of their own, by branch and bound.

The optimizer knows nothing of section 1091.  Where its trades buy what replaces a loss that they
take, every plan that does not is one of two: nothing that replaces the loss is bought, or the loss
is not taken.  Each half is solved from the prices of the whole, unless these prices alone rule it
out, and so on: first on the sides of the whole, and searched wholly where nothing clashes any more.
The least of the bounds holds for all such plans.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from taxlots.plan.optimizer.optimum import Optimum
from taxlots.plan.optimizer.portfolio import NEGLIGIBLE
from taxlots.plan.optimizer.signs import BPS, ENOUGH_BPS
from taxlots.plan.rebalance.household_portfolio import HouseholdPortfolio
from taxlots.plan.rebalance.lot_table import Mask
from taxlots.plan.rebalance.replacements import Replacements

MOST_EFFORT: Final = 160
"""Of quick plans; beyond them the best plan so far is taken, and its bound says so."""

WHOLE: Final = 4
"""What a whole search counts for, in quick plans."""

UNKEPT: Final = 4
"""What it counts for where a limit had to give: it takes longer, and its bound tells less."""

CLOSE: Final = ENOUGH_BPS / BPS
"""A branch whose bound leaves no more than this to gain, as a part of the household, is left; a
quick plan no further from its bound is searched no more."""

Solver = Callable[[HouseholdPortfolio, Optimum | None], Optimum]
"""The optimum of a household as it may be traded, near that of what it was narrowed from."""

Bounder = Callable[[HouseholdPortfolio, Optimum], float]
"""What no plan of a household costs less than, by the prices of another optimum."""

Quick = Callable[[HouseholdPortfolio, Optimum], Optimum | None]
"""A plan near another optimum with a bound that holds; None where only the solver can tell."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What is settled: purchases ``forbidden`` for a loss, securities whose losses are ``kept``."""

    forbidden: Mapping[str, str] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()

    def applied(self, household: HouseholdPortfolio) -> HouseholdPortfolio:
        """The household as it may be traded then."""
        if not self.forbidden and not self.kept:
            return household
        symbols = [one.symbol for one in household.positions]
        is_kept = np.array([symbol in self.kept for symbol in symbols], np.bool_)
        table = household.table
        return household.narrowed(
            unbought=np.array([symbol in self.forbidden for symbol in symbols], np.bool_),
            unsold=np.zeros(len(symbols), np.bool_),
            barred=is_kept[table.holder] & table.is_loss,
        )

    def without_purchases(self, lost: str, by: Replacements) -> Choices:
        """These choices, and nothing is bought that replaces a loss on ``lost``."""
        also = dict.fromkeys(by.of(lost), lost)
        return replace(self, forbidden={**also, **self.forbidden})

    def without_losses(self, lost: str) -> Choices:
        """These choices, and no loss on ``lost`` is taken."""
        return replace(self, kept=self.kept | {lost})


@dataclass(frozen=True, slots=True)
class Ways:
    """How branches are solved: wholly, quickly, and not at all."""

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


@dataclass(slots=True)
class _Tree:
    """The branches that wait, the bounds of those that are settled, and the best plan so far."""

    whole: HouseholdPortfolio
    ways: Ways
    by: Replacements
    waiting: list[tuple[float, int, Branch]] = field(default_factory=list)
    settled: list[tuple[bool, float]] = field(default_factory=list)
    best: Branch | None = None
    effort: int = 0
    number: itertools.count[int] = field(default_factory=itertools.count)

    def is_ruled_out(self, bound: float) -> bool:
        """Whether no plan of such a bound is better than the best one by more than nothing."""
        best = self.best
        if best is None or best.optimum.problems:
            return False
        return bound >= best.optimum.certificate.objective - CLOSE

    def opened(self, choices: Choices, near: Optimum, least: float) -> Branch | None:
        """The branch of some choices, solved unless a bound rules it out."""
        household = choices.applied(self.whole)
        bound = least
        if self.best is not None:
            bound = max(least, self.ways.bounder(household, near))
        if self.is_ruled_out(bound):
            self.settled.append((False, bound))
            return None
        optimum = self.ways.quick(household, near)
        if optimum is None:
            return self.searched(Branch(choices, household, near, bound))
        self.effort += 1
        bound = max(bound, optimum.certificate.bound)
        return Branch(choices, household, optimum, bound, is_quick=True)

    def searched(self, branch: Branch) -> Branch:
        """A branch after a whole search that starts from its optimum."""
        optimum = self.ways.solver(branch.household, branch.optimum)
        self.effort += WHOLE * (UNKEPT if optimum.problems else 1)
        bound = max(branch.bound, optimum.certificate.bound)
        return replace(branch, optimum=optimum, bound=bound, is_quick=False)

    def step(self, branch: Branch) -> Branch | None:
        """Settle a branch; where its plan replaces a loss, divide it: the half to follow next."""
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
            return self.divide(branch, lost[0])
        if branch.is_quick and branch.optimum.certificate.objective > branch.bound + CLOSE:
            return self.searched(branch)
        self.best = branch
        self.settled.append((bool(branch.optimum.problems), branch.bound))
        return None

    def divide(self, branch: Branch, lost: str) -> Branch | None:
        """The better half of a branch; the other one waits."""
        choices = branch.choices
        halves = [
            self.opened(one, branch.optimum, branch.bound)
            for one in (choices.without_purchases(lost, self.by), choices.without_losses(lost))
        ]
        found = sorted((one for one in halves if one), key=lambda one: _rank(one.optimum))
        for other in found[1:]:
            heapq.heappush(self.waiting, (other.bound, next(self.number), other))
        return found[0] if found else None

    def best_first(self, start: Branch) -> Branch:
        """The best branch, from the first one on."""
        follows: Branch | None = start
        while follows is not None:
            follows = self.step(follows)
            if follows is None and self.waiting:
                _, _, follows = heapq.heappop(self.waiting)
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

    Each branch is followed by the better of its two halves until nothing clashes; then comes the
    one of the least bound.  A plan whose limits could be kept comes before one for which they had
    to give.  ``near`` is an optimum of nearly the same household, from which the search starts.
    """
    narrowed = start.applied(household)
    optimum = ways.solver(narrowed, near)
    told = optimum.problems
    if told:
        # What had to give stays given in all branches, so that their bounds hold for it.
        household, narrowed = household.within(optimum.book), narrowed.within(optimum.book)
        optimum = ways.solver(narrowed, optimum)
    tree = _Tree(household, ways, by)
    best = tree.best_first(Branch(start, narrowed, optimum, optimum.certificate.bound))
    counted = [
        bound for has_problems, bound in tree.settled if best.optimum.problems or not has_problems
    ]
    certificate = replace(best.optimum.certificate, bound=float(min(counted)))
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
    holders = np.unique(table.holder[rows[table.is_loss[rows]]])
    lost = {positions[int(place)].symbol for place in holders}
    bought = {positions[int(place)].symbol for place in np.flatnonzero(optimum.trades > NEGLIGIBLE)}
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
    symbols = [one.symbol for one in household.positions]
    holders = np.unique(table.holder[rows[table.is_loss[rows]]])
    forbidden = {new for place in holders for new in by.of(symbols[int(place)])}
    may_lose = table.is_loss & ~table.is_barred & (optimum.trades >= 0)[table.holder]
    times = Counter(symbols)
    is_sold = np.ones(len(symbols), np.bool_)
    for place in np.unique(table.holder[may_lose]).tolist():
        own = by.of(symbols[place])
        is_alone = times[symbols[place]] == 1 and len(own) == 1
        is_sold[place] = is_alone
    return np.array([symbol not in forbidden for symbol in symbols], np.bool_), is_sold
