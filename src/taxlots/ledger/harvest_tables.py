"""The tables of recorded harvests and rebalances, and of their review.

``ledger/dictionary.md`` explains every column.
"""

from typing import Final

from taxlots.ledger.table_columns import (
    LedgerRow,
    blank_text,
    number,
    of_confirmation,
    of_run,
    row_number,
    text,
)


class HarvestRunRow(LedgerRow, table=True):
    """One harvest or rebalance that was recorded, with its sources: append-only and chained."""

    __tablename__ = "harvest_run"

    sequence: int = row_number()
    recorded_at: str = text()
    actor: str = text()
    as_of: str = text()
    engine_version: str = text()
    rules_version: str = text()
    checkers_apart: str = text()
    journal_rows: int = number()
    journal_hash: str = text()
    reference_rows: int = number()
    reference_hash: str = text()
    plan_hash: str = text()
    orders: int = number()
    verdicts: int = number()
    manifest: str = text()
    previous_hash: str = text()
    hash: str = text()
    kind: str = blank_text()


class HarvestOrderRow(LedgerRow, table=True):
    """One order that a recorded harvest proposes: append-only and chained."""

    __tablename__ = "harvest_order"

    sequence: int = row_number()
    run: int = of_run()
    client_order_id: str = text()
    household: str = text()
    account: str = text()
    side: str = text()
    symbol: str = text()
    quantity_e8: int = number()
    lot_id: str = text()
    for_symbol: str = text()
    cells: str = text()
    previous_hash: str = text()
    hash: str = text()
    session: str = blank_text()


class HarvestLineRow(LedgerRow, table=True):
    """One line of another file of a recorded harvest: append-only and chained."""

    __tablename__ = "harvest_line"

    sequence: int = row_number()
    run: int = of_run()
    result: str = text()
    cells: str = text()
    previous_hash: str = text()
    hash: str = text()


class HarvestOverrideRow(LedgerRow, table=True):
    """One change of a recorded harvest by a person: append-only and chained."""

    __tablename__ = "harvest_override"

    sequence: int = row_number()
    run: int = of_run()
    recorded_at: str = text()
    actor: str = text()
    reason: str = text()
    action: str = text()
    client_order_id: str = text()
    lot_id: str = text()
    quantity_e8: int | None = number(optional=True)
    symbol: str = blank_text()
    until: str = blank_text()
    cells: str = blank_text()
    previous_hash: str = text()
    hash: str = text()


class HarvestApprovalRow(LedgerRow, table=True):
    """One order that a person approved, as it stood: append-only and chained."""

    __tablename__ = "harvest_approval"

    sequence: int = row_number()
    run: int = of_run()
    recorded_at: str = text()
    actor: str = text()
    reason: str = blank_text()
    client_order_id: str = text()
    order_hash: str = text()
    previous_hash: str = text()
    hash: str = text()


class HarvestConfirmationRow(LedgerRow, table=True):
    """One file of fills that was held against a run: append-only and chained."""

    __tablename__ = "harvest_confirmation"

    sequence: int = row_number()
    run: int = of_run()
    recorded_at: str = text()
    actor: str = text()
    file: str = text()
    file_sha256: str = text()
    fills: int = number()
    breaks: int = number()
    journal_rows: int = number()
    journal_hash: str = text()
    previous_hash: str = text()
    hash: str = text()


class HarvestFillRow(LedgerRow, table=True):
    """One fill as the custodian confirmed it: append-only and chained."""

    __tablename__ = "harvest_fill"

    sequence: int = row_number()
    confirmation: int = of_confirmation()
    line: int = number()
    client_order_id: str = text()
    account: str = text()
    side: str = text()
    symbol: str = text()
    lot_id: str = text()
    date: str = text()
    quantity_e8: int = number()
    amount_cents: int = number()
    transaction_id: str = text()
    cells: str = text()
    previous_hash: str = text()
    hash: str = text()


class HarvestBreakRow(LedgerRow, table=True):
    """One difference between fills and a run: append-only and chained."""

    __tablename__ = "harvest_break"

    sequence: int = row_number()
    confirmation: int = of_confirmation()
    kind: str = text()
    client_order_id: str = text()
    account: str = text()
    symbol: str = text()
    lot_id: str = text()
    planned: str = text()
    confirmed: str = text()
    detail: str = text()
    previous_hash: str = text()
    hash: str = text()


HARVEST_TABLES: Final = (
    "harvest_run",
    "harvest_order",
    "harvest_line",
    "harvest_override",
    "harvest_approval",
    "harvest_confirmation",
    "harvest_fill",
    "harvest_break",
)
"""Chained tables of this module, those that others refer to before these."""
