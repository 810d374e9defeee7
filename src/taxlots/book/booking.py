"""From a record to its books: read, check, order, fold.

``book_record`` is the only way in; everything that it cannot book is a problem, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.amounts import cents_of
from taxlots.book.cells import Int64, Mask
from taxlots.book.checks import (
    check_known_accounts,
    check_methods,
    check_rows,
    check_securities,
    void_rows,
)
from taxlots.book.entries import Desk, Place, splits_of
from taxlots.book.events import Blueprint, blueprint
from taxlots.book.identification import methods_of, named_lots
from taxlots.book.journal import ACTION_CODE, Journal, read_journal, rows_where
from taxlots.book.ordering import (
    Bookings,
    check_row_order,
    household_of_rows,
    in_booking_order,
    merge_fills,
)
from taxlots.book.record import Record
from taxlots.book.state import State, begin
from taxlots.domain.action import Action
from taxlots.domain.calendar import day_of
from taxlots.domain.money import LIMIT, dollars, shares
from taxlots.domain.problem import Problem, Severity, error, warning
from taxlots.law.identical import Identity, identity_of

UNKNOWN: Final = -(1 << 40)


@dataclass(slots=True)
class Books:
    """The books of a record as of a day.

    ``state`` holds what the fold made, ``blueprint`` what it was made from; ``as_of`` is a day
    number.  ``problems`` holds warnings; ``book_record`` gives no books where there are errors.
    """

    record: Record
    journal: Journal
    bookings: Bookings
    fills: dict[int, list[int]]
    blueprint: Blueprint
    identity: Identity
    renames: list[tuple[str, str]]
    state: State
    as_of: int
    households: list[str]
    problems: list[Problem]


def book_record(
    record: Record,
    *,
    as_of: date | None = None,
    settlement: Callable[[int], int],
    compiled: bool | None = None,
) -> tuple[Books | None, list[Problem]]:
    """Book a record as of a day (default: the last date of its journal).

    ``settlement`` gives the settlement day of a trade day under SEC Rule 15c6-1.  ``compiled``
    chooses machine code or plain Python; the default goes by size, the result is the same.
    Returns the books, or None, and every problem found.
    """
    journal, problems = read_journal(record)
    if journal is None:
        return None, problems
    problems += check_methods(record.accounts)
    dropped = void_rows(journal)
    day = journal.day["date"][0]
    last = _as_of(journal, as_of, dropped)
    live = ~dropped & (day <= last)
    check_known_accounts(journal, live)
    check_rows(journal, live)
    problems += check_securities(journal, live)
    households = list(dict.fromkeys(a.household for a in record.accounts))
    bad = _rows_with_errors(journal)
    household = _household_of_known_rows(journal, households, bad)
    if record.is_arrival_ordered:
        check_row_order(journal, live & ~bad, household)
    cents = cents_of(journal)
    if _total(cents) >= LIMIT or _total(journal.number["quantity"].values) >= LIMIT:
        return None, [*problems, _too_large(record)]
    usable = live & ~bad
    ordered = in_booking_order(journal, usable, household, len(households))
    bookings, fills = merge_fills(journal, ordered, cents)
    picks = named_lots(journal, usable, fills, settlement)
    method = methods_of(journal, bookings)
    accounts = {a.id: a for a in record.accounts}
    desk = Desk(
        journal=journal,
        cents=cents,
        accounts=accounts,
        picks=picks,
        holders=_holders(journal, bookings, accounts),
        outbound=_outbound(journal, bookings),
        splits=splits_of(journal, bookings),
    )
    renames = _renames(journal, usable)
    identity = identity_of(
        record.securities,
        record.identical,
        renames,
        same_index=record.policy.same_index_identical,
    )
    plan = blueprint(desk, bookings, method, identity, record.policy)
    state = begin(plan.tables, record.policy, compiled=compiled)
    try:
        state.advance()
    except OverflowError:
        return None, [*problems, _too_large(record)]
    books = Books(
        record,
        journal,
        bookings,
        fills,
        plan,
        identity,
        renames,
        state,
        last, households, problems
    )
    problems += _row_problems(journal, live)
    problems += _faults(books, _rows_with_errors(journal))
    problems += _unknown_sales(books)
    failed = any(p.severity is Severity.ERROR for p in problems)
    return None if failed else books, problems


def _as_of(journal: Journal, as_of: date | None, dropped: Mask) -> int:
    if as_of is not None:
        return day_of(as_of)
    day = journal.day["date"][0][~dropped]
    return int(day.max()) if len(day) else 0


def _rows_with_errors(journal: Journal) -> Mask:
    bad = np.zeros(len(journal), np.bool_)
    for row, problems in journal.problems.items():
        if row >= 0 and any(p.severity is Severity.ERROR for p in problems):
            bad[row] = True
    return bad


def _household_of_known_rows(journal: Journal, households: list[str], bad: Mask) -> np.ndarray:
    household = household_of_rows(journal, households)
    household[bad] = -1
    return household


def _total(values: Int64) -> int:
    """The sum of magnitudes, without wrapping."""
    return int(np.abs(values).astype(np.float64).sum())


def _too_large(record: Record) -> Problem:
    return error(
        record.file_name,
        "TOO_LARGE",
        "the amounts or quantities of this book do not fit 64-bit cents and 1e-8 shares",
        "look for a misplaced decimal point; else split the book by household",
    )


def _holders(
    journal: Journal, bookings: Bookings, accounts: dict[str, object]
) -> dict[tuple[int, str], list[str]]:
    """Which accounts of a household ever name a symbol: needed by renames without an account."""
    found: dict[tuple[int, str], list[str]] = {}
    renames = journal.action == ACTION_CODE[Action.SYMBOL_CHANGE]
    if not renames[bookings.row].any():
        return found
    for place in range(len(bookings)):
        row = int(bookings.row[place])
        household = int(bookings.household[place])
        symbol = journal.symbol_of(row)
        holders = found.setdefault((household, symbol), [])
        named = [journal.account_of(row), journal.cell("to_account", row)]
        if renames[row]:
            symbol = journal.cell("to_symbol", row)
            named += holders
            holders = found.setdefault((household, symbol), [])
        holders += [a for a in dict.fromkeys(named) if a in accounts and a not in holders]
    return found


def _outbound(journal: Journal, bookings: Bookings) -> dict[tuple[int, str], Place]:
    """The orders under which a TRANSFER_OUT comes back as TRANSFER_IN, and its lots' place."""
    actions = journal.action[bookings.row]
    coming = np.flatnonzero(actions == ACTION_CODE[Action.TRANSFER_IN])
    names = {
        (int(bookings.household[p]), int(journal.order.values[bookings.row[p]])) for p in coming
    }
    found: dict[tuple[int, str], Place] = {}
    for place in np.flatnonzero(actions == ACTION_CODE[Action.TRANSFER_OUT]):
        row = int(bookings.row[place])
        household = int(bookings.household[place])
        code = int(journal.order.values[row])
        if code >= 0 and (household, code) in names:
            order = journal.order.names[code]
            where = (journal.account_of(row), journal.symbol_of(row), f"order {order}")
            found.setdefault((household, order), where)
    return found


def _renames(journal: Journal, live: Mask) -> list[tuple[str, str]]:
    rows = live & (journal.action == ACTION_CODE[Action.SYMBOL_CHANGE])
    return [(journal.symbol_of(r), journal.cell("to_symbol", r)) for r in rows_where(rows)]


def _row_problems(journal: Journal, live: Mask) -> list[Problem]:
    found = list(journal.problems.get(-1, []))
    for row in sorted(r for r in journal.problems if r >= 0):
        if live[row] or not journal.day["date"][0][row]:
            found.extend(journal.problems[row])
    return found


def _faults(books: Books, bad: Mask) -> list[Problem]:
    """What the fold could not book, without what only follows from rows that are bad already."""
    journal = books.journal
    suspect = {
        (journal.account_of(row), journal.symbol_of(row)) for row in rows_where(bad)
    }
    suspect_symbols = {symbol for _, symbol in suspect}
    events = books.blueprint.tables["events"]
    found = []
    for note in books.state.table("faults"):
        row = int(events["row"][note["event"]])
        if journal.symbol_of(row) in suspect_symbols:
            continue
        code = int(note["code"])
        found.append(_FAULTS[code](books, row, int(note["quantity"]), int(note["available"])))
    return found


def _unknown_sales(books: Books) -> list[Problem]:
    """Sales of lots without a basis: listed, because nobody can compute their gain."""
    journal = books.journal
    rows = books.state.table("rows")
    unknown = rows[rows["flags"] & kinds.UNKNOWN_BASIS != 0]
    sales = dict.fromkeys(books.blueprint.tables["events"]["row"][unknown["event"]].tolist())
    return [
        warning(
            journal.where(row, "lots"),
            "BASIS_UNKNOWN",
            f"sale {journal.id(row)!r} closes shares of unknown basis; their gain is left blank",
            "fill in cost_basis on the TRANSFER_IN of the lot",
        )
        for row in sales
    ]


def _oversold(books: Books, row: int, quantity: int, held: int) -> Problem:
    journal = books.journal
    return error(
        journal.where(row, "quantity"),
        "OVERSOLD",
        f"transaction {journal.id(row)!r} takes {shares(quantity)} {journal.symbol_of(row)} out of "
        f"{journal.account_of(row)}, which holds {shares(held)}",
        "look for a missing purchase, transfer or split before it, or correct the quantity",
    )


def _lot_not_held(books: Books, row: int, quantity: int, lot: int) -> Problem:
    journal = books.journal
    event = int(books.state.table("lots")["event"][lot]) if lot >= 0 else -1
    opened = int(books.blueprint.tables["events"]["row"][event]) if event >= 0 else -1
    name = journal.id(opened) if opened >= 0 else "?"
    return error(
        journal.where(row, "lots"),
        "LOT_NOT_HELD",
        f"transaction {journal.id(row)!r} names {shares(quantity)} of lot {name!r}, which "
        f"{journal.account_of(row)} does not hold then",
        "name lots that are open in this account on that day",
    )


def _split_cut(books: Books, row: int, before: int, after: int) -> Problem:
    journal = books.journal
    return warning(
        journal.where(row, "ratio"),
        "SPLIT_CUT",
        f"split {journal.id(row)!r} of {shares(before)} {journal.symbol_of(row)} is no whole "
        f"number of 1e-8 shares and is cut to {shares(after)}",
        "book the fraction that was paid in cash as CASH_IN_LIEU",
    )


def _split_erases(books: Books, row: int, before: int, _after: int) -> Problem:
    journal = books.journal
    return error(
        journal.where(row, "ratio"),
        "SPLIT_ERASES",
        f"split {journal.id(row)!r} leaves nothing of {shares(before)} {journal.symbol_of(row)}",
        "check the ratio: it is shares after divided by shares before",
    )


def _negative_basis(books: Books, row: int, amount: int, _held: int) -> Problem:
    journal = books.journal
    return error(
        journal.where(row, "amount"),
        "NEGATIVE_BASIS",
        f"adjustment {journal.id(row)!r} of {dollars(amount)} takes a basis below zero",
        "basis stops at zero; book what is beyond it as a gain of its own",
    )


def _nothing_to_adjust(books: Books, row: int, _amount: int, _held: int) -> Problem:
    journal = books.journal
    return error(
        journal.where(row, "lots"),
        "NOTHING_TO_ADJUST",
        f"adjustment {journal.id(row)!r} finds no open lot",
        "name lots that are open in this account on that day",
    )


def _return_differs(books: Books, row: int, stated: int, ours: int) -> Problem:
    journal = books.journal
    theirs = "no basis" if stated == kinds.UNSTATED else dollars(stated)
    return warning(
        journal.where(row, "cost_basis"),
        "TRANSFER_DIFFERS",
        f"transfer {journal.id(row)!r} states {theirs}; our lots that return have "
        f"{dollars(ours)}, or another date",
        "our basis and dates stand; compare them with the transfer statement",
    )


_FAULTS: Final[dict[int, Callable[[Books, int, int, int], Problem]]] = {
    kinds.OVERSOLD: _oversold,
    kinds.LOT_NOT_HELD: _lot_not_held,
    kinds.SPLIT_CUT: _split_cut,
    kinds.SPLIT_ERASES: _split_erases,
    kinds.NEGATIVE_BASIS: _negative_basis,
    kinds.NOTHING_TO_ADJUST: _nothing_to_adjust,
    kinds.RETURN_DIFFERS: _return_differs,
}
