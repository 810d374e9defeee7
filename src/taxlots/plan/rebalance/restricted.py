"""What a rebalance sells at a loss and what it buys, as the rule of restrictions takes them."""

from __future__ import annotations

from collections.abc import Iterator

from taxlots.domain.order import Side
from taxlots.plan.orders import Swap
from taxlots.plan.rebalance.proposal import Proposal, orders_of_trade
from taxlots.plan.rebalance.whole_trades import Trade


def swaps_of_proposal(proposal: Proposal) -> list[Swap]:
    """The sales that realize a loss, by position, and every purchase, each by itself.

    Sales at a gain and sales in tax-deferred accounts forbid nothing (26 USC 1091(a)), nor do
    trades of what is owed: losses there wait for short sales alone (26 USC 1091(e)).
    """
    held = (trade for trade in proposal.trades if trade.position.short is None)
    return [swap for trade in held for swap in _swaps(proposal, trade)]


def _swaps(proposal: Proposal, trade: Trade) -> Iterator[Swap]:
    orders = orders_of_trade(proposal, trade)
    position = trade.position
    if trade.side is Side.BUY:
        for one in orders:
            yield Swap(position.account, position.symbol, (), 0, one)
    elif position.is_taxed:
        lost = tuple(
            order
            for order, sale in zip(orders, trade.sales, strict=True)
            if sale.lot.gain_cents < 0
        )
        if lost:
            yield Swap(position.account, position.symbol, lost, trade.cents, None)
