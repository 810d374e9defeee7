"""The tables of what custodians say of lots.  ``ledger/dictionary.md`` explains every column."""

from typing import Final

from taxlots.ledger.table_columns import (
    LedgerRow,
    blank_text,
    number,
    of_batch,
    of_statement,
    row_number,
    text,
)


class CustodianStatement(LedgerRow, table=True):
    """One file in which a custodian lists lots of one account: append-only and chained."""

    __tablename__ = "custodian_statement"

    sequence: int = row_number()
    batch: int = of_batch()
    recorded_at: str = text()
    account: str = text()
    custodian: str = text()
    statement_account: str = text()
    holds: str = text()
    as_of: str = text()
    tax_year: str = text()
    is_corrected: str = text()
    lots: int = number()
    previous_hash: str = text()
    hash: str = text()


class CustodianOpenLotRow(LedgerRow, table=True):
    """One open lot as the custodian keeps it: append-only and chained."""

    __tablename__ = "custodian_open_lot"

    sequence: int = row_number()
    statement: int = of_statement()
    line: int = number()
    symbol: str = text()
    cusip: str = text()
    opened: str = text()
    transaction_opened: str = text()
    quantity_e8: int = number()
    cost_basis_cents: int | None = number(optional=True)
    unadjusted_cost_basis_cents: int | None = number(optional=True)
    disallowed_cents: int = number()
    term: str = text()
    opening_id: str = text()
    is_short: str = text()
    extra: str = blank_text()
    previous_hash: str = text()
    hash: str = text()


class CustodianRealizedLotRow(LedgerRow, table=True):
    """One closed lot as the custodian reports it: append-only and chained."""

    __tablename__ = "custodian_realized_lot"

    sequence: int = row_number()
    statement: int = of_statement()
    line: int = number()
    symbol: str = text()
    cusip: str = text()
    description: str = text()
    closed: str = text()
    opened: str = text()
    quantity_e8: int = number()
    proceeds_cents: int = number()
    cost_basis_cents: int | None = number(optional=True)
    unadjusted_cost_basis_cents: int | None = number(optional=True)
    transaction_cost_basis_cents: int | None = number(optional=True)
    gain_cents: int | None = number(optional=True)
    term: str = text()
    wash_sale: str = text()
    disallowed_cents: int = number()
    opening_id: str = text()
    closing_id: str = text()
    is_short: str = text()
    has_various_dates: str = text()
    covered: str = text()
    is_basis_reported: str = text()
    is_net_proceeds: str = text()
    form_8949_box: str = text()
    adjustments: str = text()
    accrued_market_discount_cents: int = number()
    federal_tax_withheld_cents: int = number()
    is_ordinary: str = text()
    is_collectible: str = text()
    is_qof: str = text()
    is_loss_not_allowed: str = text()
    extra: str = blank_text()
    previous_hash: str = text()
    hash: str = text()


CUSTODIAN_TABLES: Final = ("custodian_statement", "custodian_open_lot", "custodian_realized_lot")
"""Chained tables of this module, the one that the others refer to first."""
