"""Trades in shares: what the optimizer's fractions of the household become as orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from taxlots.domain.money import SHARE, shares
from taxlots.domain.order import ShortSide, Side
from taxlots.plan.appraisal import market_value_cents
from taxlots.plan.cash_flow import Offer, purchases
from taxlots.plan.optimizer.optimum import Optimum
from taxlots.plan.rebalance.household_portfolio import CashNeeds, HouseholdPortfolio
from taxlots.plan.rebalance.lot_table import Ints, LotTable
from taxlots.plan.rebalance.positions import PlannedLot, Position
from taxlots.plan.risk import Floats

ALL_OF_IT = 1e-6
"""A lot of which less than this part stays is sold whole."""

NEARLY = 1e-4
"""A part of a step that is rounding of floats, and no part of a share."""


class LotSale(NamedTuple):
    """Units in 1e-8 that a sale takes of a lot: a plan has thousands, so that it is a tuple."""

    lot: PlannedLot
    units: int

    @property
    def gain_cents(self) -> int:
        """The gain of the units, in proportion; the books reckon it to the cent."""
        lot, units = self
        return lot.gain_cents if units == lot.quantity else lot.gain_cents * units // lot.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """An order for one position.

    ``units`` are in 1e-8 and ``cents`` what they are worth at the close, costs left out.  A sale
    names its ``sales``, in the order in which the lots leave.  Of a short position a sale of its
    lots covers them, and a purchase sells short.  ``equity_cents`` is the money that it frees or
    takes, costs left out (of a short position its margin), and ``cost_cents`` what half the spread,
    impact and commission cost, as an estimate.
    """

    position: Position
    side: Side
    units: int
    cents: int
    sales: tuple[LotSale, ...] = ()
    equity_cents: int = field(init=False, compare=False)
    cost_cents: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Reckon once what every check asks for."""
        position, cents = self.position, self.cents
        equity = cents if position.short is None else position.short.equity_cents(cents)
        cost = round(cents * position.cost_rate) + position.commission_cents
        object.__setattr__(self, "equity_cents", equity)
        object.__setattr__(self, "cost_cents", cost)

    @property
    def action(self) -> Side | ShortSide:
        """What the order says."""
        if self.position.short is None:
            return self.side
        return ShortSide.SELL_SHORT if self.side is Side.BUY else ShortSide.BUY_TO_COVER

    @property
    def bought_cents(self) -> int:
        """What of the security comes in; below zero if it goes out."""
        goes_out = (self.side is Side.SELL) is (self.position.short is None)
        return -self.cents if goes_out else self.cents

    @property
    def lots(self) -> str:
        """The lots as a sale names them; blank where it cannot name any."""
        return named_lots(self.sales)


def named_lots(sales: Iterable[LotSale]) -> str:
    """Lots as a row of the journal names them; blank where none can be named."""
    return ";".join(f"{one.lot.lot_id}:{shares(one.units)}" for one in sales if one.lot.lot_id)


def whole_trades(
    household: HouseholdPortfolio,
    optimum: Optimum,
    cash: CashNeeds,
    *,
    step: int = SHARE,
    least_cents: int = 0,
) -> list[Trade]:
    """The trades of a plan, in multiples of ``step`` (1e-8 units), sales first.

    A lot that is sold nearly whole is sold whole, its fraction of a share included.  Other sales
    are rounded down; purchases are cut to the money of their accounts.  Trades below
    ``least_cents`` are left out, unless they raise money that is to be taken or end a position.
    """
    giving = cash.giving
    sales = [
        sale
        for sale in _sales(household, optimum, step)
        if sale.cents >= least_cents
        or sale.position.account.id in giving
        or sale.units == sale.position.quantity
    ]
    return [*sales, *_purchases(household, optimum, cash, sales, step, least_cents)]


def weights_of(household: HouseholdPortfolio, trades: Sequence[Trade]) -> Floats:
    """Trades as parts of the household, (positions,); sales below 0."""
    row_of = household.row_of
    places = [row_of[one.position.name] for one in trades]
    signed = [one.equity_cents if one.side is Side.BUY else -one.equity_cents for one in trades]
    cents = np.bincount(np.array(places, np.int64), signed, len(row_of))
    return np.asarray(cents / household.nav_cents)


def gains_by_return(trades: Sequence[Trade]) -> dict[str, tuple[int, int]]:
    """Short- and long-term gains of the taxed sales of some trades, in cents, by tax return."""
    found: dict[str, tuple[int, int]] = {}
    for trade in trades:
        for one in trade.sales if trade.position.is_taxed else ():
            name = trade.position.account.tax_return
            short, long = found.get(name, (0, 0))
            gain = one.gain_cents
            found[name] = (short, long + gain) if one.lot.is_long else (short + gain, long)
    return found


def _sales(household: HouseholdPortfolio, optimum: Optimum, step: int) -> list[Trade]:
    lots, table = optimum.book.lots, household.table
    places = np.flatnonzero((optimum.sold > 0) & ~table.is_barred[lots.order])
    rows = lots.order[places]
    units = _units(table, rows, optimum.sold[places] * household.nav_cents, step)
    rows, units = rows[units > 0], units[units > 0]
    sales = [*map(LotSale, [table.lots[row] for row in rows.tolist()], units.tolist())]
    holders, first = np.unique(table.holder[rows], return_index=True)
    ends = [*first.tolist(), len(sales)][1:]
    return [
        _sale(household.positions[holder], tuple(sales[begin:end]))
        for holder, begin, end in zip(holders.tolist(), first.tolist(), ends, strict=True)
    ]


def _units(table: LotTable, rows: Ints, cents: Floats, step: int) -> Ints:
    """What is sold of lots so that they bring some cents, or nearly, in 1e-8 units."""
    value, quantity = table.value_cents[rows], table.quantity[rows]
    part = np.where(value > 0, cents / np.maximum(value, 1), 0.0)
    steps = (part * quantity / step + NEARLY).astype(np.int64) * step
    return np.where(part >= 1 - ALL_OF_IT, quantity, steps)


def _sale(position: Position, sales: tuple[LotSale, ...]) -> Trade:
    units = sum([one.units for one in sales])
    cents = market_value_cents(units, position.multiplier, position.price)
    return Trade(position=position, side=Side.SELL, units=units, cents=cents, sales=sales)


def _purchases(
    household: HouseholdPortfolio,
    optimum: Optimum,
    cash: CashNeeds,
    sales: Sequence[Trade],
    step: int,
    least_cents: int,
) -> list[Trade]:
    wanted = {}
    for place in np.flatnonzero(optimum.trades > 0).tolist():
        position = household.positions[place]
        cents = round(float(optimum.trades[place]) * household.nav_cents / position.equity)
        if cents > 0 and cents >= least_cents:
            wanted[position.account.id, place] = cents
    wanted = _affordable(wanted, spendable(cash, sales), household.positions)
    offers = {key: _offer(household.positions[key[1]]) for key in wanted}
    bought = []
    for is_short in (False, True):
        # What is left of money that buys is not what is left of margin.
        mine = {
            key: cents
            for key, cents in wanted.items()
            if bool(household.positions[key[1]].short) is is_short
        }
        bought += purchases(mine, offers, step=step)[0]
    return [
        Trade(
            position=household.positions[one.sleeve],
            side=Side.BUY,
            units=one.units,
            cents=one.cents,
        )
        for one in bought
        if one.cents >= least_cents
    ]


def spendable(cash: CashNeeds, sales: Sequence[Trade]) -> dict[str, int]:
    """What each account may spend: its free cash and its sales, less what it must keep.

    What a group of accounts must keep together is kept by those that have most.
    """
    found = cash.free_cents
    for sale in sales:
        account = sale.position.account.id
        found[account] = found.get(account, 0) + sale.equity_cents - sale.cost_cents
    for group, floor in cash.floors.items():
        left = floor
        for account in sorted(group, key=lambda name: (-found.get(name, 0), name)):
            kept = min(left, max(0, found.get(account, 0)))
            found[account] = found.get(account, 0) - kept
            left -= kept
    return found


def are_paid(trades: Sequence[Trade], cash: CashNeeds) -> bool:
    """Whether each account pays for all that it buys, with what it may spend."""
    left = spendable(cash, [one for one in trades if one.side is Side.SELL])
    bought = [one for one in trades if one.side is Side.BUY]
    for one in bought:
        account = one.position.account.id
        left[account] = left.get(account, 0) - one.equity_cents - one.cost_cents
    return all(left[one.position.account.id] >= 0 for one in bought)


def _affordable(
    wanted: Mapping[tuple[str, int], int],
    money: Mapping[str, int],
    positions: Sequence[Position],
) -> dict[tuple[str, int], int]:
    """Purchases cut in proportion to the money of their accounts, their costs included."""
    total: dict[str, float] = {}
    for (account, place), cents in wanted.items():
        position = positions[place]
        costs = cents * position.cost_rate + position.commission_cents
        total[account] = total.get(account, 0.0) + cents * position.equity + costs
    found = {}
    for (account, place), cents in wanted.items():
        part = min(1.0, max(0, money.get(account, 0)) / total[account])
        if int(cents * part):
            found[account, place] = int(cents * part)
    return found


def _offer(position: Position) -> Offer:
    return Offer(symbol=position.symbol, price=position.price, multiplier=position.multiplier)
