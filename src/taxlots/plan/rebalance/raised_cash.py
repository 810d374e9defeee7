"""Money that is asked for, raised in full: shares and costs take a little of what a plan sells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import ceil

from taxlots.domain.order import Side
from taxlots.plan.appraisal import UNITS_PER_CENT
from taxlots.plan.cash_flow import Offer
from taxlots.plan.rebalance.household_portfolio import CashNeeds, HouseholdPortfolio
from taxlots.plan.rebalance.positions import PlannedLot, Position
from taxlots.plan.rebalance.whole_trades import LotSale, Trade

Lots = dict[str, list[PlannedLot]]


def with_cash_raised(
    trades: Sequence[Trade], household: HouseholdPortfolio, cash: CashNeeds, *, step: int
) -> list[Trade]:
    """The trades, with so much sold more that groups of accounts have what they must keep.

    No account spends more than it has, either.  Quantities are multiples of ``step``, in 1e-8.
    What is sold already is sold further first, by what overshoots least; then other lots of the
    group, those of the least gain for each dollar first.  No further security is sold at a loss,
    which a purchase could replace.  Less is raised only where all that is left is sold.
    """
    own = {(name,): min(0, cents) for name, cents in cash.free_cents.items()}
    floors = own | dict(cash.floors)
    money = _money(trades, cash)
    if all(floor <= _together(money, group) for group, floor in floors.items()):
        return list(trades)
    found = {one.position.name: one for one in trades}
    lots = _sellable(household, trades)
    for group, floor in floors.items():
        while (missing := floor - _together(_money(found.values(), cash), group)) > 0:
            mine = [one for one in household.positions if one.account.id in group]
            mine = [one for one in mine if not one.forced_cents]
            more = min(_choices(found, mine, lots, missing, step), default=None)
            if more is None:
                break
            _, _, place, units = more
            name = mine[place].name
            found[name] = _sold_more(mine[place], found.get(name), lots[name], units)
    sales = [one for one in found.values() if one.side is Side.SELL]
    sales.sort(key=lambda one: household.row_of[one.position.name])
    return [*sales, *(one for one in found.values() if one.side is Side.BUY)]


def money_after(trades: Iterable[Trade], group: Sequence[str], cash: CashNeeds) -> int:
    """What a group of accounts has after the trades, in cents."""
    return _together(_money(trades, cash), group)


def _money(trades: Iterable[Trade], cash: CashNeeds) -> dict[str, int]:
    """What accounts have after the trades, in cents."""
    found = cash.free_cents
    for one in trades:
        account = one.position.account.id
        freed = one.equity_cents if one.side is Side.SELL else -one.equity_cents
        found[account] = found.get(account, 0) + freed - one.cost_cents
    return found


def _together(money_cents: Mapping[str, int], group: Sequence[str]) -> int:
    """The money of a group of accounts."""
    return sum(money_cents.get(name, 0) for name in group)


def _sellable(household: HouseholdPortfolio, trades: Sequence[Trade]) -> Lots:
    """Lots by position, in the order in which they leave: those of the trades, then by gain."""
    table = household.table
    first = {one.position.name: [sale.lot for sale in one.sales] for one in trades}
    lost = {one.position.symbol for one in trades for sale in one.sales if sale.lot.gain_cents < 0}
    others: Lots = {}
    for row in range(len(table.lots)):
        position = household.positions[int(table.holder[row])]
        lot = table.lots[row]
        is_new_loss = bool(table.is_loss[row]) and position.symbol not in lost
        if not table.is_barred[row] and not is_new_loss and lot not in first.get(position.name, ()):
            others.setdefault(position.name, []).append(lot)
    return {
        one.name: [
            *first.get(one.name, ()),
            *sorted(
                others.get(one.name, ()), key=lambda lot: lot.gain_cents / max(1, lot.value_cents)
            ),
        ]
        for one in household.positions
    }


def _choices(
    trades: dict[str, Trade], mine: Sequence[Position], lots: Lots, missing: int, step: int
) -> Iterator[tuple[bool, float, int, int]]:
    """Further sales: whether it is of something new, how little it suits, its place, its units."""
    for place, position in enumerate(mine):
        trade, offer = trades.get(position.name), _offer(position)
        room = sum(one.quantity for one in lots[position.name])
        if position.most_sold_cents is not None:
            room = min(room, offer.units(round(position.most_sold_cents / position.equity), 1))
        room -= trade.units if trade else 0
        if room <= 0 or (trade is not None and trade.side is Side.BUY):
            continue
        price = position.price * position.multiplier * step / UNITS_PER_CENT
        units = min(room, ceil(missing / (price * (position.equity - position.cost_rate))) * step)
        if trade is not None:
            freed = offer.cost_cents(units) * position.equity
            yield False, abs(freed - missing), place, units
        else:
            lot = lots[position.name][0]
            yield True, lot.gain_cents / max(1, lot.value_cents), place, units


def _sold_more(
    position: Position, trade: Trade | None, lots: Sequence[PlannedLot], units: int
) -> Trade:
    taken = {one.lot: one.units for one in trade.sales} if trade else {}
    left = units
    for lot in lots:
        more = min(left, lot.quantity - taken.get(lot, 0))
        taken[lot] = taken.get(lot, 0) + more
        left -= more
    sales = tuple(LotSale(lot=lot, units=n) for lot, n in taken.items() if n)
    total = sum(one.units for one in sales)
    cents = _offer(position).cost_cents(total)
    if trade is None:
        return Trade(position=position, side=Side.SELL, units=total, cents=cents, sales=sales)
    return replace(trade, units=total, cents=cents, sales=sales)


def _offer(position: Position) -> Offer:
    return Offer(symbol=position.symbol, price=position.price, multiplier=position.multiplier)
