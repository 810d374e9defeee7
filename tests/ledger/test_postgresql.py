"""What PostgreSQL is asked in another way than SQLite: guards, locks, connections, its schema."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from tests.ledger.postgresql_server import Server

from taxlots.domain.problem import UsageError
from taxlots.ledger.canonical import Source
from taxlots.ledger.database import engine, reading, writing
from taxlots.ledger.imports import append
from taxlots.ledger.journal import read_transactions
from taxlots.ledger.migrate import REVISIONS, create, open_ledger, revision_of, upgrade
from taxlots.ledger.tables import APPEND_ONLY, METADATA
from taxlots.ledger.verify import heads, verify_ledger

Import = Callable[..., Any]
Rows = Callable[..., Any]

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BUY = "T1 2024-01-05 A1 AAPL BUY 10 1000"


@pytest.fixture
def database(postgresql: Server) -> Iterator[str]:
    with postgresql.ledger() as url:
        yield url


@pytest.fixture
def foreign(database: str) -> Iterator[psycopg.Connection]:
    """A client that knows nothing of us."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


def test_migrations_make_the_tables_of_the_models(ledger: Engine) -> None:
    with ledger.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert revision_of(connection) == REVISIONS[-1]


def test_both_databases_have_the_same_views_with_the_same_columns(
    ledger: Engine, sqlite_database: str
) -> None:
    found = []
    for each in (ledger, open_ledger(sqlite_database)):
        is_sqlite = each.dialect.name == "sqlite"
        with reading(each) as connection:
            names = connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'view'"
                if is_sqlite
                else "SELECT viewname FROM pg_views WHERE schemaname = 'public'"
            )
            found.append(
                {
                    name: list(connection.exec_driver_sql(f"SELECT * FROM {name}").keys())  # noqa: S608
                    for name in sorted(names.scalars())
                }
            )
    assert found[0] == found[1]
    assert "journal_readable" in found[0]


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("change", ["UPDATE {} SET sequence = 1", "DELETE FROM {}", "TRUNCATE {}"])
def test_no_row_of_an_append_only_table_is_changed(
    foreign: psycopg.Connection, table: str, change: str
) -> None:
    """Statements are refused whether they find rows or not."""
    with pytest.raises(psycopg.errors.RaiseException, match=f"{table} is append-only"):
        foreign.execute(change.format(f"{table} CASCADE" if "TRUNC" in change else table).encode())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET amount_cents = 1",
        "INSERT INTO journal SELECT * FROM journal ON CONFLICT (id) DO UPDATE SET amount_cents = 1",
        "MERGE INTO journal USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
        "UPDATE chain_head SET rows = 0 WHERE table_name = 'journal'",
        "UPDATE chain_head SET table_name = 'x' WHERE table_name = 'journal'",
        "DELETE FROM chain_head",
        "TRUNCATE chain_head",
    ],
)
def test_a_foreign_client_cannot_change_the_journal(
    foreign: psycopg.Connection, imported: Import, statement: str
) -> None:
    imported(BUY)
    before = foreign.execute("SELECT * FROM journal").fetchall()
    with pytest.raises(psycopg.errors.RaiseException, match="is append-only"):
        foreign.execute(statement.encode())
    assert foreign.execute("SELECT * FROM journal").fetchall() == before


def test_a_guard_that_is_switched_off_is_told(ledger: Engine, foreign: psycopg.Connection) -> None:
    foreign.execute("ALTER TABLE journal DISABLE TRIGGER journal_no_change")
    [problem] = verify_ledger(ledger)
    assert (problem.code, problem.where) == ("TRIGGER_MISSING", "journal_no_change")


def test_a_row_must_belong_to_an_import(ledger: Engine, imported: Import) -> None:
    imported(BUY)
    names = METADATA.tables["journal"].columns.keys()
    changed = {"sequence": "2", "id": "'T2'", "batch": "99"}
    cells = ", ".join(changed.get(name, name) for name in names)
    with pytest.raises(IntegrityError, match="fk_journal_batch"), writing(ledger) as connection:
        connection.exec_driver_sql(f"INSERT INTO journal SELECT {cells} FROM journal")  # noqa: S608


def test_two_writers_wait_for_each_other(ledger: Engine, rows: Rows) -> None:
    """Each appends behind the other, and none is lost."""

    def write(name: str) -> None:
        for number in range(5):
            row = BUY.replace("T1", f"{name}{number}")
            append(ledger, rows(row), source=Source("f"), recorded_at=NOW, actor=name)

    writers = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert heads(ledger)["journal"].rows == 10
    assert verify_ledger(ledger) == []


def test_a_writer_that_waits_too_long_is_told_why(
    database: str, foreign: psycopg.Connection, rows: Rows
) -> None:
    waiting = engine(database, wait_seconds=0.05)
    with foreign.transaction():
        foreign.execute("SELECT * FROM chain_head FOR UPDATE")
        with pytest.raises(UsageError, match="Another program is writing"):
            append(waiting, rows(BUY), source=Source("f"), recorded_at=NOW, actor="ann")
    assert read_transactions(waiting).num_rows == 0


def test_readers_see_one_state_while_another_writes(ledger: Engine, imported: Import) -> None:
    """An import that comes meanwhile does not show, even when it has finished."""
    with reading(ledger) as connection:
        count = "SELECT count(*) FROM journal"
        assert connection.exec_driver_sql(count).scalar() == 0
        imported(BUY)
        assert connection.exec_driver_sql(count).scalar() == 0
    assert read_transactions(ledger).num_rows == 1


def test_a_ledger_is_not_made_over_another_one(database: str) -> None:
    with pytest.raises(UsageError, match="already there"):
        create(database)


def test_a_current_ledger_needs_no_upgrade(database: str) -> None:
    assert upgrade(database) == (REVISIONS[-1], REVISIONS[-1])


@pytest.mark.parametrize("use", [open_ledger, upgrade])
def test_a_ledger_of_a_newer_version_is_refused(
    database: str, foreign: psycopg.Connection, use: Any
) -> None:
    foreign.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(UsageError, match="newer version of taxlots"):
        use(database)
    foreign.execute("UPDATE alembic_version SET version_num = %s", [REVISIONS[-1]])


@pytest.mark.parametrize("use", [open_ledger, upgrade])
def test_a_database_of_something_else(postgresql: Server, use: Any) -> None:
    with postgresql.empty() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE photo (id integer)")
        with pytest.raises(UsageError, match="is no ledger"):
            use(url)


def test_a_server_or_database_that_is_not_there(postgresql: Server) -> None:
    with pytest.raises(UsageError, match="Check the address, the name and the password"):
        open_ledger(postgresql.url("nowhere"))
    with pytest.raises(UsageError, match="Check the address, the name and the password"):
        open_ledger("postgresql://ann:secret@localhost:1/book")
