"""What a recorded run came to: its orders as they stand, its fills, the books after them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from taxlots.book.booking import Books
from taxlots.book.results import Realized, realized_of
from taxlots.domain.calendar import date_of
from taxlots.domain.harvest_run import BreakKind, Fill, FillBreak, HarvestRun, OrderState
from taxlots.domain.money import apportion, scaled
from taxlots.domain.problem import UsageError
from taxlots.plan.reviewed import ReviewedOrder
from taxlots.workflows.gather import require_database
from taxlots.workflows.replay import replay
from taxlots.workflows.run_ledger import review_of

STANDING: Final = (OrderState.APPROVED, OrderState.PARTLY_FILLED, OrderState.FILLED)
"""Where an order is that somebody signed, or that is executed."""

OF_ORDERS: Final = (BreakKind.NOT_FILLED, BreakKind.PARTIAL, BreakKind.OTHER_QUANTITY)
"""Breaks that tell where an order stands, not what is wrong with a fill."""

Row = dict[str, str]
Lines = Mapping[str, Sequence[Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResults:
    """A recorded run and what came of it.

    ``orders`` are those that are signed or executed; ``lines`` has the recorded lines of the plan
    by the name of their file; ``books`` are booked up to a day on or after that of the last fill.
    """

    run: HarvestRun
    orders: tuple[ReviewedOrder, ...]
    fills: tuple[Fill, ...]
    breaks: tuple[FillBreak, ...]
    lines: Lines
    books: Books
    traded: date

    def fills_of(self, name: str) -> list[Fill]:
        """The fills of one order that are booked."""
        return [f for f in self.fills if f.client_order_id == name and f.transaction_id]


def run_results(
    book: str, number: int, *, as_of: date | None = None, is_latest: bool = False
) -> RunResults:
    """What a recorded run came to, booked up to a day.

    By default that is the day of its last trade, or of the plan where none is executed yet;
    ``is_latest`` takes the journal's last date if that is later.  Raises UsageError for a folder,
    for an earlier day, for a run that is not there or of which nothing is signed, and DataError
    where the book has errors.
    """
    require_database(book)
    from taxlots.ledger.database import reading
    from taxlots.ledger.harvest_review import breaks_of_run, fills_of
    from taxlots.ledger.harvest_runs import lines_of
    from taxlots.ledger.migrate import open_ledger

    with reading(open_ledger(book)) as connection:
        reviewed = review_of(connection, number)
        fills = fills_of(connection, number)
        breaks = _standing_breaks(breaks_of_run(connection, number))
        names = ("opportunities", "switch_back", "verdicts", "trades", "plan.json")
        lines = {name: lines_of(connection, number, name) for name in names}
    orders = tuple(one for one in reviewed.orders if one.state in STANDING)
    if not orders:
        raise UsageError(
            f"nothing of {reviewed.run.label} is signed or executed; sign it with `taxlots approve`"
        )
    traded = max([reviewed.run.as_of, *(fill.day for fill in fills)])
    return RunResults(
        run=reviewed.run,
        orders=orders,
        fills=tuple(fills),
        breaks=tuple(breaks),
        lines=lines,
        books=_books(book, reviewed.run, traded, as_of, is_latest=is_latest),
        traded=traded,
    )


def _books(
    book: str, run: HarvestRun, traded: date, as_of: date | None, *, is_latest: bool
) -> Books:
    if as_of is not None and as_of < traded:
        raise UsageError(f"--as-of {as_of} is before the last trade of {run.label}, {traded}")
    if as_of is not None or not is_latest:
        return replay(book, as_of=as_of or traded)
    books = replay(book)
    return books if date_of(books.as_of) >= traded else replay(book, as_of=traded)


def _standing_breaks(told: Sequence[tuple[int, FillBreak]]) -> list[FillBreak]:
    """The breaks that still hold: what is not filled is told anew by every file of fills."""
    last = max((confirmation for confirmation, _ in told), default=0)
    return [one for at, one in told if at == last or one.kind not in OF_ORDERS]


def pieces_of(books: Books, names: Sequence[str]) -> tuple[Realized, dict[str, list[int]]]:
    """Every realized piece, and the places of those of some sales by the sale's id."""
    pieces = realized_of(books)
    wanted: dict[str, list[int]] = {name: [] for name in names}
    for at, row in enumerate(pieces.sale_row.tolist()):
        name = books.journal.id(row)
        if name in wanted:
            wanted[name].append(at)
    return pieces, wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What the plan expected of the lots that one order sells, in cents and 1e-8 units.

    What the plan did not reckon is None, or the whole of it where it left the lot alone.
    """

    quantity: int
    loss_cents: int
    saved_cents: int | None
    used_cents: int | None
    carried_cents: int | None
    later_tax_cents: int | None
    term: str

    def of(self, cents: int | None, quantity: int) -> int | None:
        """The part of a sum that belongs to a quantity."""
        return (
            None if cents is None else apportion(cents, min(quantity, self.quantity), self.quantity)
        )


def planned_of(one: ReviewedOrder, opportunities: Sequence[Row]) -> Planned | None:
    """What the plan expected of an order; None of one that it did not propose."""
    order = one.order
    mine = [
        row
        for row in opportunities
        if (row["account"], row["symbol"], row["verdict"])
        == (order.account, order.symbol, "harvest")
        and order.lot_id in ("", row["lot_id"])
    ]
    quantity = sum(_number(row["sell_quantity"], 8) or 0 for row in mine)
    if not quantity:
        return None
    sums = {
        name: _summed([_number(row[name], 2) for row in mine])
        for name in ("estimated_tax_saved", "used_this_year", "carried_forward", "later_tax")
    }
    return Planned(
        quantity=quantity,
        loss_cents=sum(_number(row["allowed_loss"], 2) or 0 for row in mine),
        saved_cents=sums["estimated_tax_saved"],
        used_cents=sums["used_this_year"],
        carried_cents=sums["carried_forward"],
        later_tax_cents=sums["later_tax"],
        term="/".join(dict.fromkeys(row["term"] for row in mine)),
    )


def _summed(parts: Sequence[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if known and len(known) == len(parts) else None


def _number(text: str, places: int) -> int | None:
    return scaled(text, places) if text else None
