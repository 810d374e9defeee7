"""From a record to its books: read, check, order, fold.

``book_record`` is the only way in; everything that it cannot book is a problem, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from taxlots.book.amounts import cents_of
from taxlots.book.averaging import averaging_of
from taxlots.book.cells import Int32s, Int64, Mask
from taxlots.book.checks import (
    check_known_accounts,
    check_rows,
    check_securities,
    is_action,
    void_rows,
)
from taxlots.book.cures import cured_shorts
from taxlots.book.desk import Desk, Place, splits_of
from taxlots.book.events import Blueprint, blueprint
from taxlots.book.faults import faults_of, unknown_sales
from taxlots.book.holders import holders_of, shorted_of
from taxlots.book.identification import Picks, methods_of, named_lots
from taxlots.book.journal import (
    ACTION_CODE,
    Journal,
    filled,
    flag,
    read_journal,
    rows_where,
)
from taxlots.book.ordering import (
    Bookings,
    check_row_order,
    household_of_rows,
    in_booking_order,
    merge_fills,
)
from taxlots.book.record import Record
from taxlots.book.reviews import reviews_of
from taxlots.book.state import State, begin
from taxlots.domain.action import EXCHANGE_ACTIONS, Action
from taxlots.domain.calendar import day_of
from taxlots.domain.money import LIMIT
from taxlots.domain.problem import Problem, Severity, error
from taxlots.domain.view import View
from taxlots.law.identical import Identity, by_cusip, identity_of

RENAMING: Final = frozenset({Action.SYMBOL_CHANGE, Action.CLASS_EXCHANGE})
"""Actions after which the old and the new symbol count as one security."""


@dataclass(slots=True)
class Draft:
    """A record that is read, checked and ordered, ready for the fold."""

    record: Record
    view: View
    journal: Journal
    bookings: Bookings
    fills: dict[int, list[int]]
    desk: Desk
    method: Int64
    identity: Identity
    renames: list[tuple[str, str]]
    households: list[str]
    live: Mask
    as_of: int
    problems: list[Problem]


@dataclass(slots=True)
class Books:
    """The books of a record as of a day.

    ``state`` holds what the fold made, ``blueprint`` what it was made from; ``as_of`` is a day
    number.  ``cents`` is what each journal row cost or brought (of several fills, the first has the
    sum).  ``problems`` holds warnings; there are no books where there are errors.
    """

    record: Record
    view: View
    journal: Journal
    cents: Int64
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
    view: View = View.TAXPAYER,
    compiled: bool | None = None,
) -> tuple[Books | None, list[Problem]]:
    """Book a record as of a day (default: the last date of its journal).

    ``settlement`` gives the settlement day of a trade day under SEC Rule 15c6-1.  ``view`` says
    whose books they are.  ``compiled``
    chooses machine code or plain Python; the default goes by size, the result is the same.
    Returns the books, or None, and every problem found.
    """
    draft, problems = draft_of(record, as_of=as_of, settlement=settlement, view=view)
    if draft is None:
        return None, problems
    plan = blueprint(draft.desk, draft.bookings, draft.method, draft.identity, record.policy)
    return finish(draft, plan, begin(plan.tables, record.policy, view, compiled=compiled))


def draft_of(
    record: Record,
    *,
    as_of: date | None,
    settlement: Callable[[int], int],
    view: View = View.TAXPAYER,
) -> tuple[Draft | None, list[Problem]]:
    """Read, check and order a record; None where it cannot be read at all.

    Rows with errors are left out of the draft, so that what is wrong elsewhere is told too.
    """
    journal, problems = read_journal(record)
    if journal is None:
        return None, problems
    dropped = void_rows(journal)
    last = _as_of(journal, as_of, dropped & ~is_action(journal, {Action.VOID}))
    live = ~dropped & (journal.day["date"][0] <= last)
    check_known_accounts(journal, live)
    check_rows(journal, live)
    problems += check_securities(journal, live)
    households = list(dict.fromkeys(a.household for a in record.accounts))
    bad = _rows_with_errors(journal)
    household = _household_of_known_rows(journal, households, bad)
    if record.is_arrival_ordered:
        check_row_order(journal, live & ~bad, household)
    try:
        cents = cents_of(journal, view)
    except OverflowError:
        return None, [*problems, _too_large(record)]
    if _total(cents) >= LIMIT:
        return None, [*problems, _too_large(record)]
    usable = live & ~bad
    ordered = in_booking_order(journal, usable, household, len(households))
    bookings, fills = merge_fills(journal, ordered, cents)
    named = named_lots(journal, usable, fills, settlement)
    desk = _desk(journal, bookings, cents, named, last, view)
    renames = _renames(journal, usable, RENAMING)
    identity = _identity(journal, usable, renames, view)
    method = methods_of(journal, bookings)
    draft = Draft(
        record,
        view,
        journal,
        bookings,
        fills,
        desk,
        method,
        identity,
        renames,
        households,
        live,
        last,
        problems,
    )
    return draft, problems


def finish(draft: Draft, plan: Blueprint, state: State) -> tuple[Books | None, list[Problem]]:
    """Let the fold run to its end and tell what it could not book."""
    problems = draft.problems
    try:
        state.advance()
    except OverflowError:
        return None, [*problems, _too_large(draft.record)]
    books = Books(
        draft.record,
        draft.view,
        draft.journal,
        draft.desk.cents,
        draft.bookings,
        draft.fills,
        plan,
        draft.identity,
        draft.renames,
        state,
        draft.as_of,
        draft.households,
        problems,
    )
    problems += _row_problems(draft.journal, draft.live)
    problems += faults_of(books, _rows_with_errors(draft.journal))
    problems += unknown_sales(books)
    problems += reviews_of(books)
    failed = any(p.severity is Severity.ERROR for p in problems)
    return None if failed else books, problems


def _desk(
    journal: Journal,
    bookings: Bookings,
    cents: Int64,
    picks: dict[int, Picks],
    as_of: int,
    view: View,
) -> Desk:
    accounts = {a.id: a for a in journal.record.accounts}
    holders = holders_of(journal, bookings, accounts)
    return Desk(
        journal=journal,
        view=view,
        cents=cents,
        accounts=accounts,
        picks=picks,
        holders=holders,
        outbound=_outbound(journal, bookings),
        splits=splits_of(journal, bookings),
        averaging=averaging_of(journal, bookings),
        shorted=shorted_of(journal, bookings, holders),
        vest_is_acquisition=journal.record.policy.rsu_vest_is_acquisition,
        cured=cured_shorts(journal, bookings, accounts, as_of),
    )


def _identity(
    journal: Journal, usable: Mask, renames: list[tuple[str, str]], view: View
) -> Identity:
    """What counts as one security: for the taxpayer by policy, for a broker by CUSIP alone."""
    record = journal.record
    is_broker = view is View.BROKER
    return identity_of(
        by_cusip(record.securities) if is_broker else record.securities,
        () if is_broker else record.identical,
        renames,
        merged=_renames(journal, usable, EXCHANGE_ACTIONS),
        same_index=record.policy.same_index_identical,
    )


def _as_of(journal: Journal, as_of: date | None, taken_back: Mask) -> int:
    """The day of the books: the one asked for, else the last date of a row that stands."""
    if as_of is not None:
        return day_of(as_of)
    day = journal.day["date"][0][~taken_back]
    return int(day.max()) if len(day) else 0


def _rows_with_errors(journal: Journal) -> Mask:
    bad = np.zeros(len(journal), np.bool_)
    for row, problems in journal.problems.items():
        if row >= 0 and any(p.severity is Severity.ERROR for p in problems):
            bad[row] = True
    return bad


def _household_of_known_rows(journal: Journal, households: list[str], bad: Mask) -> Int32s:
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


def _renames(journal: Journal, live: Mask, actions: frozenset[Action]) -> list[tuple[str, str]]:
    rows = live & is_action(journal, actions) & filled(journal, "to_symbol")
    return [
        (journal.symbol_of(r), journal.cell("to_symbol", r))
        for r in rows_where(rows)
        if not flag(journal, "taxable", r)
    ]


def _row_problems(journal: Journal, live: Mask) -> list[Problem]:
    found = list(journal.problems.get(-1, []))
    for row in sorted(r for r in journal.problems if r >= 0):
        if live[row] or not journal.day["date"][0][row]:
            found.extend(journal.problems[row])
    return found
