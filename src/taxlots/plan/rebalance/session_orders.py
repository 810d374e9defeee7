"""The orders of a rebalance by the session in which each is to be traded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from taxlots.domain.order import Order
from taxlots.plan.rebalance.proposal import Proposal, orders_of
from taxlots.plan.rebalance.trade_schedule import TradeSchedule, of_day


@dataclass(frozen=True, slots=True)
class SessionOrder:
    """An order and its day; None where nothing is staggered: the day of the plan."""

    order: Order
    session: date | None


def session_orders(
    proposal: Proposal, schedule: TradeSchedule | None = None
) -> tuple[SessionOrder, ...]:
    """Every order of a plan, those of earlier sessions first, sales first in each.

    Of a lot that an earlier session sells from, ``lot_quantity`` is what that leaves, because this
    is what the account then holds of it.
    """
    if schedule is None:
        return tuple(SessionOrder(order, None) for order in orders_of(proposal))
    return tuple(_by_session(proposal, schedule))


def _by_session(proposal: Proposal, schedule: TradeSchedule) -> Iterator[SessionOrder]:
    sold: dict[tuple[str, str, str], int] = {}
    for day in dict.fromkeys(one.day for one in schedule.trades):
        for order in orders_of(of_day(proposal, schedule, day)):
            place = order.account, order.symbol, order.lot_id
            before = sold.get(place, 0)
            if order.lot_quantity is None:
                yield SessionOrder(order, day)
                continue
            yield SessionOrder(replace(order, lot_quantity=order.lot_quantity - before), day)
            sold[place] = before + order.quantity
