"""The last share that a withdrawal takes, from where the flow goes.

Where nobody looks at the bands a withdrawal comes from the classes that are most over their
target.  Its costs ask for a share more, and the optimizer may find that cheapest elsewhere: a
share of another class, which nobody wanted sold.
"""

from __future__ import annotations

from collections.abc import Sequence

from taxlots.domain.order import Side
from taxlots.plan.rebalance.household_portfolio import CashNeeds, HouseholdPortfolio
from taxlots.plan.rebalance.raised_cash import with_cash_raised
from taxlots.plan.rebalance.whole_trades import Trade


def with_last_share_of(
    drained: frozenset[str],
    trades: Sequence[Trade],
    household: HouseholdPortfolio,
    cash: CashNeeds,
    *,
    step: int,
) -> list[Trade]:
    """The trades, with a last share of other securities raised from the ``drained`` ones instead.

    A sale of one ``step``, in 1e-8, in an account that gives is left out where further shares of
    drained securities that are sold already raise its money.  Losses, ends of positions and what
    people force stay as they are.
    """
    found = list(trades)
    for one in trades:
        if not _is_last_share(one, drained, cash, step):
            continue
        left = [other for other in found if other.position.name != one.position.name]
        more = with_cash_raised(left, household, cash, step=step)
        if _is_of(drained, left, more):
            found = more
    return found


def _is_last_share(one: Trade, drained: frozenset[str], cash: CashNeeds, step: int) -> bool:
    position = one.position
    is_crumb = one.side is Side.SELL and 0 < one.units <= step < position.quantity
    is_asked = bool(position.forced_cents) or any(sale.lot.gain_cents < 0 for sale in one.sales)
    return (
        is_crumb
        and not is_asked
        and position.symbol not in drained
        and position.account.id in cash.giving
    )


def _is_of(drained: frozenset[str], before: Sequence[Trade], after: Sequence[Trade]) -> bool:
    """Whether more was raised, all of it of drained securities that are sold already."""
    units = {one.position.name: one.units for one in before}
    changed = [one for one in after if one.units != units.get(one.position.name)]
    return bool(changed) and all(
        one.position.symbol in drained and one.position.name in units for one in changed
    )
