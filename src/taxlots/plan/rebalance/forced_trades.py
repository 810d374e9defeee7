"""Trades that people force, made as they said: to the share, and paid for before all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from taxlots.domain.order import Side
from taxlots.plan.cash_flow import Offer
from taxlots.plan.rebalance.household_portfolio import CashNeeds, HouseholdPortfolio
from taxlots.plan.rebalance.positions import Position
from taxlots.plan.rebalance.whole_trades import LotSale, Trade, spendable


def as_forced(
    trades: Sequence[Trade],
    household: HouseholdPortfolio,
    cash: CashNeeds,
    *,
    step: int,
    least_cents: int = 0,
) -> list[Trade]:
    """The trades with those that are forced at their quantity, in 1e-8 units, sales first.

    A forced amount of dollars is cut to multiples of ``step``.  Other purchases of an account,
    the smallest first, are cut to the money that forced ones leave, and left out below
    ``least_cents``.
    """
    forced = [one for one in household.positions if one.forced_cents]
    if not forced:
        return list(trades)
    names = {one.name for one in forced}
    mine = {one.position.name: one for one in trades if one.position.name in names}
    made = [_made(one, mine.get(one.name), step) for one in forced]
    others = [one for one in trades if one.position.name not in names]
    sales = [one for one in [*others, *made] if one.side is Side.SELL and one.units]
    bought = [one for one in made if one.side is Side.BUY and one.units]
    money = spendable(cash, sales)
    for one in bought:
        money[one.position.account.id] -= one.equity_cents + one.cost_cents
    kept = []
    for one in sorted((t for t in others if t.side is Side.BUY), key=lambda t: -t.cents):
        cut = _within(one, money[one.position.account.id], step)
        if cut.units and cut.cents >= least_cents:
            money[one.position.account.id] -= cut.equity_cents + cut.cost_cents
            kept.append(cut)
    by_place = [
        sorted(part, key=lambda t: household.row_of[t.position.name])
        for part in (sales, bought + kept)
    ]
    return [*by_place[0], *by_place[1]]


def _made(position: Position, planned: Trade | None, step: int) -> Trade:
    """The forced trade of a position; of a sale, the lots that the plan takes leave first."""
    offer = _offer(position)
    units = abs(position.forced_units) or offer.units(_market_cents(position), step)
    if position.forced_cents > 0:
        cents = offer.cost_cents(units)
        return Trade(position=position, side=Side.BUY, units=units, cents=cents)
    first = [one.lot for one in planned.sales] if planned else []
    lots = [*first, *(one for one in position.lots if one not in first and not one.bar)]
    taken = {one.lot: one.units for one in planned.sales} if planned else {}
    left = units - sum(taken.values())
    for lot in lots if left > 0 else reversed(lots):
        had = taken.get(lot, 0)
        taken[lot] = max(0, min(lot.quantity, had + left))
        left -= taken[lot] - had
    sales = tuple(LotSale(lot=lot, units=taken[lot]) for lot in lots if taken.get(lot))
    units = sum(one.units for one in sales)
    return Trade(
        position=position, side=Side.SELL, units=units, cents=offer.cost_cents(units), sales=sales
    )


def _market_cents(position: Position) -> int:
    """What the shares of a forced trade are worth: of what is owed more than it ties up."""
    return ceil(abs(position.forced_cents) / position.equity)


def _within(trade: Trade, money_cents: int, step: int) -> Trade:
    """A purchase cut to what some money pays, its costs included."""
    offer, units = _offer(trade.position), trade.units
    if trade.equity_cents + trade.cost_cents > money_cents:
        units = offer.units(
            max(0, money_cents) * trade.cents // (trade.equity_cents + trade.cost_cents), step
        )
    cut = replace(trade, units=units, cents=offer.cost_cents(units))
    while cut.units and cut.equity_cents + cut.cost_cents > money_cents:
        units = cut.units - step
        cut = replace(trade, units=units, cents=offer.cost_cents(units))
    return cut


def _offer(position: Position) -> Offer:
    return Offer(symbol=position.symbol, price=position.price, multiplier=position.multiplier)
