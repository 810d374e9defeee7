"""Booking order: by household, then date, time and row; fills of one order are one transaction.

See "Order" in the booking conventions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from taxlots.book.cells import Int32s, Int64, Mask
from taxlots.book.checks import is_action
from taxlots.book.journal import Journal, filled, rows_where
from taxlots.domain.action import (
    CASH_ACTIONS,
    CORPORATE_ACTIONS,
    PURCHASE_ACTIONS,
    SALE_ACTIONS,
    Action,
)

END_OF_DAY: Final = 86_400
"""The time of what happens after all rows of a day."""

NOT_BOOKED: Final = CASH_ACTIONS | {Action.VOID}
"""Rows that open, move or close no lot."""


FILLED: Final = (
    PURCHASE_ACTIONS
    | SALE_ACTIONS
    | {Action.SELL_SHORT, Action.BUY_TO_COVER, Action.WRITE_OPTION, Action.CLOSE_OPTION}
)
"""Actions that an order fills piece by piece."""


@dataclass(slots=True)
class Bookings:
    """Rows in booking order.  ``row`` is the journal row, of several fills the first.

    ``rank`` orders them: household first, then time.  Arrays run in parallel.
    """

    row: Int64
    household: Int32s
    day: Int32s
    time: Int32s

    def __len__(self) -> int:
        return len(self.row)

    def where(self, mask: Mask) -> Bookings:
        """The bookings of a mask, in the same order."""
        return Bookings(self.row[mask], self.household[mask], self.day[mask], self.time[mask])


def household_of_rows(journal: Journal, households: list[str]) -> Int32s:
    """The household of every row as a place in ``households``; -1 for a blank account."""
    place = {name: number for number, name in enumerate(households)}
    by_account = {a.id: place[a.household] for a in journal.record.accounts}
    table = [by_account.get(name, -1) for name in journal.account.names]
    return np.array([*table, -1], np.int32)[journal.account.values]


def in_booking_order(journal: Journal, live: Mask, household: Int32s, households: int) -> Bookings:
    """The live rows by household, day, time and row; rows of all households stand in each."""
    rows = np.flatnonzero(live)
    rows, mine = _in_every_household(journal, rows, household, households)
    day = journal.day["date"][0][rows]
    time = journal.time[rows].copy()
    order = np.lexsort((rows, day, mine))
    rows, mine, day, time = rows[order], mine[order], day[order], time[order]
    time = _fill_times(mine, day, time)
    order = np.lexsort((rows, time, day, mine))
    bookings = Bookings(rows[order], mine[order], day[order], time[order])
    return bookings.where(~is_action(journal, set(NOT_BOOKED))[bookings.row])


def _in_every_household(
    journal: Journal, rows: Int64, household: Int32s, households: int
) -> tuple[Int64, Int32s]:
    """Repeat rows with a blank account in each household that ever names their symbol."""
    mine = household[rows]
    shared = rows[mine < 0]
    if not len(shared):
        return rows, mine
    own = rows[mine >= 0]
    symbols = _through_renames(journal)
    width = len(journal.symbol.names) + 1
    pairs = np.unique(household[own].astype(np.int64) * width + symbols[own])
    all_rows = [own]
    all_mine = [household[own]]
    for row in shared:
        if symbols[row] < 0:
            holders = np.arange(households)
        else:
            holders = pairs[pairs % width == symbols[row]] // width
        all_rows.append(np.full(len(holders), row))
        all_mine.append(holders.astype(np.int32))
    return np.concatenate(all_rows), np.concatenate(all_mine)


def _through_renames(journal: Journal) -> Int32s:
    """The symbol of every row as a code; symbols that corporate actions connect share one."""
    code = {name: number for number, name in enumerate(journal.symbol.names)}
    shared = np.arange(len(code) + 1)
    shared[-1] = -1
    for row in rows_where(is_action(journal, CORPORATE_ACTIONS) & filled(journal, "to_symbol")):
        old = shared[journal.symbol.values[row]]
        new = shared[code.get(journal.cell("to_symbol", row), journal.symbol.values[row])]
        shared[shared == new] = old
    return shared[journal.symbol.values].astype(np.int32)


def _fill_times(mine: Int32s, day: Int32s, time: Int32s) -> Int32s:
    """Blank times take the time of the household's row before them on that date, else 0."""
    if not len(time):
        return time
    starts = np.ones(len(time), np.bool_)
    starts[1:] = (mine[1:] != mine[:-1]) | (day[1:] != day[:-1])
    source = np.where((time >= 0) | starts, np.arange(len(time)), 0)
    filled = time[np.maximum.accumulate(source)]
    return np.maximum(filled, 0).astype(np.int32)


def check_row_order(journal: Journal, live: Mask, household: Int32s) -> None:
    """In a folder the rows of a household must not go back in time."""
    rows = np.flatnonzero(live & (household >= 0))
    rows = rows[np.argsort(household[rows], kind="stable")]
    day = journal.day["date"][0][rows]
    back = np.zeros(len(rows), np.bool_)
    back[1:] = (day[1:] < day[:-1]) & (household[rows][1:] == household[rows][:-1])
    for place in rows_where(back):
        row = int(rows[place])
        journal.note(
            row,
            "date",
            "OUT_OF_ORDER",
            "the date is earlier than that of the household's row before it",
            "sort the file by date, or import it into a database, which takes any order",
        )


def merge_fills(
    journal: Journal, bookings: Bookings, cents: Int64
) -> tuple[Bookings, dict[int, list[int]]]:
    """Sum the fills of one order into the first of them.

    Adds up ``cents`` and the quantity column in place; returns the bookings that are left and,
    for each first row, all of its fills.  Treas. Reg. 1.1012-1(c)(1)(ii).
    """
    fills: dict[int, list[int]] = {}
    is_trade = is_action(journal, FILLED)
    has_order = is_trade & (journal.order.values >= 0)
    at = np.flatnonzero(has_order[bookings.row])
    rows = bookings.row[at]
    columns = (journal.order.values, journal.symbol.values, journal.account.values, journal.action)
    keys: list[Any] = [column[rows] for column in columns] + [bookings.day[at]]
    order = np.lexsort([at, *keys])
    same = np.ones(max(0, len(order) - 1), np.bool_)
    for key in keys:
        same &= key[order][1:] == key[order][:-1]
    quantity = journal.number["quantity"].values
    left = np.ones(len(bookings), np.bool_)
    first = -1
    for place in np.flatnonzero(same) + 1:
        row = int(rows[order[place]])
        previous = int(rows[order[place - 1]])
        if first < 0 or fills[first][-1] != previous:
            first = previous
        quantity[first] += quantity[row]
        cents[first] += cents[row]
        left[at[order[place]]] = False
        fills.setdefault(first, [first]).append(row)
    return bookings.where(left), fills
