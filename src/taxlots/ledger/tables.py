"""The tables of the ledger, as rows.  ``ledger/dictionary.md`` explains every column."""

from typing import Final

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field

from taxlots.ledger.closed_tables import CLOSED_TABLES
from taxlots.ledger.custodian_tables import CUSTODIAN_TABLES
from taxlots.ledger.harvest_tables import HARVEST_TABLES
from taxlots.ledger.table_columns import (
    LedgerRow,
    blank_text,
    number,
    of_batch,
    row_number,
    text,
)


class ImportBatch(LedgerRow, table=True):
    """One file that was imported: append-only and chained."""

    __tablename__ = "import_batch"

    sequence: int = row_number()
    recorded_at: str = text()
    kind: str = text()
    file: str = text()
    file_sha256: str = text()
    actor: str = text()
    holds: str = text()
    rows_added: int = number()
    rows_known: int = number()
    journal_rows: int = number()
    journal_hash: str = text()
    reference_rows: int = number()
    reference_hash: str = text()
    previous_hash: str = text()
    hash: str = text()


class JournalRow(LedgerRow, table=True):
    """One transaction as it arrived: append-only and chained."""

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("id"),)

    sequence: int = row_number()
    batch: int = of_batch()
    recorded_at: str = text()
    id: str = text()
    date: str = text()
    time: str = blank_text()
    settle_date: str = blank_text()
    account: str = blank_text()
    symbol: str = blank_text()
    action: str = text()
    quantity_e8: int | None = number(optional=True)
    price: str = blank_text()
    fees: str = blank_text()
    amount_cents: int | None = number(optional=True)
    lots: str = blank_text()
    identified_at: str = blank_text()
    confirmation: str = blank_text()
    method: str = blank_text()
    order_id: str = blank_text()
    to_account: str = blank_text()
    to_symbol: str = blank_text()
    ratio: str = blank_text()
    cash: str = blank_text()
    fmv: str = blank_text()
    basis_fraction: str = blank_text()
    basis_increase_cents: int | None = number(optional=True)
    compensation_income_cents: int | None = number(optional=True)
    acquired_date: str = blank_text()
    holding_period_date: str = blank_text()
    cost_basis_cents: int | None = number(optional=True)
    covered: str = blank_text()
    origin: str = blank_text()
    note: str = blank_text()
    extra: str = blank_text()
    line: int | None = number(optional=True)
    raw: str = blank_text()
    occurrence: int = number()
    content_hash: str = text()
    previous_hash: str = text()
    hash: str = text()


class ReferenceChange(LedgerRow, table=True):
    """One row of reference that came, changed or went: append-only and chained."""

    __tablename__ = "reference_change"

    sequence: int = row_number()
    batch: int = of_batch()
    recorded_at: str = text()
    table_name: str = text()
    row_key: str = text()
    row_before: str = text()
    row_after: str = text()
    previous_hash: str = text()
    hash: str = text()


class BookedRun(LedgerRow, table=True):
    """Figures as one version of the engine and of the rules booked them: append-only, chained."""

    __tablename__ = "booked_run"

    sequence: int = row_number()
    recorded_at: str = text()
    actor: str = text()
    engine_version: str = text()
    rules_version: str = text()
    as_of: str = text()
    journal_rows: int = number()
    journal_hash: str = text()
    reference_rows: int = number()
    reference_hash: str = text()
    results_hash: str = text()
    totals: str = text()
    previous_hash: str = text()
    hash: str = text()


class ChainHead(LedgerRow, table=True):
    """Where the chain of each append-only table ends: a cut-off end shows against it."""

    __tablename__ = "chain_head"

    table_name: str = Field(primary_key=True, sa_type=Text)
    rows: int = number()
    hash: str = text()


class Price(LedgerRow, table=True):
    """One close; a corrected close is a later row: append-only."""

    __tablename__ = "price"
    __table_args__ = (Index(None, "date", "symbol"),)

    sequence: int = row_number()
    batch: int = of_batch()
    date: str = text()
    symbol: str = text()
    close_e8: int = number()


class Book(LedgerRow, table=True):
    """The book itself: one row."""

    __tablename__ = "book"

    position: int = row_number()
    name: str = text()
    toml: str = text()
    extra: str = text()


class Account(LedgerRow, table=True):
    """A row of ``accounts.csv``."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("account"),)

    position: int = row_number()
    household: str = text()
    account: str = text()
    kind: str = text()
    owner: str = text()
    tax_return: str = text()
    method: str = text()
    custodian: str = text()
    drip: str = text()
    data_from: str = text()
    data_through: str = text()
    extra: str = text()


class Security(LedgerRow, table=True):
    """A row of ``securities.csv``."""

    __tablename__ = "security"
    __table_args__ = (UniqueConstraint("symbol"),)

    position: int = row_number()
    symbol: str = text()
    cusip: str = text()
    name: str = text()
    kind: str = text()
    multiplier: str = text()
    underlying: str = text()
    put_call: str = text()
    strike: str = text()
    expiry: str = text()
    fund: str = text()
    index_name: str = text()
    asset_class: str = text()
    drip: str = text()
    adv: str = text()
    extra: str = text()


class IdenticalMember(LedgerRow, table=True):
    """A row of ``identical.csv``."""

    __tablename__ = "identical_member"
    __table_args__ = (UniqueConstraint("group_name", "symbol", "from_date"),)

    position: int = row_number()
    group_name: str = text()
    symbol: str = text()
    from_date: str = text()
    to_date: str = text()
    extra: str = text()


class Proxy(LedgerRow, table=True):
    """A row of ``proxies.csv``."""

    __tablename__ = "proxy"
    __table_args__ = (UniqueConstraint("symbol", "proxy", "account_kind"),)

    position: int = row_number()
    symbol: str = text()
    proxy: str = text()
    rank_number: str = text()
    account_kind: str = text()
    reason: str = text()
    opinion_date: str = text()
    extra: str = text()


class Profile(LedgerRow, table=True):
    """A row of ``profiles.csv``."""

    __tablename__ = "profile"
    __table_args__ = (UniqueConstraint("tax_return", "year"),)

    position: int = row_number()
    tax_return: str = text()
    year: str = text()
    filing_status: str = text()
    state: str = text()
    short_rate: str = text()
    long_rate: str = text()
    ordinary_income: str = text()
    deductions: str = text()
    qualified_dividends: str = text()
    net_investment_income: str = text()
    magi: str = text()
    carry_short: str = text()
    carry_long: str = text()
    planned_withdrawal: str = text()
    extra: str = text()


class Scheduled(LedgerRow, table=True):
    """A row of ``scheduled.csv``."""

    __tablename__ = "scheduled"
    __table_args__ = (UniqueConstraint("account", "symbol", "date", "kind", "quantity", "amount"),)

    position: int = row_number()
    account: str = text()
    symbol: str = text()
    date: str = text()
    kind: str = text()
    quantity: str = text()
    amount: str = text()
    extra: str = text()


class Target(LedgerRow, table=True):
    """A row of ``targets.csv``."""

    __tablename__ = "target"
    __table_args__ = (UniqueConstraint("household", "asset_class", "symbol"),)

    position: int = row_number()
    household: str = text()
    asset_class: str = text()
    symbol: str = text()
    weight: str = text()
    band_low: str = text()
    band_high: str = text()
    extra: str = text()


class CashBalance(LedgerRow, table=True):
    """A row of ``cash.csv``."""

    __tablename__ = "cash_balance"
    __table_args__ = (UniqueConstraint("account", "date"),)

    position: int = row_number()
    account: str = text()
    date: str = text()
    amount: str = text()
    extra: str = text()


class TradeOverride(LedgerRow, table=True):
    """A row of ``overrides.csv``."""

    __tablename__ = "trade_override"
    __table_args__ = (UniqueConstraint("id"),)

    position: int = row_number()
    id: str = text()
    action: str = text()
    household: str = text()
    account: str = text()
    symbol: str = text()
    side: str = text()
    quantity: str = text()
    amount: str = text()
    instead: str = text()
    until: str = text()
    made_by: str = text()
    reason: str = text()
    extra: str = text()


CHAINED: Final = (
    "import_batch",
    "journal",
    "reference_change",
    "booked_run",
    *CUSTODIAN_TABLES,
    *CLOSED_TABLES,
    *HARVEST_TABLES,
)
"""Tables whose rows are chained by their hashes; each chain has its end in ``chain_head``."""

APPEND_ONLY: Final = (*CHAINED, "price")
"""Tables in which no row may be changed, replaced or deleted."""

METADATA: Final = LedgerRow.metadata
"""All tables, by name, for migrations and bulk statements."""
