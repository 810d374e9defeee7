"""Trades in round lots: what a mandate lets be traded in multiples alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from taxlots.domain.order import Side
from taxlots.plan.cash_flow import Offer
from taxlots.plan.rebalance.household_portfolio import CashNeeds
from taxlots.plan.rebalance.whole_trades import Trade


def in_round_lots(
    trades: Sequence[Trade], round_lots: Mapping[str, int], cash: CashNeeds
) -> list[Trade]:
    """Trades cut to multiples of ``round_lots``, in 1e-8 units by security.

    A sale of all that is held stays whole, and so do sales that raise money that is asked for.
    """
    if not round_lots:
        return list(trades)
    giving = cash.giving
    found = []
    for trade in trades:
        lot = round_lots.get(trade.position.symbol, 0)
        is_all = trade.side is Side.SELL and trade.units == trade.position.quantity
        is_given = trade.side is Side.SELL and trade.position.account.id in giving
        whole = trade if not lot or is_all or is_given else _cut(trade, trade.units % lot)
        if whole.units:
            found.append(whole)
    return found


def _cut(trade: Trade, units: int) -> Trade:
    """A trade without so many of its units, those of its last lots."""
    left, sales = units, list(trade.sales)
    while sales and left:
        last = sales.pop()
        taken = min(left, last.units)
        left -= taken
        if last.units > taken:
            sales.append(last._replace(units=last.units - taken))
    position = trade.position
    offer = Offer(symbol=position.symbol, price=position.price, multiplier=position.multiplier)
    kept = trade.units - units
    return replace(trade, units=kept, cents=offer.cost_cents(kept), sales=tuple(sales))
