"""The tables of the ledger, as rows.  ``ledger/dictionary.md`` explains every column.

Integers and text alone: cents, 1e-8 shares, ISO dates, and exact decimals as text, because
several databases and readers change decimals silently.  ``table=True`` classes validate nothing:
they describe the database and never travel inwards.  Bulk rows do not pass through them.
"""

from typing import Any, Final

from sqlalchemy import BigInteger, Index, Integer, MetaData, Text, UniqueConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Big: Final = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits everywhere: SQLite's INTEGER has them, and only INTEGER can be its row number."""

_registry = registry(metadata=MetaData(naming_convention=NAMING))


class LedgerRow(SQLModel, registry=_registry):
    """A row of one of the tables below."""

    metadata = _registry.metadata


def _text() -> Any:
    return Field(sa_type=Text, nullable=False)


def _blank_text() -> Any:
    return Field(sa_type=Text, nullable=False, sa_column_kwargs={"server_default": ""})


def _number(*, optional: bool = False) -> Any:
    return Field(sa_type=Big, nullable=optional)


def _batch() -> Any:
    return Field(sa_type=Big, nullable=False, foreign_key="import_batch.sequence")


def _sequence() -> Any:
    return Field(
        primary_key=True,
        sa_type=Big,
        sa_column_kwargs={"autoincrement": False},
    )


class ImportBatch(LedgerRow, table=True):
    """One file that was imported: append-only and chained."""

    __tablename__ = "import_batch"

    sequence: int = _sequence()
    recorded_at: str = _text()
    kind: str = _text()
    file: str = _text()
    file_sha256: str = _text()
    actor: str = _text()
    holds: str = _text()
    rows_added: int = _number()
    rows_known: int = _number()
    journal_rows: int = _number()
    journal_hash: str = _text()
    reference_rows: int = _number()
    reference_hash: str = _text()
    previous_hash: str = _text()
    hash: str = _text()


class JournalRow(LedgerRow, table=True):
    """One transaction as it arrived: append-only and chained."""

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("id"),)

    sequence: int = _sequence()
    batch: int = _batch()
    recorded_at: str = _text()
    id: str = _text()
    date: str = _text()
    time: str = _blank_text()
    settle_date: str = _blank_text()
    account: str = _blank_text()
    symbol: str = _blank_text()
    action: str = _text()
    quantity_e8: int | None = _number(optional=True)
    price: str = _blank_text()
    fees: str = _blank_text()
    amount_cents: int | None = _number(optional=True)
    lots: str = _blank_text()
    identified_at: str = _blank_text()
    confirmation: str = _blank_text()
    method: str = _blank_text()
    order_id: str = _blank_text()
    to_account: str = _blank_text()
    to_symbol: str = _blank_text()
    ratio: str = _blank_text()
    cash: str = _blank_text()
    fmv: str = _blank_text()
    basis_fraction: str = _blank_text()
    basis_increase_cents: int | None = _number(optional=True)
    compensation_income_cents: int | None = _number(optional=True)
    acquired_date: str = _blank_text()
    holding_period_date: str = _blank_text()
    cost_basis_cents: int | None = _number(optional=True)
    covered: str = _blank_text()
    origin: str = _blank_text()
    note: str = _blank_text()
    extra: str = _blank_text()
    line: int | None = _number(optional=True)
    raw: str = _blank_text()
    occurrence: int = _number()
    content_hash: str = _text()
    previous_hash: str = _text()
    hash: str = _text()


class ReferenceChange(LedgerRow, table=True):
    """One row of reference that came, changed or went: append-only and chained."""

    __tablename__ = "reference_change"

    sequence: int = _sequence()
    batch: int = _batch()
    recorded_at: str = _text()
    table_name: str = _text()
    row_key: str = _text()
    row_before: str = _text()
    row_after: str = _text()
    previous_hash: str = _text()
    hash: str = _text()


class BookedRun(LedgerRow, table=True):
    """Figures as one version of the engine and of the rules booked them: append-only, chained."""

    __tablename__ = "booked_run"

    sequence: int = _sequence()
    recorded_at: str = _text()
    actor: str = _text()
    engine_version: str = _text()
    rules_version: str = _text()
    as_of: str = _text()
    journal_rows: int = _number()
    journal_hash: str = _text()
    reference_rows: int = _number()
    reference_hash: str = _text()
    results_hash: str = _text()
    totals: str = _text()
    previous_hash: str = _text()
    hash: str = _text()


class ChainHead(LedgerRow, table=True):
    """Where the chain of each append-only table ends: a cut-off end shows against it."""

    __tablename__ = "chain_head"

    table_name: str = Field(primary_key=True, sa_type=Text)
    rows: int = _number()
    hash: str = _text()


class Price(LedgerRow, table=True):
    """One close; a corrected close is a later row: append-only."""

    __tablename__ = "price"
    __table_args__ = (Index(None, "date", "symbol"),)

    sequence: int = _sequence()
    batch: int = _batch()
    date: str = _text()
    symbol: str = _text()
    close_e8: int = _number()


class Book(LedgerRow, table=True):
    """The book itself: one row."""

    __tablename__ = "book"

    position: int = _sequence()
    name: str = _text()
    toml: str = _text()
    extra: str = _text()


class Account(LedgerRow, table=True):
    """A row of ``accounts.csv``."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("account"),)

    position: int = _sequence()
    household: str = _text()
    account: str = _text()
    kind: str = _text()
    owner: str = _text()
    tax_return: str = _text()
    method: str = _text()
    custodian: str = _text()
    drip: str = _text()
    data_from: str = _text()
    data_through: str = _text()
    extra: str = _text()


class Security(LedgerRow, table=True):
    """A row of ``securities.csv``."""

    __tablename__ = "security"
    __table_args__ = (UniqueConstraint("symbol"),)

    position: int = _sequence()
    symbol: str = _text()
    cusip: str = _text()
    name: str = _text()
    kind: str = _text()
    multiplier: str = _text()
    underlying: str = _text()
    put_call: str = _text()
    strike: str = _text()
    expiry: str = _text()
    fund: str = _text()
    index_name: str = _text()
    asset_class: str = _text()
    drip: str = _text()
    adv: str = _text()
    extra: str = _text()


class IdenticalMember(LedgerRow, table=True):
    """A row of ``identical.csv``."""

    __tablename__ = "identical_member"
    __table_args__ = (UniqueConstraint("group_name", "symbol", "from_date"),)

    position: int = _sequence()
    group_name: str = _text()
    symbol: str = _text()
    from_date: str = _text()
    to_date: str = _text()
    extra: str = _text()


class Proxy(LedgerRow, table=True):
    """A row of ``proxies.csv``."""

    __tablename__ = "proxy"
    __table_args__ = (UniqueConstraint("symbol", "proxy", "account_kind"),)

    position: int = _sequence()
    symbol: str = _text()
    proxy: str = _text()
    rank_number: str = _text()
    account_kind: str = _text()
    reason: str = _text()
    opinion_date: str = _text()
    extra: str = _text()


class Profile(LedgerRow, table=True):
    """A row of ``profiles.csv``."""

    __tablename__ = "profile"
    __table_args__ = (UniqueConstraint("tax_return", "year"),)

    position: int = _sequence()
    tax_return: str = _text()
    year: str = _text()
    filing_status: str = _text()
    state: str = _text()
    short_rate: str = _text()
    long_rate: str = _text()
    ordinary_income: str = _text()
    deductions: str = _text()
    qualified_dividends: str = _text()
    net_investment_income: str = _text()
    magi: str = _text()
    carry_short: str = _text()
    carry_long: str = _text()
    planned_withdrawal: str = _text()
    extra: str = _text()


class Scheduled(LedgerRow, table=True):
    """A row of ``scheduled.csv``."""

    __tablename__ = "scheduled"
    __table_args__ = (UniqueConstraint("account", "symbol", "date", "kind", "quantity", "amount"),)

    position: int = _sequence()
    account: str = _text()
    symbol: str = _text()
    date: str = _text()
    kind: str = _text()
    quantity: str = _text()
    amount: str = _text()
    extra: str = _text()


class Target(LedgerRow, table=True):
    """A row of ``targets.csv``."""

    __tablename__ = "target"
    __table_args__ = (UniqueConstraint("household", "asset_class", "symbol"),)

    position: int = _sequence()
    household: str = _text()
    asset_class: str = _text()
    symbol: str = _text()
    weight: str = _text()
    band_low: str = _text()
    band_high: str = _text()
    extra: str = _text()


CHAINED: Final = ("import_batch", "journal", "reference_change", "booked_run")
"""Tables whose rows are chained by their hashes; each chain has its end in ``chain_head``."""

APPEND_ONLY: Final = (*CHAINED, "price")
"""Tables in which no row may be changed, replaced or deleted."""

METADATA: Final = _registry.metadata
"""All tables, by name, for migrations and bulk statements."""
