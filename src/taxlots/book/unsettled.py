"""Positions with a trade that has not settled: what the custodian holds is not what is booked."""

from __future__ import annotations

from collections.abc import Iterable

from taxlots.book.booking import Books
from taxlots.book.placed_lot import PlacedLot


def unsettled_lots(books: Books, lots: Iterable[PlacedLot]) -> set[str]:
    """The ids of the lots in positions of which a booked trade settles after the as-of date.

    A trade whose row states no ``settle_date`` is taken as settled.
    """
    journal, rows = books.journal, books.bookings.row
    days, is_blank = journal.day["settle_date"]
    late = rows[(days[rows] > books.as_of) & ~is_blank[rows]]
    open_positions = {(journal.account_of(int(row)), journal.symbol_of(int(row))) for row in late}
    if not open_positions:
        return set()
    return {lot.lot_id for lot in lots if (lot.account, lot.symbol) in open_positions}
