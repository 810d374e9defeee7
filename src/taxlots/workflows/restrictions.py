"""What is not to be bought or sold at a loss now: by what is booked, and by what is signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from taxlots.book.booking import Books
from taxlots.domain.calendar import date_of
from taxlots.domain.harvest_run import RunOrder
from taxlots.domain.order import Order, Side
from taxlots.plan.orders import Swap
from taxlots.plan.restrictions import restrictions_by_day
from taxlots.plan.situation import Index, index_of
from taxlots.reports.restriction_rows import restriction_rows
from taxlots.workflows.approved_orders import approved_orders, planned_losses
from taxlots.workflows.harvest import situation_of
from taxlots.workflows.named_accounts import check_named
from taxlots.workflows.replay import replay


def active_restrictions(
    book: str,
    *,
    as_of: date | None = None,
    account: str | None = None,
    known_at: datetime | None = None,
) -> tuple[date, list[dict[str, str]]]:
    """The day, and the rows of ``restrictions.csv`` that hold on it, of one account or of all.

    ``books`` is the origin of what the journal forbids, ``plan`` that of orders that are signed
    and not executed, as if they were executed on that day.  An executed sale restricts though its
    order is gone.  Raises UsageError for an unknown account, DataError where the book has errors.
    """
    books = replay(book, as_of=as_of, known_at=known_at)
    check_named(books.record.accounts, [account])
    rows = restrictions_in(book, books, with_signed=known_at is None)
    return date_of(books.as_of), [row for row in rows if account in (None, row["account"])]


def restrictions_in(book: str, books: Books, *, with_signed: bool = True) -> list[dict[str, str]]:
    """The rows of ``restrictions.csv`` that hold on the books' as-of day, of all their accounts.

    ``with_signed`` counts signed orders of recorded harvests too; see ``active_restrictions``.
    """
    situation, _ = situation_of(books)
    index = index_of(situation)
    orders = approved_orders(book, books) if with_signed else ()
    at_a_loss = {loss.order_id for loss in planned_losses(orders, situation)}
    meant = [one for one in orders if one.side is Side.BUY or one.client_order_id in at_a_loss]
    day = date_of(books.as_of)
    swaps: dict[date, list[Swap]] = {day: []}
    for one in meant:
        swaps.setdefault(max(one.session or day, day), []).append(_swap(one, index))
    found = restrictions_by_day(swaps, situation)
    active = [one for one in found if one.until > day]
    return restriction_rows(active)


def _swap(order: RunOrder, index: Index) -> Swap:
    one = _order(order)
    sales: Sequence[Order] = (one,) if order.side is Side.SELL else ()
    return Swap(
        account=index.accounts[order.account],
        symbol=order.for_symbol,
        sales=tuple(sales),
        proceeds_cents=0,
        purchase=one if order.side is Side.BUY else None,
    )


def _order(order: RunOrder) -> Order:
    return Order(
        household=order.household,
        custodian=order.cells.get("custodian", ""),
        account=order.account,
        side=order.side,
        symbol=order.symbol,
        cusip=order.cells.get("cusip", ""),
        quantity=order.quantity,
        client_order_id=order.client_order_id,
        reason=order.cells.get("reason", ""),
        lot_id=order.lot_id,
    )
