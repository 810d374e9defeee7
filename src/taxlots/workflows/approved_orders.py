"""Orders of recorded harvests that are approved and not executed yet, as the guard sees them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from taxlots.book.booking import Books
from taxlots.book.record import OpenLot, WaitingLoss
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.harvest_run import OrderState, RunOrder
from taxlots.domain.money import apportion
from taxlots.domain.order import Side
from taxlots.plan.appraisal import market_value_cents
from taxlots.plan.purchases import Purchase
from taxlots.plan.situation import Situation
from taxlots.plan.trade_guard import PlannedLoss, realizes_losses
from taxlots.workflows.gather import is_database

OPEN_STATES = (OrderState.APPROVED, OrderState.PARTLY_FILLED)


def approved_orders(book: str, books: Books) -> tuple[RunOrder, ...]:
    """The open orders of the accounts of some books, each with what is not executed yet.

    A folder records no harvests.  Runs of a later day than the books are left out, and orders for
    contracts.
    """
    if not is_database(book):
        return ()
    from taxlots.workflows.run_ledger import recorded_runs

    accounts = {account.id for account in books.record.accounts}
    last: date = date_of(books.as_of)
    return tuple(
        replace(one.order, quantity=one.order.quantity - one.filled)
        for reviewed in recorded_runs(book)
        if reviewed.run.as_of <= last
        for one in reviewed.orders
        if one.state in OPEN_STATES and one.order.account in accounts and not one.order.is_contract
    )


def planned_losses(orders: Iterable[RunOrder], situation: Situation) -> list[PlannedLoss]:
    """What the open sales would lose if they were executed at the last close, on their session.

    Those that section 1091 does not reach, and those at a gain, are left out.  A sale that names
    no lot is one of its position: at average basis all its shares cost alike.
    """
    lots: dict[tuple[str, str], list[OpenLot]] = {}
    positions: dict[tuple[str, str], list[OpenLot]] = {}
    for lot in situation.lots:
        lots.setdefault((lot.account, lot.lot_id), []).append(lot)
        positions.setdefault((lot.account, lot.symbol), []).append(lot)
    taxed = {one.id for one in situation.accounts if realizes_losses(one)}
    found = []
    for order in orders:
        if order.account not in taxed:
            continue
        of_lot = lots.get((order.account, order.lot_id), [])
        held = of_lot if order.lot_id else positions.get((order.account, order.symbol), [])
        quantity = min(order.quantity, sum(lot.quantity for lot in held))
        if order.side is not Side.SELL or not quantity or _is_exempt(order.symbol, situation):
            continue
        cents = _loss_cents(held, quantity, situation)
        if cents or order.symbol not in situation.quotes:
            loss = WaitingLoss(
                sale_id=order.client_order_id,
                lot_id=order.lot_id,
                household=order.household,
                account=order.account,
                symbol=order.symbol,
                sold=max(order.session or situation.as_of, situation.as_of),
                quantity=quantity,
                loss_cents=cents,
            )
            found.append(PlannedLoss(loss=loss, order_id=order.client_order_id))
    return found


def expected_purchases(orders: Iterable[RunOrder], situation: Situation) -> list[Purchase]:
    """The open purchases, as if they were executed on their session, or on the as-of day."""
    accounts = {account.id: account for account in situation.accounts}
    return [
        Purchase(
            lot_id="",
            account=accounts[order.account],
            symbol=order.symbol,
            day=max(day_of(order.session) if order.session else situation.day, situation.day),
            units=order.quantity,
            multiplier=_multiplier(order.symbol, situation),
            kind="approved_purchase",
            order_id=order.client_order_id,
        )
        for order in orders
        if order.side is Side.BUY and order.quantity > 0
    ]


def _loss_cents(held: Sequence[OpenLot], quantity: int, situation: Situation) -> int:
    """The loss on part of a lot at the last close; 0 where there is none."""
    quote = situation.quotes.get(held[0].symbol)
    if quote is None:
        return 0
    whole = sum(lot.quantity for lot in held)
    basis = apportion(sum(lot.loss_basis_cents for lot in held), quantity, whole)
    multiplier = _multiplier(held[0].symbol, situation)
    return max(0, basis - market_value_cents(quantity, multiplier, quote.close))


def _is_exempt(symbol: str, situation: Situation) -> bool:
    security = situation.securities.get(symbol)
    return security is not None and security.kind.is_exempt_from_1091


def _multiplier(symbol: str, situation: Situation) -> int:
    security = situation.securities.get(symbol)
    return 1 if security is None else security.multiplier
