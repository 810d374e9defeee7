"""What is proven of a plan in shares: how far it is at most from the best of all plans.

The gate drops trades and solves the rest again.  That rest has an optimum of its own, which says
nothing of plans with the trades that were dropped.  So the bound of the household as it was posed
is kept, and the plan that is shown is priced as that household was, by the law of its year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from taxlots.plan.optimizer.objective import parts_of
from taxlots.plan.optimizer.optimum import Optimum
from taxlots.plan.optimizer.portfolio import Portfolio
from taxlots.plan.rebalance.household_portfolio import HouseholdPortfolio
from taxlots.plan.rebalance.law_tax import tax_of_lots
from taxlots.plan.rebalance.whole_trades import Trade, weights_of


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Proof:
    """The optimum of a whole household, as far as it is known.

    No plan of it costs less than ``bound``; the plan in fractions costs ``objective``, both as
    parts of the household.
    """

    household: HouseholdPortfolio
    book: Portfolio
    objective: float
    bound: float

    def cost_of(self, trades: Sequence[Trade]) -> float:
        """What trades in shares cost in all but commissions, as a part of the household."""
        weights = weights_of(self.household, trades)
        sold = np.zeros(len(self.household.lots))
        for trade in trades:
            place = self.household.row_of[trade.position.name]
            first = int(np.searchsorted(self.household.table.holder, place))
            held = self.household.positions[place].lots
            for one in trade.sales:
                part = one.units / one.lot.quantity
                sold[first + held.index(one.lot)] += part * one.lot.value_cents
        sold /= self.household.nav_cents
        lots = self.book.lots
        parts = parts_of(self.book, weights, sold[lots.order])
        beside = parts.total - float(lots.slope @ sold[lots.order])
        return beside + tax_of_lots(self.household, sold)

    def gap(self, trades: Sequence[Trade]) -> float:
        """How much better than some trades any plan of the household is at most."""
        return max(0.0, self.cost_of(trades) - self.bound)


def proof_of(household: HouseholdPortfolio, optimum: Optimum, objective: float) -> Proof:
    """What an optimum of a household proves of all its plans.

    ``optimum`` may be of a branch of the household, with a bound that holds for all of it;
    ``objective`` is that of its plan in fractions.
    """
    return Proof(
        household=household,
        book=optimum.book,
        objective=objective,
        bound=optimum.certificate.bound,
    )
