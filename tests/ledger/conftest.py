"""An empty ledger, and rows to put into it.

What uses ``database`` or ``ledger`` is tested on SQLite and on PostgreSQL; a module that is about
SQLite alone has a fixture ``database`` of its own.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from sqlalchemy import Engine, make_url
from tests.ledger.postgresql_server import Server, running

from taxlots.ledger.batch import Appended
from taxlots.ledger.canonical import Source
from taxlots.ledger.database import reading
from taxlots.ledger.imports import append
from taxlots.ledger.migrate import create, open_ledger

COLUMNS = ("id", "date", "account", "symbol", "action", "quantity", "amount")

Rows = Callable[..., pa.Table]
Import = Callable[..., Appended]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture
def sqlite_database(tmp_path: Path) -> str:
    """The URL of an empty ledger in the file ``book.db``."""
    url = f"sqlite:///{tmp_path / 'book.db'}"
    create(url).dispose()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty ledger."""
    if request.param == "sqlite":
        yield str(request.getfixturevalue("sqlite_database"))
        return
    server: Server = request.getfixturevalue("postgresql")
    with server.ledger() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def no_ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database in which nothing is yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
    server: Server = request.getfixturevalue("postgresql")
    with server.empty() as url:
        yield url


@pytest.fixture
def ledger(database: str) -> Iterator[Engine]:
    opened = open_ledger(database)
    yield opened
    opened.dispose()


@pytest.fixture
def shown(ledger: Engine) -> Callable[[str], list[tuple[Any, ...]]]:
    """What a query finds, as plain tuples."""

    def found(query: str) -> list[tuple[Any, ...]]:
        with reading(ledger) as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    return found


@pytest.fixture
def tamper(database: str) -> Callable[..., None]:
    """Changes the ledger as someone would who has all of it in their hands: without triggers."""

    def in_file(*statements: str) -> None:
        file = make_url(database).database
        assert file is not None
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            found = connection.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall()
            for name, _ in found:
                connection.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                connection.execute(statement)
            for _, sql in found:
                connection.execute(sql)

    def on_server(*statements: str) -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            for statement in statements:
                connection.execute(statement.encode())

    return in_file if database.startswith("sqlite") else on_server


@pytest.fixture
def rows() -> Rows:
    """``rows("T1 2024-01-05 A1 AAPL BUY 10 1000", …)``: a ``-`` is a blank cell."""

    def made(*lines: str, **more: list[str]) -> pa.Table:
        cells = [["" if cell == "-" else cell for cell in line.split(" ")] for line in lines]
        columns = zip(*cells, strict=True) if cells else [[] for _ in COLUMNS]
        table = {
            name: pa.array(list(column), pa.string())
            for name, column in zip(COLUMNS, columns, strict=True)
        }
        return pa.table(table | {name: pa.array(cells) for name, cells in more.items()})

    return made


@pytest.fixture
def imported(ledger: Engine, rows: Rows) -> Import:
    """Imports lines of ``rows`` as one file, an hour of 2026-01-01 UTC later."""

    def done(*lines: str, hour: int = 1, file: str = "export.csv", **more: list[str]) -> Appended:
        return append(
            ledger,
            rows(*lines, **more),
            source=Source(file, "canonical", "0" * 64),
            recorded_at=datetime(2026, 1, 1, hour, tzinfo=UTC),
            actor="ann",
        )

    return done
