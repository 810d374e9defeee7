"""The files that replay writes, column by column as the interchange format names them.

Text columns serve CSV and the terminal; typed columns (decimal128, date32) serve Parquet.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.character import wording_of
from taxlots.book.desk import OWED
from taxlots.book.results import (
    RULES,
    STATUSES,
    OpenLots,
    Realized,
    WashSales,
    open_lots_of,
    realized_of,
    short_lots_of,
    wash_sales_of,
)
from taxlots.domain.problem import Problem
from taxlots.reports.cells import (
    date_cells,
    decimal_column,
    dollars_cells,
    flag_cells,
    name_cells,
    share_cells,
)

PROBLEM_COLUMNS: Final = ("severity", "where", "code", "message", "remedy")

Columns = dict[str, pa.Array]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


class Writer:
    """Makes columns: text, or typed where ``typed`` is true."""

    def __init__(self, books: Books, *, typed: bool) -> None:
        self.books = books
        self.typed = typed
        places = books.blueprint.places
        household = {a.id: a.household for a in books.record.accounts}
        self.accounts = [account for account, _, _ in places]
        self.symbols = [symbol for _, symbol, _ in places]
        self.households = [household[account] for account in self.accounts]

    def money(self, cents: Ints, blank: Flags | None = None) -> pa.Array:
        """Dollars."""
        return decimal_column(cents, 18, 2, blank) if self.typed else dollars_cells(cents, blank)

    def units(self, quantity: Ints) -> pa.Array:
        """Shares or contracts."""
        return decimal_column(quantity, 28, 8) if self.typed else share_cells(quantity)

    def dates(self, days: Ints, blank: Flags | None = None) -> pa.Array:
        """Dates."""
        if not self.typed:
            return date_cells(days, blank)
        column = pa.array(days.astype(np.int32)).cast(pa.date32())
        return column if blank is None else pc.if_else(pa.array(blank), None, column)

    def flags(self, flags: Flags) -> pa.Array:
        """True or false."""
        return pa.array(flags) if self.typed else flag_cells(flags)

    def ids(self, rows: Ints) -> pa.Array:
        """The ids of journal rows."""
        return self.books.journal.ids.take(pa.array(rows))


def result_tables(
    books: Books, *, typed: bool = False, lots: OpenLots | None = None
) -> dict[str, pa.Table]:
    """``realized``, ``lots`` and ``wash_sales`` as tables, without their suffix.

    ``short_lots`` is there where a book ever sells short or writes an option.  ``lots`` are the
    open ones, where they are known.
    """
    writer = Writer(books, typed=typed)
    tables = {
        "realized": pa.table(_realized(writer, realized_of(books))),
        "lots": pa.table(_lots(writer, open_lots_of(books) if lots is None else lots)),
        "wash_sales": pa.table(_wash_sales(writer, wash_sales_of(books))),
    }
    if any(side == OWED for _, _, side in books.blueprint.places):
        tables["short_lots"] = short_lot_table(books, typed=typed)
    return tables


def short_lot_table(books: Books, *, typed: bool = False) -> pa.Table:
    """``short_lots``: what is owed, a row for each open part of a short sale or written option."""
    writer = Writer(books, typed=typed)
    s = short_lots_of(books)
    return pa.table(
        {
            "lot_id": writer.ids(s.lot_row),
            "household": name_cells(s.position, writer.households),
            "account": name_cells(s.position, writer.accounts),
            "symbol": name_cells(s.position, writer.symbols),
            "opened_date": writer.dates(s.opened),
            "quantity": writer.units(s.quantity),
            "proceeds": writer.money(s.proceeds),
            "deferred_loss": writer.money(s.deferred),
        }
    )


def problem_table(problems: list[Problem]) -> pa.Table:
    """``problems``: what was wrong, one row each."""
    return pa.table(
        {
            name: pa.array([str(getattr(p, name)) for p in problems], pa.string())
            for name in PROBLEM_COLUMNS
        }
    )


def _realized(writer: Writer, r: Realized) -> Columns:
    blank = r.is_unknown
    return {
        "sale_id": writer.ids(r.sale_row),
        "lot_id": writer.ids(r.lot_row),
        "household": name_cells(r.position, writer.households),
        "account": name_cells(r.position, writer.accounts),
        "symbol": name_cells(r.position, writer.symbols),
        "acquired_date": writer.dates(r.acquired),
        "holding_period_date": writer.dates(r.holding_period),
        "sold_date": writer.dates(r.sold),
        "quantity": writer.units(r.quantity),
        "proceeds": writer.money(r.proceeds),
        "cost_basis": writer.money(r.basis, blank),
        "wash_sale_loss_disallowed": writer.money(r.disallowed),
        "permanently_disallowed": writer.money(r.permanent),
        "gain": writer.money(r.gain, blank),
        "term": name_cells(r.is_long.astype(np.int64), ("ST", "LT")),
        "status": name_cells(r.status, STATUSES),
        "nondeductible_loss": writer.money(r.nondeductible),
        "character_rule": _rules(r),
    }


def _rules(r: Realized) -> pa.Array:
    """The rules that gave each row its character, blank where none did."""
    flags, place = np.unique(r.rules, return_inverse=True)
    return name_cells(place.astype(np.int64), tuple(wording_of(int(one)) for one in flags))


def _lots(writer: Writer, s: OpenLots) -> Columns:
    blank = s.is_unknown
    return {
        "lot_id": writer.ids(s.lot_row),
        "household": name_cells(s.position, writer.households),
        "account": name_cells(s.position, writer.accounts),
        "symbol": name_cells(s.position, writer.symbols),
        "acquired_date": writer.dates(s.acquired),
        "holding_period_date": writer.dates(s.holding_period),
        "long_term_from": writer.dates(
            np.where(s.long_from == kinds.UNSTATED, 0, s.long_from), s.long_from == kinds.UNSTATED
        ),
        "quantity": writer.units(s.quantity),
        "cost_basis": writer.money(s.basis, blank),
        "unadjusted_cost_basis": writer.money(s.basis - s.wash, blank),
        "wash_sale_adjustment": writer.money(s.wash),
        "replacement": writer.flags(s.is_replacement),
        "covered": writer.flags(s.is_covered),
        "basis_status": name_cells(
            np.where(s.is_pending, 1, np.where(blank, 2, 0)), ("known", "pending", "unknown")
        ),
    }


def _wash_sales(writer: Writer, w: WashSales) -> Columns:
    return {
        "sale_id": writer.ids(w.sale_row),
        "loss_lot_id": writer.ids(w.loss_lot_row),
        "replacement_lot_id": writer.ids(w.replacement_lot_row),
        "replacement_account": name_cells(w.position, writer.accounts),
        "quantity": writer.units(w.quantity),
        "disallowed": writer.money(w.disallowed),
        "permanent": writer.money(w.permanent),
        "rule": name_cells(w.rule, RULES),
    }
