"""``section_1256.csv`` and ``section_1256_positions.csv``, column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa

from taxlots.book.booking import Books
from taxlots.book.section_1256 import ContractYear, MarkedBook, OpenContract
from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars, dollars_if_known, shares
from taxlots.frames.columns import SECTION_1256, SECTION_1256_POSITIONS
from taxlots.frames.frame import typed_table

if TYPE_CHECKING:
    from taxlots.frames.columns import Columns

Cells = dict[str, str]

SIDES: Final = ("long", "short")


def section_1256_tables(
    books: Books, marked: MarkedBook, *, typed: bool = False
) -> dict[str, pa.Table]:
    """Both files as tables, without their suffix; none where the book has no such contracts."""
    if not marked.years:
        return {}
    tables = {
        "section_1256": year_table(marked),
        "section_1256_positions": position_table(books, marked),
    }
    if not typed:
        return tables
    kinds = {"section_1256": SECTION_1256, "section_1256_positions": SECTION_1256_POSITIONS}
    return {name: typed_table(table, kinds[name]) for name, table in tables.items()}


def year_table(marked: MarkedBook) -> pa.Table:
    """``section_1256``: a row for each account, contract and year, as text."""
    return _table([year_cells(row) for row in marked.years], SECTION_1256)


def position_table(books: Books, marked: MarkedBook) -> pa.Table:
    """``section_1256_positions``: a row for each open lot and year, as text."""
    return _table([position_cells(books, row) for row in marked.positions], SECTION_1256_POSITIONS)


def year_cells(row: ContractYear) -> Cells:
    """One row of ``section_1256.csv``; what is not known is blank."""
    return {
        "household": row.account.household,
        "tax_return": row.account.tax_return,
        "account": row.account.id,
        "symbol": row.symbol,
        "year": str(row.year),
        "realized": dollars_if_known(row.realized_cents),
        "unrealized_prior_year_end": dollars_if_known(row.before_cents),
        "unrealized_year_end": dollars_if_known(row.at_end_cents),
        "aggregate": dollars_if_known(row.aggregate_cents),
        "wash_sale_adjustment": dollars(row.wash_cents),
        "short_term": dollars_if_known(row.short_term_cents),
        "long_term": dollars_if_known(row.long_term_cents),
        "status": row.status,
    }


def position_cells(books: Books, row: OpenContract) -> Cells:
    """One row of ``section_1256_positions.csv``."""
    return {
        "household": row.account.household,
        "account": row.account.id,
        "symbol": row.symbol,
        "year": str(row.year),
        "lot_id": books.journal.id(row.row),
        "side": SIDES[row.is_short],
        "opened_date": date_of(row.opened).isoformat(),
        "quantity": shares(row.quantity),
        "opening_amount": dollars(row.opening_cents),
        "price_date": row.price_day.isoformat(),
        "price": shares(row.close),
        "marked_basis": dollars(row.marked_cents),
        "unrealized": dollars(row.unrealized_cents),
    }


def _table(rows: list[Cells], columns: Columns) -> pa.Table:
    return pa.table({n: pa.array([row[n] for row in rows], pa.string()) for n in columns})
