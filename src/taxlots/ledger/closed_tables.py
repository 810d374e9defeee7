"""The tables of years that were closed.  ``ledger/dictionary.md`` explains every column."""

from typing import Final

from taxlots.ledger.table_columns import (
    LedgerRow,
    blank_text,
    number,
    of_closing,
    row_number,
    text,
)


class ClosedYearRow(LedgerRow, table=True):
    """The figures of one return and year as they were closed: append-only and chained."""

    __tablename__ = "closed_year"

    sequence: int = row_number()
    recorded_at: str = text()
    actor: str = text()
    reason: str = blank_text()
    tax_return: str = text()
    year: int = number()
    as_of: str = text()
    engine_version: str = text()
    rules_version: str = text()
    journal_rows: int = number()
    journal_hash: str = text()
    reference_rows: int = number()
    reference_hash: str = text()
    figures_hash: str = text()
    open_hash: str = text()
    open_lots: int = number()
    open_unknown_basis: int = number()
    open_cost_basis_cents: int = number()
    open_wash_sale_adjustment_cents: int = number()
    previous_hash: str = text()
    hash: str = text()


class ClosedYearTotal(LedgerRow, table=True):
    """What a closed year realized in one box and term: append-only and chained."""

    __tablename__ = "closed_year_total"

    sequence: int = row_number()
    closing: int = of_closing()
    box: str = text()
    term: str = text()
    pieces: int = number()
    proceeds_cents: int = number()
    cost_basis_cents: int = number()
    wash_sale_loss_disallowed_cents: int = number()
    permanently_disallowed_cents: int = number()
    nondeductible_loss_cents: int = number()
    gain_cents: int = number()
    previous_hash: str = text()
    hash: str = text()


class ClosedYearLine(LedgerRow, table=True):
    """One line of the results of a closed year: append-only and chained."""

    __tablename__ = "closed_year_line"

    sequence: int = row_number()
    closing: int = of_closing()
    result: str = text()
    cells: str = text()
    previous_hash: str = text()
    hash: str = text()


CLOSED_TABLES: Final = ("closed_year", "closed_year_total", "closed_year_line")
"""Chained tables of this module, the one that the others refer to first."""
