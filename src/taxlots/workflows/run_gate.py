"""What must hold of the signed orders of a run together: they are paid for, and wash no loss.

A plan is sound as a whole.  A part of it need not be: purchases without the sales that pay for
them overdraw an account, and a loss without the sale of shares that were bought lately is a wash
sale (26 USC 1091; Rev. Rul. 56-602).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from taxlots.book.booking import Books
from taxlots.book.extension import extend
from taxlots.domain.calendar import date_of
from taxlots.domain.harvest_run import HarvestRun, OrderState, RunKind, RunOrder
from taxlots.domain.money import dollars, scaled, shares
from taxlots.domain.order import closes_lots
from taxlots.domain.problem import Severity, UsageError
from taxlots.market_data.calendars import settlement_day
from taxlots.plan.reviewed import ReviewedOrder
from taxlots.plan.selection import outcomes_of
from taxlots.plan.what_if import until_as_of, with_rows
from taxlots.reports.rebalance_columns import TRADES_FILE
from taxlots.workflows.approved_orders import OPEN_STATES
from taxlots.workflows.market_of_day import same_market
from taxlots.workflows.replay import replay
from taxlots.workflows.run_cash import margin_lacking, shortfalls
from taxlots.workflows.run_ledger import ReviewedRun, recorded_runs
from taxlots.workflows.run_lines import (
    Files,
    first_session,
    plan_in,
    recorded_files,
    trades_on,
    worked_trades,
)

Disallowed = Mapping[str, int]
"""Cents of each sale's losses that section 1091 disallows, by order id."""


def refuse_unsound(
    book: str,
    reviewed: ReviewedRun,
    signing: Collection[str] = (),
    *,
    sending: date | None = None,
) -> None:
    """Raise UsageError where the orders that would be signed cannot stand together.

    ``signing`` names the orders that are to be signed beside those that are.  ``sending`` is the
    session whose orders are to be sent: what earlier ones left undone is not counted on then.
    """
    faults = faults_of(book, reviewed, signing, sending=sending)
    if not faults:
        return
    label = reviewed.run.label
    remedy = (
        f"Sign these orders of {label} together with what they need, or leave them out:"
        " `taxlots override` excludes or caps them."
    )
    if sending is not None and sending > first_session(reviewed.run):
        remedy += f" What is executed of the sessions before {sending} counts once it is confirmed."
    raise UsageError(f"{'; '.join(faults)}. {remedy}")


def faults_of(
    book: str,
    reviewed: ReviewedRun,
    signing: Collection[str] = (),
    *,
    sending: date | None = None,
) -> list[str]:
    """Why the signed orders of a run cannot stand together, in sentences; empty if they can.

    Of a harvest, whose purchases are paid by the sales that they go with, only what it and the
    signed orders of other runs do to each other is looked at.  See ``refuse_unsound``.
    """
    standing = [
        one
        for one in reviewed.orders
        if one.order.quantity
        and (one.order.client_order_id in signing or one.state in (*OPEN_STATES, OrderState.FILLED))
    ]
    if sending is not None:
        standing = list(_as_executed(standing, sending))
    if not standing:
        return []
    others = [one for one in recorded_runs(book) if one.run.number != reviewed.run.number]
    open_elsewhere = [
        _left(one)
        for run in others
        for one in run.orders
        if _is_open(one) and not one.order.is_contract
    ]
    if reviewed.run.kind is RunKind.HARVEST:
        return _washed(book, reviewed.run, {}, standing, open_elsewhere) if open_elsewhere else []
    files = _files(book, reviewed.run)
    lacking = shortfalls(reviewed.run, files, [one.order for one in standing], sending)
    lacking += margin_lacking(reviewed.run, files, [one.order for one in standing])
    securities = [one for one in standing if not one.order.is_contract]
    return [*lacking, *_washed(book, reviewed.run, files, securities, open_elsewhere)]


def _as_executed(standing: Iterable[ReviewedOrder], day: date) -> Iterator[ReviewedOrder]:
    """Orders as they stand on a day: of earlier sessions, what is executed and nothing else."""
    for one in standing:
        if one.order.session is None or one.order.session >= day:
            yield one
        elif one.filled:
            yield replace(one, order=replace(one.order, quantity=one.filled))


def _files(book: str, run: HarvestRun) -> Files:
    from taxlots.ledger.database import reading
    from taxlots.ledger.migrate import open_ledger

    with reading(open_ledger(book)) as connection:
        return recorded_files(connection, run)


def _is_open(one: ReviewedOrder) -> bool:
    return one.state in OPEN_STATES


def _left(one: ReviewedOrder) -> RunOrder:
    """What of an order is not executed yet."""
    return replace(one.order, quantity=one.order.quantity - one.filled)


def _washed(
    book: str,
    run: HarvestRun,
    files: Files,
    standing: Sequence[ReviewedOrder],
    others: Sequence[RunOrder],
) -> list[str]:
    """Losses that the orders would disallow beyond what was planned, in sentences."""
    mine = [left for one in standing if (left := _left(one)).quantity > 0]
    books = _books(book, run.as_of)
    together = _booked(books, [*mine, *others])
    if isinstance(together, str):
        return [f"the orders cannot be executed together: {together}"]
    allowed = {**_planned(books, run, files, mine), **_sound(_booked(books, others))}
    return [
        f"{dollars(cents - allowed.get(order.client_order_id, 0))} of the loss on {order.symbol} in"
        f" {order.account} (order {order.client_order_id}) would be disallowed by what is bought"
        " within 30 days of it (26 USC 1091)"
        for order in (*mine, *others)
        if (cents := together.get(order.client_order_id, 0)) > allowed.get(order.client_order_id, 0)
    ]


def _books(book: str, day: date) -> Books:
    """The books on the day of the plan, or of the last transaction if that is later."""
    books = replay(book)
    return books if date_of(books.as_of) >= day else replay(book, as_of=day)


def _planned(
    books: Books, run: HarvestRun, files: Files, mine: Sequence[RunOrder]
) -> dict[str, int]:
    """What each sale of a run may have disallowed.

    Of a rebalance, what its trade was planned with; of a sale by force, what the sales alone come
    to: nobody else's purchase takes more of its loss.
    """
    if run.kind is RunKind.HARVEST:
        return dict(_sound(_booked(books, mine)))
    sales = [one for one in mine if closes_lots(one.side)]
    worked = worked_trades(run, plan_in(files), files[TRADES_FILE])
    trades = {one.client_order_id: trades_on(one, worked) for one in sales}
    forced = any(not rows for rows in trades.values())
    alone = _sound(_booked(books, sales)) if forced else {}
    return {
        name: sum(scaled(row["disallowed"] or "0", 2) or 0 for row in rows)
        if rows
        else alone.get(name, 0)
        for name, rows in trades.items()
    }


def _sound(found: Disallowed | str) -> Disallowed:
    return {} if isinstance(found, str) else found


def _booked(books: Books, orders: Sequence[RunOrder]) -> Disallowed | str:
    """What the books disallow of each sale once all orders are executed at the last closes.

    An order that has a session is executed on it, or on the books' day where that is later.
    Returns why the books refuse them, if they do.
    """
    rows = []
    today = date_of(books.as_of)
    history = same_market(books.record.prices, today).history
    days = {one.client_order_id: max(one.session or today, today) for one in orders}
    ordered = sorted(orders, key=lambda one: (days[one.client_order_id], not closes_lots(one.side)))
    for number, order in enumerate(ordered, 1):
        quote = history.last_close(order.symbol, today)
        is_named = closes_lots(order.side) and order.lot_id
        rows.append(
            {
                "id": f"signed-{number}",
                "date": days[order.client_order_id].isoformat(),
                "time": "23:59:59",
                "account": order.account,
                "symbol": order.symbol,
                "action": str(order.side),
                "quantity": shares(order.quantity),
                "price": "0" if quote is None else shares(quote.close),
                "lots": f"{order.lot_id}:{shares(order.quantity)}" if is_named else "",
                "order_id": order.client_order_id,
            }
        )
    if not rows:
        return {}
    record = with_rows(until_as_of(books), rows)
    last = max(today, *days.values())
    after, problems = extend(books, record, as_of=last, settlement=settlement_day)
    if after is None:
        first = next(one for one in problems if one.severity is Severity.ERROR)
        return f"{first.message.rstrip('.')}; {first.remedy.rstrip('.')}"
    return {
        row["order_id"]: sum(one.disallowed_cents for one in outcomes_of(after, row["id"]))
        for row in rows
        if closes_lots(row["action"])
    }
