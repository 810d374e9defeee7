"""Making a ledger's database, and bringing an older one up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect

from taxlots.domain.problem import UsageError
from taxlots.ledger.database import (
    engine,
    reading,
    require_database,
    shown,
    sqlite_path,
    told_errors,
    writing,
)

REVISIONS: Final = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008")
"""Every revision of the schema that this version knows, oldest first."""

MIGRATIONS: Final = Path(__file__).parent / "migrations"


def create(url: str) -> Engine:
    """Make an empty ledger; returns its engine.

    Raises UsageError when there is one already, or when it cannot be written.
    """
    path = sqlite_path(url)
    if path is not None and path.exists() and path.stat().st_size:
        require_database(url)
    ledger = engine(url)
    with told_errors(ledger), ledger.connect() as connection:
        if inspect(connection).get_table_names():
            raise UsageError(
                f"{shown(url)} is already there. Name a new database, or import into this one."
            )
        if path is not None:
            connection.rollback()
            _turn_wal_on(connection)
    with writing(ledger) as connection:
        _migrate(connection)
    return ledger


def upgrade(url: str) -> tuple[str, str]:
    """Bring a ledger's schema up to date; returns the revision before and after.

    All steps are one transaction.  Raises UsageError for a database that is no ledger, or that a
    newer version made.
    """
    require_database(url)
    ledger = engine(url)
    with writing(ledger) as connection:
        before = revision_of(connection)
        _refuse_unknown(url, before)
        if before != REVISIONS[-1]:
            _migrate(connection)
    return before, REVISIONS[-1]


def open_ledger(url: str) -> Engine:
    """The engine of an existing ledger whose schema is this version's.

    Raises UsageError when there is none, or its schema is newer or older.
    """
    require_database(url)
    ledger = engine(url)
    with reading(ledger) as connection:
        revision = revision_of(connection)
    _refuse_unknown(url, revision)
    if revision != REVISIONS[-1]:
        raise UsageError(
            f"{shown(url)} was made by an older version. Back it up, then bring it up to date"
            f" with: python -m taxlots.ledger.schema --upgrade {shown(url)}"
        )
    return ledger


def revision_of(connection: Connection) -> str:
    """The revision of a database's schema, blank when it is no ledger."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return str(found or "")


def _refuse_unknown(url: str, revision: str) -> None:
    if not revision:
        raise UsageError(f"{shown(url)} is no ledger. Name one that `taxlots init` made.")
    if revision not in REVISIONS:
        raise UsageError(
            f"{shown(url)} was made by a newer version of taxlots (its schema is {revision},"
            f" this version knows up to {REVISIONS[-1]}). Update taxlots; the database was not"
            " touched."
        )


def _turn_wal_on(connection: Connection) -> None:
    """Readers and one writer then work at the same time; SQLite remembers it in the file."""
    driver = connection.connection
    cursor = driver.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.close()


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
