"""What every table of the ledger has in common: the registry, and the kinds of columns.

Integers and text alone: cents, 1e-8 shares, ISO dates, and exact decimals as text, because
several databases and readers change decimals silently.  ``table=True`` classes validate nothing:
they describe the database and never travel inwards.  Bulk rows do not pass through them.
"""

from typing import Any, Final

from sqlalchemy import BigInteger, Integer, MetaData, Text
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
    """A row of one of the ledger's tables."""

    metadata = _registry.metadata


def text() -> Any:
    """A text that every row has."""
    return Field(sa_type=Text, nullable=False)


def blank_text() -> Any:
    """A text that is blank unless it is given."""
    return Field(sa_type=Text, nullable=False, sa_column_kwargs={"server_default": ""})


def number(*, optional: bool = False) -> Any:
    """An integer of 64 bits; an optional one may be NULL."""
    return Field(sa_type=Big, nullable=optional)


def of_batch() -> Any:
    """The import that brought the row."""
    return Field(sa_type=Big, nullable=False, foreign_key="import_batch.sequence")


def of_statement() -> Any:
    """The custodian's statement that lists the lot."""
    return Field(sa_type=Big, nullable=False, foreign_key="custodian_statement.sequence")


def of_closing() -> Any:
    """The closing of a year that froze the row."""
    return Field(sa_type=Big, nullable=False, foreign_key="closed_year.sequence")


def of_run() -> Any:
    """The recorded harvest that the row belongs to."""
    return Field(sa_type=Big, nullable=False, foreign_key="harvest_run.sequence")


def of_confirmation() -> Any:
    """The file of fills that the row came from."""
    return Field(sa_type=Big, nullable=False, foreign_key="harvest_confirmation.sequence")


def row_number() -> Any:
    """The number of the row, from 1 without gaps."""
    return Field(
        primary_key=True,
        sa_type=Big,
        sa_column_kwargs={"autoincrement": False},
    )
