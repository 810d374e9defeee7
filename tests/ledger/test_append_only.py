"""What was recorded stays: through connections of ours and through any other client."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from taxlots.ledger.database import reading, writing
from taxlots.ledger.tables import APPEND_ONLY, METADATA

Import = Callable[..., Any]

ROWS = ("T1 2024-01-05 A1 AAPL BUY 10 1000", "T2 2024-02-05 A1 AAPL SELL 10 900")


@pytest.fixture
def database(sqlite_database: str) -> str:
    return sqlite_database


@pytest.fixture
def filled(ledger: Engine, imported: Import) -> Engine:
    imported(*ROWS)
    return ledger


@pytest.fixture
def foreign(filled: Engine, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A client that knows nothing of us: recursive_triggers and foreign_keys are off."""
    assert filled is not None
    with closing(sqlite3.connect(tmp_path / "book.db", isolation_level=None)) as connection:
        assert connection.execute("PRAGMA recursive_triggers").fetchone() == (0,)
        yield connection


def copied(table: str, **changed: str) -> str:
    """An SQL select of the first row of a table with some columns changed."""
    names = METADATA.tables[table].columns.keys()
    cells = ", ".join(changed.get(name, name) for name in names)
    return f"SELECT {cells} FROM {table} WHERE sequence = 1"  # noqa: S608


NEW_ID = {"id": "'T9'"}
CHANGES = {
    "update": "UPDATE journal SET amount_cents = 1",
    "update or replace": "UPDATE OR REPLACE journal SET id = 'T1' WHERE id = 'T2'",
    "delete": "DELETE FROM journal",
    "delete the last": "DELETE FROM journal WHERE sequence = 2",
    "replace a sequence": "INSERT OR REPLACE INTO journal " + copied("journal", **NEW_ID),
    "replace an id": "INSERT OR REPLACE INTO journal " + copied("journal", sequence="3"),
    "replace both": "REPLACE INTO journal " + copied("journal"),
    "insert before": "INSERT INTO journal " + copied("journal", sequence="0", **NEW_ID),
    "leave a gap": "INSERT INTO journal " + copied("journal", sequence="9", **NEW_ID),
    "upsert": "INSERT INTO journal "
    + copied("journal", sequence="3")
    + " ON CONFLICT (id) DO UPDATE SET amount_cents = 1",
    "shorten a chain": "UPDATE chain_head SET rows = 1 WHERE table_name = 'journal'",
    "forget a chain": "DELETE FROM chain_head",
    "swap a chain": "REPLACE INTO chain_head VALUES ('journal', 0, '')",
}


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES)
def test_a_foreign_client_cannot_change_the_journal(
    foreign: sqlite3.Connection, statement: str
) -> None:
    before = foreign.execute("SELECT * FROM journal").fetchall()
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        foreign.execute(statement)
    assert foreign.execute("SELECT * FROM journal").fetchall() == before


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES)
def test_our_own_connection_cannot_change_the_journal(filled: Engine, statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), writing(filled) as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_every_append_only_table_is_guarded(foreign: sqlite3.Connection, table: str) -> None:
    if not foreign.execute(f"SELECT count(*) FROM {table}").fetchone()[0]:  # noqa: S608
        cells = ["1"] * len(METADATA.tables[table].columns)
        foreign.execute(f"INSERT INTO {table} VALUES ({', '.join(cells)})")  # noqa: S608
    for statement in (
        f"UPDATE {table} SET sequence = sequence",  # noqa: S608
        f"DELETE FROM {table}",  # noqa: S608
        f"REPLACE INTO {table} {copied(table)}",
    ):
        with pytest.raises(sqlite3.IntegrityError, match=f"{table} is append-only"):
            foreign.execute(statement)


def test_connections_of_ours_guard_against_replace_and_wait_for_others(ledger: Engine) -> None:
    pragmas = {
        "recursive_triggers": 1,
        "foreign_keys": 1,
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 10_000,
    }
    with reading(ledger) as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas}
    assert found == pragmas


def test_a_row_must_belong_to_an_import(filled: Engine) -> None:
    row = copied("journal", sequence="3", id="'T9'", batch="99")
    with pytest.raises(IntegrityError, match="FOREIGN KEY"), writing(filled) as connection:
        connection.exec_driver_sql(f"INSERT INTO journal {row}")
