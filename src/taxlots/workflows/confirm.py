"""After execution: fills against the signed plan, and the trades booked as they were confirmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from taxlots.book.booking import Books
from taxlots.book.standing import open_lots
from taxlots.domain.action import Action
from taxlots.domain.harvest_run import Fill, FillBreak, RunKind, RunOrder
from taxlots.domain.money import dollars, scaled, shares
from taxlots.domain.order import OrderAction, ShortSide, Side, closes_lots
from taxlots.domain.problem import DataError, Problem, warning
from taxlots.domain.security import Security, SecurityKind
from taxlots.plan.fill_breaks import breaks_of
from taxlots.plan.rebalance.contract_orders import Effect
from taxlots.workflows.fill_file import ClosedBy, read_fills
from taxlots.workflows.gather import require_database
from taxlots.workflows.replay import replay
from taxlots.workflows.run_ledger import ReviewedRun, confirmed, require_name, review_of
from taxlots.workflows.short_lots import owed_lots

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

TOLERANCE_PERCENT: Final = 2
"""How far a fill may be from the close that the plan was made at."""

JOURNAL_ACTION: Final[Mapping[tuple[OrderAction, str], str]] = {
    (Side.SELL, Effect.OPEN): str(Action.SELL_SHORT),
    (Side.BUY, Effect.CLOSE): str(Action.BUY_TO_COVER),
}
"""How the journal names a trade in futures that is not a purchase or sale of what is held."""

COPIED: Final = ("time", "settle_date", "price", "fees", "identified_at", "confirmation")


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The run after its fills, how many of them were booked now, every break and warning."""

    reviewed: ReviewedRun
    booked: int
    known: int
    breaks: tuple[FillBreak, ...]
    problems: tuple[Problem, ...]


def confirm(
    book: str,
    number: int,
    path: Path,
    *,
    by: str,
    now: datetime,
    tolerance_percent: int = TOLERANCE_PERCENT,
) -> Confirmed:
    """Hold a file of fills against a recorded run, and book them by the confirmed lots.

    A fill that is known is not booked again, and a file that is known changes nothing.  Fills of
    no order of the run are told and not booked.  Everything is kept or nothing.  Raises UsageError
    for a folder, a run that is not there and a file that is no table of fills; DataError for rows
    that cannot be read or booked.
    """
    require_database(book)
    require_name(by, "who confirms")
    from taxlots.ledger.database import reading
    from taxlots.ledger.harvest_review import confirmation_of_file, fills_of
    from taxlots.ledger.harvest_runs import lines_of
    from taxlots.ledger.migrate import open_ledger

    ledger = open_ledger(book)
    with reading(ledger) as connection:
        reviewed = review_of(connection, number)
        earlier = fills_of(connection, number)
        priced = "opportunities" if reviewed.run.kind is RunKind.HARVEST else "trades"
        closes = _closes(lines_of(connection, number, priced))
    books = replay(book)
    orders = [one.order for one in reviewed.orders]
    fills, sha256 = read_fills(path, orders, _closable(books), books.record.securities)
    with reading(ledger) as connection:
        before = confirmation_of_file(connection, number, sha256)
    if before is not None:
        return Confirmed(reviewed, 0, len(fills), tuple(before[1]), ())
    booked = bookable(orders, books.record.securities)
    taken = {fill.transaction_id or unbooked_key(fill) for fill in earlier}
    fills = [one if booked(one) else replace(one, transaction_id="") for one in fills]
    new = [fill for fill in fills if (fill.transaction_id or unbooked_key(fill)) not in taken]
    breaks = breaks_of(
        reviewed.orders,
        earlier,
        new,
        day=reviewed.run.as_of,
        closes=closes,
        tolerance_percent=tolerance_percent,
    )
    ours = [fill for fill in new if fill.client_order_id in {o.client_order_id for o in orders}]
    problems = _book(ledger, reviewed, ours, breaks, path, sha256, by=by, now=now)
    with reading(ledger) as connection:
        after = review_of(connection, number)
    made = sum(1 for fill in ours if fill.transaction_id)
    problems += [_not_booked(path, fill) for fill in ours if not fill.transaction_id]
    return Confirmed(after, made, len(fills) - len(new), tuple(breaks), tuple(problems))


def _closable(books: Books) -> list[ClosedBy]:
    """The lots that fills may close: what is held, and what is owed."""
    held = [
        ClosedBy(one.lot_id, one.account, one.symbol, one.acquired, Side.SELL)
        for one in open_lots(books)
    ]
    return held + [
        ClosedBy(one.lot_id, one.account, one.symbol, one.opened, ShortSide.BUY_TO_COVER)
        for one in owed_lots(books)
    ]


def bookable(
    orders: Sequence[RunOrder], securities: Mapping[str, Security]
) -> Callable[[Fill], bool]:
    """Whether the journal can have a fill: of contracts, one that securities.csv knows as such."""
    contracts = {one.client_order_id for one in orders if one.is_contract}

    def is_booked(fill: Fill) -> bool:
        known = securities.get(fill.symbol)
        is_known = known is not None and known.kind is SecurityKind.SECTION_1256
        return fill.client_order_id not in contracts or is_known

    return is_booked


def _not_booked(path: Path, fill: Fill) -> Problem:
    return warning(
        f"{path.name}:{fill.line}",
        "CONTRACT_NOT_BOOKED",
        f"{fill.symbol} is kept as executed and not booked: the journal has no such contract",
        "List a future in securities.csv as section_1256 before its fills come; swaps and forwards"
        " are settled outside the journal.",
    )


def unbooked_key(fill: Fill) -> str:
    """What tells a fill that the journal does not have from others."""
    return "\x1f".join(f"{name}={fill.cells[name]}" for name in sorted(fill.cells))


def _book(
    ledger: Engine,
    reviewed: ReviewedRun,
    fills: Sequence[Fill],
    breaks: Sequence[FillBreak],
    path: Path,
    sha256: str,
    *,
    by: str,
    now: datetime,
) -> list[Problem]:
    """Append the trades and the confirmation in one transaction; returns warnings."""
    from taxlots.ledger.batch import next_stamp
    from taxlots.ledger.canonical import Source
    from taxlots.ledger.database import reading
    from taxlots.ledger.harvest_review import append_confirmation
    from taxlots.ledger.hash_chain import head_of
    from taxlots.ledger.imports import Part, import_parts
    from taxlots.ledger.journal import HOLDS
    from taxlots.workflows.import_check import book_problems, is_error

    number = reviewed.run.number
    rows_before = 0

    def check(connection: Connection) -> list[Problem]:
        problems = book_problems(connection, rows_before)
        if not any(is_error(problem) for problem in problems):
            stamp = next_stamp(connection, now, by)
            append_confirmation(
                connection, number, fills, breaks, stamp, file=path.name, sha256=sha256
            )
        return problems

    with reading(ledger) as connection:
        rows_before = head_of(connection, "journal").rows
    part = Part(
        holds=HOLDS,
        rows=_rows(reviewed, fills),
        source=Source(file=path.name, kind=confirmed(reviewed.run), sha256=sha256),
    )
    done = import_parts(ledger, [part], recorded_at=now, actor=by, check=check)
    if done.is_refused:
        raise DataError(list(done.problems))
    return list(done.problems)


def _rows(reviewed: ReviewedRun, fills: Sequence[Fill]) -> pa.Table:
    """The rows of the journal: a day's fills in the order of the plan, sales before purchases."""
    place = {one.order.client_order_id: n for n, one in enumerate(reviewed.orders)}
    effects = {
        one.order.client_order_id: one.order.cells["effect"]
        for one in reviewed.orders
        if one.order.is_contract
    }
    fills = [one for one in fills if one.transaction_id]
    ordered = sorted(fills, key=lambda fill: (fill.day, place[fill.client_order_id]))
    rows = [
        _row(reviewed.run.label, fill, effects.get(fill.client_order_id, "")) for fill in ordered
    ]
    names = list(_row("", fills[0])) if fills else ["id", "date", "account", "action", "quantity"]
    columns = {name: pa.array([row[name] for row in rows], pa.string()) for name in names}
    lines = pa.array([str(fill.line) for fill in ordered], pa.string())
    return pa.table({**columns, "line": lines})


def _row(run: str, fill: Fill, effect: str = "") -> dict[str, str]:
    is_of_lot = closes_lots(fill.side) and fill.lot_id
    return {
        "id": fill.transaction_id,
        "date": fill.day.isoformat(),
        "account": fill.account,
        "symbol": fill.symbol,
        "action": JOURNAL_ACTION.get((fill.side, effect), str(fill.side)),
        "quantity": shares(fill.quantity),
        "amount": dollars(fill.amount_cents),
        "lots": f"{fill.lot_id}:{shares(fill.quantity)}" if is_of_lot else "",
        "order_id": fill.client_order_id,
        **{name: fill.cells[name] for name in COPIED},
        "note": run,
    }


def _closes(lines: Sequence[dict[str, str]]) -> dict[str, int]:
    """The closes of the plan by symbol, in 1e-8 dollars."""
    found = {}
    for line in lines:
        close = scaled(line.get("close", ""), 8) if line.get("close") else None
        if close:
            found[line["symbol"]] = close
    return found
