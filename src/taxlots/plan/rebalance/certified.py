"""What is proven of a plan in shares: how far it is at most from the best of all plans.

The gate drops trades and solves the rest again.  That rest has an optimum of its own, which says
nothing of plans with the trades that were dropped.  So the bound of the household as it was posed
is kept, with the slopes that its lots have there: the plan that is shown is priced by them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from taxlots.plan.optimizer.cap_kinds import by_row
from taxlots.plan.optimizer.objective import parts_of
from taxlots.plan.optimizer.optimum import Optimum
from taxlots.plan.optimizer.portfolio import Portfolio
from taxlots.plan.rebalance.household_portfolio import HouseholdPortfolio
from taxlots.plan.rebalance.lot_table import BARRED_SLOPE, Mask
from taxlots.plan.rebalance.whole_trades import Trade, weights_of
from taxlots.plan.risk import Floats


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Proof:
    """The optimum of a whole household, as far as it is known.

    No plan of it costs less than ``bound``; the plan in fractions costs ``objective``, both as
    parts of the household.  ``slopes`` are what selling its lots costs in tax there, (lots,), by
    dollar of proceeds.
    """

    household: HouseholdPortfolio
    book: Portfolio
    slopes: Floats
    objective: float
    bound: float

    def cost_of(self, trades: Sequence[Trade]) -> float:
        """What trades in shares cost in all but commissions, as a part of the household."""
        weights = weights_of(self.household, trades)
        sold = np.zeros(len(self.slopes))
        at = {one.name: place for place, one in enumerate(self.household.positions)}
        for trade in trades:
            place = at[trade.position.name]
            first = int(np.searchsorted(self.household.table.holder, place))
            held = self.household.positions[place].lots
            for one in trade.sales:
                part = one.units / one.lot.quantity
                sold[first + held.index(one.lot)] += part * one.lot.value_cents
        beside = parts_of(self.book, weights, np.zeros_like(sold)).total
        return beside + float(self.slopes @ sold) / self.household.nav_cents

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
        slopes=slopes_by_row(household, optimum),
        objective=objective,
        bound=optimum.certificate.bound,
    )


def slopes_by_row(household: HouseholdPortfolio, optimum: Optimum) -> Floats:
    """The slopes of a household's lots at the rates of an optimum, (lots,).

    Lots that the optimum's branch keeps have the slope that those rates give them.
    """
    found, gains = by_row(optimum.book, optimum.book.lots.slope), household.gains
    is_open = found < BARRED_SLOPE
    is_kept = ~is_open & ~household.table.is_barred
    if not is_kept.any():
        return found
    stated = by_row(household.book, household.book.lots.slope)
    for term in (gains.is_long, ~gains.is_long):
        rate = _rate(found, household, is_open & term)
        mine = is_kept & term
        at_rate = stated if rate is None else rate * gains.usable + gains.other
        found = np.where(mine, at_rate, found)
    return found


def _rate(slopes: Floats, household: HouseholdPortfolio, of: Mask) -> float | None:
    """The rate at which lots have their slopes; None where none of them tells."""
    gains = household.gains
    size = np.where(of, np.abs(gains.usable), 0.0)
    if not size.any():
        return None
    at = int(size.argmax())
    return float((slopes[at] - gains.other[at]) / gains.usable[at])
