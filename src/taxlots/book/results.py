"""What the books say: realized pieces, open lots and wash sales, as columns.

Money is int64 cents, quantities are int64 1e-8 units, dates are day numbers; names are places in
lists.  ``reports.books_files`` turns them into the files of the interchange format.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.cells import Int64, Mask
from taxlots.book.character import with_character
from taxlots.book.journal import ACTION_CODE
from taxlots.book.open_parts import averaged_cents, first_parts, turns_of
from taxlots.domain.action import Action
from taxlots.domain.calendar import day_of
from taxlots.domain.security import Security, SecurityKind
from taxlots.domain.view import View
from taxlots.law.covered import is_covered
from taxlots.law.s1091_wash_sale import WINDOW_DAYS, window_end
from taxlots.law.s1222_term import long_term_from
from taxlots.law.s1259_constructive_sales import exposed_through, last_day_to_close

FINAL: Final = 0
PROVISIONAL: Final = 1
WINDOW_INCOMPLETE: Final = 2
BASIS_UNKNOWN: Final = 3
STATUSES: Final = ("final", "provisional", "window_incomplete", "basis_unknown")
UNLISTED: Final = Security(symbol="")
"""What a security is that the book does not list."""

RULES: Final = (
    "26 USC 1091(d)",
    "Rev. Rul. 2008-5",
    "26 USC 1091(a): another return",
    "26 USC 1091(a): spouse, no step-up (D8)",
)

Table = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Realized:
    """A piece of a lot that a sale closed, one element a row, in the order of the file."""

    sale_row: Int64
    lot_row: Int64
    position: Int64
    acquired: Int64
    holding_period: Int64
    sold: Int64
    quantity: Int64
    proceeds: Int64
    basis: Int64
    disallowed: Int64
    permanent: Int64
    gap: Int64
    nondeductible: Int64
    is_long: Mask
    is_unknown: Mask
    status: Int64
    rules: Int64
    """Which rules of ``book.character`` had a say, as flags."""
    source: Int64
    """Places of the rows in the fold's own table; a split piece has one place twice."""

    @property
    def gain(self) -> Int64:
        """Gain or loss in cents, with what is disallowed or denied added back."""
        return self.proceeds - self.basis + self.disallowed + self.nondeductible


@dataclass(frozen=True, slots=True)
class OpenLots:
    """An open sub-lot, one element a row, in the order of the file."""

    lot_row: Int64
    lot: Int64
    position: Int64
    acquired: Int64
    holding_period: Int64
    long_from: Int64
    quantity: Int64
    basis: Int64
    loss_basis: Int64
    wash: Int64
    is_replacement: Mask
    is_inherited: Mask
    is_unknown: Mask
    is_pending: Mask
    is_covered: Mask


@dataclass(frozen=True, slots=True)
class ShortLots:
    """What is owed: an open part of a short lot, one element a row, in the order of the file.

    ``deferred`` is loss of an earlier short sale that joins the cost basis when it is closed.
    ``is_backed``: the same was held for more than a year when it was opened (26 USC 1233(d)).
    """

    lot_row: Int64
    position: Int64
    opened: Int64
    quantity: Int64
    proceeds: Int64
    deferred: Int64
    is_backed: Mask


@dataclass(frozen=True, slots=True)
class WashSales:
    """A match of a loss with replacement shares, one element a row, in the order of the file."""

    sale_row: Int64
    loss_lot_row: Int64
    replacement_lot_row: Int64
    position: Int64
    loss_position: Int64
    quantity: Int64
    disallowed: Int64
    permanent: Int64
    rule: Int64


def realized_of(books: Books) -> Realized:
    """Every realized piece, by household, journal order and acquisition.

    A broker applies none of the rules of ``book.character`` (Treas. Reg. 1.6045-1(d)).
    """
    rows = books.state.table("rows")
    events = books.blueprint.tables["events"]
    household = books.blueprint.household[rows["event"]]
    order = np.lexsort((np.arange(len(rows)), rows["lot"], rows["event"], household))
    r = rows[order]
    flags = r["flags"]
    sold = r["sold"].astype(np.int64)
    is_long = (flags & kinds.INHERITED != 0) | (sold >= _long_from(r["holding_period"]))
    is_long = (is_long & (flags & kinds.SHORT_TERM == 0)) | (flags & kinds.LONG_TERM != 0)
    is_unknown = flags & kinds.UNKNOWN_BASIS != 0
    pieces = Realized(
        sale_row=events["row"][r["event"]].astype(np.int64),
        lot_row=_row_of_lot(books, r["lot"]),
        position=r["position"].astype(np.int64),
        acquired=r["acquired"].astype(np.int64),
        holding_period=r["holding_period"].astype(np.int64),
        sold=sold,
        quantity=r["quantity"],
        proceeds=r["proceeds_cents"],
        basis=r["basis_cents"],
        disallowed=r["disallowed_cents"],
        permanent=r["permanent_cents"],
        gap=r["gap_cents"],
        nondeductible=r["nondeductible_cents"],
        is_long=is_long,
        is_unknown=is_unknown,
        status=_status(books, r, is_unknown),
        rules=np.zeros(len(order), np.int64),
        source=order,
    )
    return pieces if books.view is View.BROKER else with_character(books, pieces)


def open_lots_of(books: Books) -> OpenLots:
    """Every open sub-lot, by household and rank, tax-deferred accounts included."""
    slots = books.state.table("slots")
    positions = books.state.table("positions")
    is_open = (slots["quantity"] > 0) & (slots["flags"] & kinds.CLOSED == 0)
    elsewhere = kinds.OUTSIDE | kinds.SHORT
    is_open[is_open] &= positions["flags"][slots["position"][is_open]] & elsewhere == 0
    s = slots[is_open]
    household = books.blueprint.household[books.state.table("lots")["event"][s["lot"]]]
    account = positions["account"][s["position"]]
    keys = [
        turns_of(books, s, np.flatnonzero(is_open)),
        s["sub"],
        s["position"],
        account,
        s["lot"],
        household,
    ]
    s = s[np.lexsort(keys)]
    basis = averaged_cents(books, s)
    is_dual = s["flags"] & kinds.DUAL_BASIS != 0
    sums = {
        "quantity": s["quantity"],
        "basis": basis,
        "loss_basis": np.where(is_dual, s["loss_open_cents"], basis),
        "wash": s["wash_open_cents"],
    }
    first = first_parts(s)
    if len(first):
        sums = {name: np.add.reduceat(values, first) for name, values in sums.items()}
    s = s[first]
    is_deferred = positions["flags"][s["position"]] & kinds.TAX_DEFERRED != 0
    is_inherited = s["flags"] & kinds.INHERITED != 0
    long_from = np.where(is_inherited, s["acquired"], _long_from(s["holding_period"]))
    lot_row = _row_of_lot(books, s["lot"])
    return OpenLots(
        lot_row=lot_row,
        lot=s["lot"].astype(np.int64),
        position=s["position"].astype(np.int64),
        acquired=s["acquired"].astype(np.int64),
        holding_period=s["holding_period"].astype(np.int64),
        long_from=np.where(is_deferred, kinds.UNSTATED, long_from),
        is_replacement=s["flags"] & kinds.REPLACEMENT != 0,
        is_inherited=is_inherited,
        is_unknown=s["flags"] & kinds.UNKNOWN_BASIS != 0,
        is_pending=_pending(books, lot_row),
        is_covered=_covered(books, s, lot_row),
        **sums,
    )


def short_lots_of(books: Books) -> ShortLots:
    """Every open part of a short sale or of a written option, by household and rank."""
    slots = books.state.table("slots")
    positions = books.state.table("positions")
    is_open = (slots["quantity"] > 0) & (slots["flags"] & kinds.CLOSED == 0)
    is_open[is_open] &= positions["flags"][slots["position"][is_open]] & kinds.SHORT != 0
    s = slots[is_open]
    household = books.blueprint.household[books.state.table("lots")["event"][s["lot"]]]
    s = s[np.lexsort((s["arrival"], s["lot"], household))]
    return ShortLots(
        lot_row=_row_of_lot(books, s["lot"]),
        position=s["position"].astype(np.int64),
        opened=s["acquired"].astype(np.int64),
        quantity=s["quantity"],
        proceeds=s["open_cents"],
        deferred=s["wash_open_cents"],
        is_backed=s["flags"] & kinds.LONG_BACKED != 0,
    )


def wash_sales_of(books: Books) -> WashSales:
    """Every match, by household, sale, loss lot and the order in which it was made."""
    matches = books.state.table("matches")
    rows = books.state.table("rows")
    events = books.blueprint.tables["events"]
    loss = rows[matches["row"]]
    household = books.blueprint.household[loss["event"]]
    order = np.lexsort((np.arange(len(matches)), loss["lot"], loss["event"], household))
    m = matches[order]
    loss = loss[order]
    return WashSales(
        sale_row=events["row"][loss["event"]].astype(np.int64),
        loss_lot_row=_row_of_lot(books, loss["lot"]),
        replacement_lot_row=_row_of_lot(books, m["lot"]),
        position=m["position"].astype(np.int64),
        loss_position=loss["position"].astype(np.int64),
        quantity=m["quantity"],
        disallowed=m["disallowed_cents"],
        permanent=np.where(m["rule"] == kinds.STEPS_UP, 0, m["disallowed_cents"]),
        rule=m["rule"].astype(np.int64),
    )


def _row_of_lot(books: Books, lot: Table) -> Int64:
    """The journal row that opened each lot."""
    event = books.state.table("lots")["event"][lot]
    return np.asarray(books.blueprint.tables["events"]["row"][event], np.int64)


def _long_from(holding_period: Table) -> Int64:
    """``long_term_from`` of a column: the law is asked once for each day that occurs."""
    days, inverse = np.unique(holding_period, return_inverse=True)
    return np.array([long_term_from(int(day)) for day in days], np.int64)[inverse]


def _pending(books: Books, lot_row: Int64) -> Mask:
    """Lots whose basis is on its way: ESPP without its income, transfers that say so."""
    journal = books.journal
    is_espp = journal.action[lot_row] == ACTION_CODE[Action.ESPP]
    pending = is_espp & journal.number["compensation_income"].is_blank[lot_row]
    comes = journal.action[lot_row] == ACTION_CODE[Action.TRANSFER_IN]
    comes = comes & journal.number["cost_basis"].is_blank[lot_row]
    for at in np.flatnonzero(comes).tolist():
        pending[at] = journal.cell("basis_status", int(lot_row[at])) == "pending"
    return np.asarray(pending, np.bool_)


def _covered(books: Books, slots: Table, lot_row: Int64) -> Mask:
    """What the opening row says, else what the dates of the regulation say."""
    record = books.record
    number: dict[SecurityKind, int] = {}
    kind = [
        number.setdefault((record.securities.get(symbol) or UNLISTED).kind, len(number))
        for _, symbol, _ in books.blueprint.places
    ]
    opened_as = np.array(kind, np.int64)[_opened_in(books, slots["lot"])]
    keys = opened_as * (1 << 32) + (slots["acquired"] + (1 << 30))
    pairs, inverse = np.unique(keys, return_inverse=True)
    kinds_held = list(number)
    by_date = np.array(
        [
            is_covered(kinds_held[k >> 32], (k & ((1 << 32) - 1)) - (1 << 30))
            for k in pairs.tolist()
        ],
        np.bool_,
    )[inverse]
    stated = books.journal.sparse["covered"].take(lot_row).to_pylist() if len(lot_row) else []
    said = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    for at, cell in enumerate(stated):
        if cell.lower() in said:
            by_date[at] = said[cell.lower()]
    return by_date


def _opened_in(books: Books, lot: Table) -> Int64:
    """The position in which each lot was opened: what it was then decides whether it is covered."""
    events = books.blueprint.tables["events"]
    details = books.blueprint.tables["details"]
    opened = events[books.state.table("lots")["event"][lot]]
    position = opened["position"].astype(np.int64)
    elsewhere = np.isin(
        opened["kind"], (kinds.DISTRIBUTE, kinds.OPEN_BY_TERMS, kinds.OPEN_BY_OPTION)
    )
    position[elsewhere] = details["to_position"][opened["detail"][elsewhere]]
    return np.asarray(position, np.int64)


def _status(books: Books, rows: Table, is_unknown: Mask) -> Int64:
    """Final, provisional or with an incomplete window: decision D20 and the data's coverage.

    A constructive sale is provisional until the last day on which it can still be cured has passed.
    """
    sold = rows["window"].astype(np.int64)
    status = np.full(len(rows), FINAL)
    tested = rows["flags"] & kinds.TESTED != 0
    through, begins = _coverage(books)
    household = books.blueprint.household[rows["event"]]
    end = np.array([window_end(day) for day in sold.tolist()], np.int64)
    closed = (end < books.as_of) & (end <= through[household])
    status[tested & ~closed] = PROVISIONAL
    for number, days in begins.items():
        mine = tested & (household == number)
        for day in days:
            status[mine & (day <= sold) & (sold < day + WINDOW_DAYS)] = WINDOW_INCOMPLETE
    deemed = np.flatnonzero(rows["flags"] & kinds.CONSTRUCTIVE != 0)
    for at in deemed:
        if books.as_of <= exposed_through(last_day_to_close(int(rows["sold"][at]))):
            status[at] = PROVISIONAL
    status[is_unknown] = BASIS_UNKNOWN
    return status


def _coverage(books: Books) -> tuple[Int64, dict[int, list[int]]]:
    """Through which day each household's data reach, and where accounts' data begin."""
    place = {name: number for number, name in enumerate(books.households)}
    through = np.full(len(place), 1 << 40)
    begins: dict[int, list[int]] = {}
    for account in books.record.accounts:
        number = place[account.household]
        if account.data_through is not None:
            through[number] = min(int(through[number]), day_of(account.data_through))
        if account.data_from is not None:
            begins.setdefault(number, []).append(day_of(account.data_from))
    return through, begins
