"""A household's best trades of those that replace no loss of their own, by branch and bound.

The optimizer knows nothing of section 1091.  Where its trades buy what replaces a loss that they
take, every plan that does not is one of two: nothing that replaces the loss is bought, or the loss
is not taken.  Both are solved, and so on; the least of their bounds holds for all such plans.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from taxlots.plan.optimizer.optimum import Optimum
from taxlots.plan.optimizer.portfolio import NEGLIGIBLE
from taxlots.plan.rebalance.household_portfolio import HouseholdPortfolio
from taxlots.plan.rebalance.positions import Position

MOST_BRANCHES: Final = 32
"""Of optima that are solved; beyond them the best plan so far is taken, and its bound says so."""

Replaces = Callable[[str, str], bool]
"""Whether acquiring the first security replaces a loss of today on the second."""

Solver = Callable[[tuple[Position, ...]], tuple[HouseholdPortfolio, Optimum]]
"""The optimum of positions as they may be traded."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What is settled: purchases ``forbidden`` for a loss, securities whose losses are ``kept``."""

    forbidden: Mapping[str, str] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()

    def applied(self, positions: tuple[Position, ...]) -> tuple[Position, ...]:
        """Positions as they may be traded then."""
        return tuple(self._kept(self._unbought(one)) for one in positions)

    def without_purchases(self, position_symbols: set[str], lost: str, by: Replaces) -> Choices:
        """These choices, and nothing is bought that replaces a loss on ``lost``."""
        also = {symbol: lost for symbol in position_symbols if by(symbol, lost)}
        return replace(self, forbidden={**also, **self.forbidden})

    def without_losses(self, lost: str) -> Choices:
        """These choices, and no loss on ``lost`` is taken."""
        return replace(self, kept=self.kept | {lost})

    def _unbought(self, position: Position) -> Position:
        if position.buy_bar or position.symbol not in self.forbidden:
            return position
        lost = self.forbidden[position.symbol]
        return replace(position, buy_bar=f"it would replace a loss on {lost}")

    def _kept(self, position: Position) -> Position:
        if position.symbol not in self.kept or not position.is_taxed:
            return position
        lots = tuple(
            replace(one, bar=f"{one.lot_id} is not sold: what replaces its loss is bought")
            if one.gain_cents < 0 and not one.bar
            else one
            for one in position.lots
        )
        return replace(position, lots=lots)


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """The optimum of what some choices leave."""

    choices: Choices
    household: HouseholdPortfolio
    optimum: Optimum


def best_branch(
    positions: tuple[Position, ...], start: Choices, solver: Solver, replaces: Replaces
) -> Branch:
    """The best plan that replaces no loss of its own, of those that ``start`` leaves.

    Each branch is followed by the better of its two until nothing clashes; then comes the one of
    the least bound.  A plan whose limits could be kept comes before one for which they had to give.
    """
    symbols = {one.symbol for one in positions}

    def solved(choices: Choices) -> Branch:
        return Branch(choices, *solver(choices.applied(positions)))

    waiting: list[Branch] = []
    best: Branch | None = None
    least = np.inf
    branch: Branch | None = solved(start)
    count = 1
    while branch is not None:
        lost = clashes(branch.household, branch.optimum, replaces)
        follows: Branch | None = None
        if best and (count >= MOST_BRANCHES or _rank(branch.optimum) >= _rank(best.optimum)):
            if best.optimum.problems or not branch.optimum.problems:
                least = min(least, branch.optimum.certificate.bound)
        elif lost:
            settled = branch.choices
            two = (
                solved(settled.without_purchases(symbols, lost[0], replaces)),
                solved(settled.without_losses(lost[0])),
            )
            count += len(two)
            follows, other = sorted(two, key=lambda one: _rank(one.optimum))
            waiting.append(other)
        else:
            bound = branch.optimum.certificate.bound
            least = bound if best and best.optimum.problems else min(least, bound)
            best = branch
        if follows is None and waiting:
            follows = min(waiting, key=lambda one: one.optimum.certificate.bound)
            waiting.remove(follows)
        branch = follows
    if best is None:
        raise AssertionError("each branch settles a clash more, and there are finitely many")
    certificate = replace(best.optimum.certificate, bound=float(least))
    return replace(best, optimum=replace(best.optimum, certificate=certificate))


def _rank(optimum: Optimum) -> tuple[bool, float]:
    return bool(optimum.problems), optimum.certificate.objective


def clashes(household: HouseholdPortfolio, optimum: Optimum, replaces: Replaces) -> tuple[str, ...]:
    """Securities sold at a loss that a purchase of the same trades replaces, in any account."""
    positions = household.positions
    lots = optimum.book.lots
    lost: set[str] = set()
    for row, holder, sold in zip(lots.order, lots.holder, optimum.sold, strict=True):
        position = positions[int(holder)]
        if sold > NEGLIGIBLE and position.is_taxed and household.lots[int(row)].gain_cents < 0:
            lost.add(position.symbol)
    bought = {positions[int(place)].symbol for place in np.flatnonzero(optimum.trades > NEGLIGIBLE)}
    return tuple(one for one in sorted(lost) if any(replaces(symbol, one) for symbol in bought))
