"""What a rebalance proposes: plain values, before and after, that reports write down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from taxlots.domain.money import SHARE, apportion
from taxlots.domain.order import LotInstruction, Order, Side
from taxlots.plan.gate import GateAnswer
from taxlots.plan.optimizer.reasons import trade_reasons
from taxlots.plan.optimizer.signs import BPS
from taxlots.plan.orders import (
    AVERAGE,
    SPECIFIC,
    UNIT_COST_SCALE,
    client_order_id,
    lot_instructions_of,
)
from taxlots.plan.rebalance.mandated import LimitStanding
from taxlots.plan.rebalance.overlaid import Overlaid
from taxlots.plan.rebalance.positions import PlannedLot
from taxlots.plan.rebalance.solving import Solution
from taxlots.plan.rebalance.whole_trades import LotSale, Trade
from taxlots.plan.several_sales import BookedSale
from taxlots.plan.tax_cost import gains_by_term


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassWeights:
    """One class, with weights as parts of the household, cash included.

    ``wanted`` is where the bands send it; ``side`` is -1 below its band today, 1 above it.
    """

    name: str
    target: float
    low: float
    high: float
    side: int
    wanted: float
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnTax:
    """What the sales of one return realize and cost, as the fold books them, in cents."""

    tax_return: str
    short_cents: int
    long_cents: int
    disallowed_cents: int
    now_cents: int | None
    later_cents: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The plan of one household on a day.

    ``sales`` are booked in a dry run, in the order of the trades.  ``cash_before`` and
    ``cash_after`` are in cents by account, half spreads paid.  ``told`` says what was assumed,
    forbidden and left alone, ``limits`` where those of the mandate stand.  With an ``overlay``
    the trades are weighed beside its contracts.  ``executed`` is how often an account has traded
    a symbol on the day already: what it trades again has other order ids.
    """

    book: str
    household: str
    as_of: date
    cusips: Mapping[str, str]
    classes: tuple[ClassWeights, ...]
    solution: Solution
    gate: GateAnswer
    sales: tuple[BookedSale, ...]
    returns: tuple[ReturnTax, ...]
    cash_before: Mapping[str, int]
    cash_after: Mapping[str, int]
    told: tuple[str, ...]
    limits: tuple[LimitStanding, ...] = ()
    overlay: Overlaid | None = None
    executed: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def trades(self) -> tuple[Trade, ...]:
        """What is traded, sales first."""
        return self.solution.trades

    @property
    def tracking_error_before(self) -> float:
        """Annual standard deviation of the difference from the target, of doing nothing."""
        if self.overlay is not None:
            return self.overlay.error_before
        book = self.solution.household.tracked
        return book.tracking_error(np.zeros(book.count))

    @property
    def tracking_error_after(self) -> float:
        """The same after the trades, and the contracts if there are any."""
        if self.overlay is not None:
            return self.overlay.error_after
        return self.solution.household.tracked.tracking_error(self.solution.weights_traded())

    @property
    def turnover(self) -> float:
        """Half of what is bought and sold, as a part of the household."""
        return float(np.abs(self.solution.weights_traded()).sum()) / 2

    @property
    def cost_cents(self) -> int:
        """What the half spreads of all trades cost."""
        return sum(one.cost_cents for one in self.trades)

    def reasons(self) -> dict[str, str]:
        """Why each position is traded: what that brings and takes, in a sentence."""
        nav = self.solution.household.nav_cents / 100
        owed = {one.position.name for one in self.trades if one.position.short}
        return {
            one.name: _of_owed(one.sentence(nav)) if one.name in owed else one.sentence(nav)
            for one in trade_reasons(self.solution.optimum)
        }

    def certificate(self) -> str:
        """How near to the optimum the trades in shares are, in a sentence."""
        solution = self.solution

        def told(bps: float) -> str:
            dollars = bps / BPS * solution.household.nav_cents / 100
            return f"{bps:.4f} ({dollars:,.2f} dollars)"

        first = solution.unrounded_gap_bps
        said = (
            f"The plan before rounding is within {first:.4f} basis points of the household"
            f" ({first / BPS * solution.household.nav_cents / 100:,.2f} dollars) of the optimum; in"
            f" shares, after the gate, within {told(solution.gap_bps)}"
        )
        if solution.is_narrowed:
            said += f", and within {told(solution.narrowed_gap_bps)} of plans without what it drops"
        if solution.fixed_bps:
            said += f"; commissions are {told(solution.fixed_bps)} beside it"
        return said


def returns_of(sales: Sequence[BookedSale], tax_return: Mapping[str, str]) -> list[ReturnTax]:
    """What booked sales come to on each return; ``tax_return`` maps taxed accounts to theirs."""
    found: dict[str, list[BookedSale]] = {}
    for sale in sales:
        name = tax_return.get(sale.request.account)
        if name is not None and sale.outcomes:
            found.setdefault(name, []).append(sale)
    return [_return(name, mine) for name, mine in found.items()]


def _return(name: str, sales: Sequence[BookedSale]) -> ReturnTax:
    outcomes = [one for sale in sales for one in sale.outcomes]
    costs = [cost for sale in sales for cost in sale.costs]
    short, long = gains_by_term(outcomes)
    return ReturnTax(
        tax_return=name,
        short_cents=short,
        long_cents=long,
        disallowed_cents=sum(one.disallowed_cents for one in outcomes),
        now_cents=sum(cost.now_cents for cost in costs) if costs else None,
        later_cents=sum(cost.later_cents for cost in costs) if costs else None,
    )


def cash_after(before: Mapping[str, int], trades: Sequence[Trade]) -> dict[str, int]:
    """What each account has in cash after the trades, half spreads paid."""
    found = dict(before)
    for trade in trades:
        account = trade.position.account.id
        found[account] = found.get(account, 0) - trade.bought_cents - trade.cost_cents
    return found


def orders_of(proposal: Proposal) -> tuple[Order, ...]:
    """One order for each lot that is sold, by name, then one for each purchase."""
    return tuple(order for trade in proposal.trades for order in orders_of_trade(proposal, trade))


def orders_of_trade(proposal: Proposal, trade: Trade) -> tuple[Order, ...]:
    """The orders of one trade: of a taxed sale, one for each of its lots, in their order."""
    return tuple(_orders(proposal, trade))


def instructions_of(proposal: Proposal) -> tuple[LotInstruction, ...]:
    """The lot instruction of each sale, in the order of ``orders_of``."""
    return lot_instructions_of(orders_of(proposal))


def _orders(proposal: Proposal, trade: Trade) -> Iterator[Order]:
    account, symbol = trade.position.account, trade.position.symbol
    cusip = proposal.cusips.get(symbol, "")
    again = proposal.executed.get((account.id, symbol), 0)

    def order(units: int, name: str, reason: str, **lot: Any) -> Order:
        return Order(
            household=account.household,
            custodian=account.custodian,
            account=account.id,
            side=trade.action,
            symbol=symbol,
            cusip=cusip,
            quantity=units,
            client_order_id=client_order_id(
                proposal.as_of,
                *(account.household, account.id, trade.action, symbol, name),
                *([f"after {again}"] if again else []),
            ),
            reason=reason,
            **lot,
        )

    if trade.side is Side.BUY:
        yield order(trade.units, "rebalance", "rebalance")
    elif not trade.position.is_taxed:
        yield order(trade.units, "rebalance", "rebalance: nothing is realized here")
    else:
        for one in trade.sales:
            named = _named(trade, one.lot) if one.lot.lot_id else {"tax_lot_method": AVERAGE}
            yield order(one.units, one.lot.lot_id or AVERAGE, _reason(one), **named)


def _named(trade: Trade, lot: PlannedLot) -> dict[str, Any]:
    """How an order names the lot that it sells; a short lot is named by what it brought."""
    basis = lot.value_cents - lot.gain_cents
    if trade.position.short:
        basis = trade.position.market_cents(lot.quantity) + lot.gain_cents
    return {
        "tax_lot_method": SPECIFIC,
        "lot_id": lot.lot_id,
        "lot_open_date": lot.acquired,
        "lot_quantity": lot.quantity,
        "lot_unit_cost": apportion(basis, SHARE * UNIT_COST_SCALE, lot.quantity),
    }


def _of_owed(reason: str) -> str:
    """The reason for a trade of what is owed, whose size is that of its margin."""
    words = {"Buy": "Sell short, which ties up", "Sell": "Cover, which frees"}
    verb, _, rest = reason.partition(" ")
    return f"{words[verb]} {rest}"


def _reason(sale: LotSale) -> str:
    term = "long-term" if sale.lot.is_long else "short-term"
    return f"rebalance: {term} {'loss' if sale.lot.gain_cents < 0 else 'gain'}"
