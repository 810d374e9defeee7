"""Orders: each lot that is harvested is sold by name, then its proxy is bought."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from operator import itemgetter
from typing import Final

from taxlots.domain.account import Account
from taxlots.domain.money import SHARE, apportion, dollars
from taxlots.domain.order import LotInstruction, Order, ShortSide, Side
from taxlots.domain.security import Proxy
from taxlots.plan.harvest_plan import Opportunity, Verdict
from taxlots.plan.lot_part import Holding, holding_of
from taxlots.plan.replacement import affordable_quantity
from taxlots.plan.situation import Index

SPECIFIC: Final = "SPECIFIC"
AVERAGE: Final = "AVERAGE"
UNIT_COST_SCALE: Final = 100
"""1e-4 dollars in a cent."""


@dataclass(frozen=True, slots=True)
class Swap:
    """What is sold of one security in one account, and what is bought for it.

    ``purchase`` is None when the proceeds stay in cash.  ``proceeds_cents`` is at the closes.  A
    purchase that no sale asks for has no ``sales`` and is of ``symbol`` itself.
    """

    account: Account
    symbol: str
    sales: tuple[Order, ...]
    proceeds_cents: int
    purchase: Order | None

    @property
    def gives_up(self) -> bool:
        """Whether the security is sold, or was for the purchase of another one."""
        return self.purchase is None or self.purchase.symbol != self.symbol


def swaps_of(verdicts: Sequence[Verdict], index: Index) -> list[Swap]:
    """The swaps of a plan: its harvested lots by account and symbol, and their proxies."""
    harvested = [v.opportunity for v in verdicts if v.opportunity and v.reason.is_harvest]
    positions: dict[tuple[str, str], list[Opportunity]] = {}
    for opportunity in sorted(harvested, key=lambda o: o.lot.rank):
        lot = opportunity.lot
        positions.setdefault((lot.account, lot.symbol), []).append(opportunity)
    held = _held(index)
    return [
        _swap(index.accounts[account], symbol, opportunities, held, index)
        for (account, symbol), opportunities in sorted(positions.items(), key=itemgetter(0))
    ]


def orders_of(swaps: Sequence[Swap], index: Index) -> tuple[Order, ...]:
    """By household, all sales, then all purchases.

    Sales of identical securities stand in order of acquisition, whatever their accounts: losses
    of one day count in the order of the sales.
    """
    rank: dict[Holding, int] = {}
    for lot in index.situation.lots:
        rank[holding_of(lot)] = lot.rank
        rank.setdefault((lot.account, lot.symbol, ""), lot.rank)
    households = index.household_places
    sales = sorted(
        (order for swap in swaps for order in swap.sales),
        key=lambda order: (
            index.identity.family(order.symbol),
            rank[order.account, order.symbol, order.lot_id],
        ),
    )
    purchases = [swap.purchase for swap in swaps if swap.purchase]
    return tuple(sorted([*sales, *purchases], key=lambda order: households[order.household]))


def lot_instructions_of(orders: Sequence[Order]) -> tuple[LotInstruction, ...]:
    """One instruction for each order to sell or to cover, in their order."""
    return tuple(
        LotInstruction(
            household=order.household,
            custodian=order.custodian,
            account=order.account,
            client_order_id=order.client_order_id,
            symbol=order.symbol,
            cusip=order.cusip,
            lot_id=order.lot_id,
            versus_purchase=order.lot_open_date,
            quantity=order.quantity,
            lot_unit_cost=order.lot_unit_cost,
            is_cover=order.side is ShortSide.BUY_TO_COVER,
        )
        for order in orders
        if order.lot_open_date is not None and order.lot_unit_cost is not None
    )


def client_order_id(as_of: date, *names: str) -> str:
    """A name of at most 20 characters that follows from the day and what the order is for."""
    digest = sha256("\0".join(names).encode()).hexdigest()
    return f"H{as_of:%y%m%d}{digest[:12]}"


def _held(index: Index) -> dict[Holding, int]:
    """How much of each lot each account holds, all sub-lots together."""
    held: dict[Holding, int] = {}
    for lot in index.situation.lots:
        held[holding_of(lot)] = held.get(holding_of(lot), 0) + lot.quantity
    return held


def _swap(
    account: Account,
    symbol: str,
    opportunities: Sequence[Opportunity],
    held: dict[Holding, int],
    index: Index,
) -> Swap:
    if (account.id, symbol) in index.situation.averaged:
        sales: tuple[Order, ...] = (_averaged_sale(account, symbol, opportunities, index),)
    else:
        lots: dict[str, list[Opportunity]] = {}
        for opportunity in opportunities:
            lots.setdefault(opportunity.lot.lot_id, []).append(opportunity)
        sales = tuple(
            _sale(account, symbol, parts, held[account.id, symbol, lot_id], index)
            for lot_id, parts in lots.items()
        )
    proceeds = sum(o.appraisal.market_value_cents or 0 for o in opportunities)
    proxy = opportunities[0].replacement.proxy
    purchase = None if proxy is None else _purchase(account, proxy, proceeds, index)
    return Swap(account, symbol, sales, proceeds, purchase)


def _sale(
    account: Account, symbol: str, parts: Sequence[Opportunity], held: int, index: Index
) -> Order:
    """One order for one lot: the sub-lots of a lot go under its one name."""
    lot = parts[0].lot
    cost = sum(part.lot.cost_basis_cents for part in parts)
    order = _order_to_sell(account, symbol, parts, lot.lot_id, index)
    return replace(
        order,
        tax_lot_method=SPECIFIC,
        lot_id=lot.lot_id,
        lot_open_date=lot.acquired,
        lot_quantity=held,
        lot_unit_cost=apportion(cost, SHARE * UNIT_COST_SCALE, order.quantity),
    )


def _averaged_sale(
    account: Account, symbol: str, parts: Sequence[Opportunity], index: Index
) -> Order:
    """One order for all of a position at average basis: no lot of it can be named."""
    order = _order_to_sell(account, symbol, parts, AVERAGE, index)
    return replace(order, tax_lot_method=AVERAGE)


def _order_to_sell(
    account: Account, symbol: str, parts: Sequence[Opportunity], name: str, index: Index
) -> Order:
    """An order for some lots; in its id ``name`` tells it from others of the position."""
    as_of = index.situation.as_of
    return Order(
        household=account.household,
        custodian=account.custodian,
        account=account.id,
        side=Side.SELL,
        symbol=symbol,
        cusip=index.security(symbol).cusip,
        quantity=sum(part.lot.quantity for part in parts),
        client_order_id=client_order_id(
            as_of, account.household, account.id, Side.SELL, symbol, name
        ),
        reason=_reason_of_sale(parts),
    )


def _reason_of_sale(parts: Sequence[Opportunity]) -> str:
    """The losses by term, and what of them will not count; or the gain sold with its position."""
    losses = []
    for is_long, term in ((False, "short-term"), (True, "long-term")):
        of_term = [part.appraisal for part in parts if part.appraisal.is_long is is_long]
        cents = sum(appraisal.loss_cents for appraisal in of_term)
        if cents:
            losses.append(f"{term} loss of {dollars(cents)}")
    gain = sum(part.appraisal.gain_cents for part in parts)
    if not losses:
        return f"sold with its position: a gain of {dollars(gain)}"
    disallowed = sum(part.check.disallowed_cents for part in parts)
    washed = f", of which {dollars(disallowed)} is deferred by a wash sale" if disallowed else ""
    return f"harvest a {' and a '.join(losses)}{washed}"


def _purchase(account: Account, proxy: Proxy, proceeds_cents: int, index: Index) -> Order:
    situation = index.situation
    security = index.security(proxy.proxy)
    return Order(
        household=account.household,
        custodian=account.custodian,
        account=account.id,
        side=Side.BUY,
        symbol=proxy.proxy,
        cusip=security.cusip,
        quantity=affordable_quantity(
            proceeds_cents,
            situation.quotes[proxy.proxy],
            security.multiplier,
            whole_shares=situation.rule.whole_shares,
        ),
        client_order_id=client_order_id(
            situation.as_of, account.household, account.id, Side.BUY, proxy.proxy, proxy.symbol
        ),
        reason=f"proxy of rank {proxy.rank} for {proxy.symbol}",
    )
