"""A database that cannot be used is told in one sentence with a remedy, never a traceback."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from taxlots.domain.problem import UsageError
from taxlots.ledger.canonical import Source
from taxlots.ledger.database import engine, shown
from taxlots.ledger.imports import append
from taxlots.ledger.journal import read_transactions
from taxlots.ledger.migrate import REVISIONS, create, open_ledger, upgrade

Rows = Callable[..., Any]

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def database(sqlite_database: str) -> str:
    return sqlite_database


@pytest.mark.parametrize(
    "url",
    ["", "book.db", "sqlite:/book.db", "mysql://host/name", "sqlite://", "sqlite:///:memory:"],
)
def test_another_url_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match=r"sqlite:///path/to/book\.db"):
        engine(url)


def test_a_password_is_not_shown() -> None:
    assert "secret" not in shown("postgresql://ann:secret@host/name")


def test_postgresql_needs_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UsageError, match=r"pip install 'taxlots\[postgres\]'"):
        engine("postgresql://ann@host/name")


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="taxlots init"):
        open_ledger(f"sqlite:///{tmp_path / 'none.db'}")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="folder exists"):
        create(f"sqlite:///{tmp_path / 'none' / 'book.db'}")


def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        folder = Path("/proc")  # The system's own: even its owner cannot add a file there.
    else:
        folder = tmp_path / "read-only"
        folder.mkdir(mode=0o500)
    with pytest.raises(UsageError, match="you may write to it"):
        create(f"sqlite:///{folder / 'book.db'}")


@pytest.mark.parametrize("content", [b"date,symbol\n", b"\x00" * 4096], ids=["text", "zeros"])
@pytest.mark.parametrize("use", [open_ledger, create, upgrade])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes, use: Any) -> None:
    path = tmp_path / "accounts.csv"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="is not a database"):
        use(f"sqlite:///{path}")
    assert path.read_bytes() == content


@pytest.mark.parametrize("use", [open_ledger, upgrade])
def test_a_database_of_something_else(tmp_path: Path, use: Any) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE photo (id INTEGER)")
    with pytest.raises(UsageError, match="is no ledger"):
        use(f"sqlite:///{path}")


def test_a_ledger_is_not_made_over_another_one(database: str) -> None:
    with pytest.raises(UsageError, match="already there"):
        create(database)


def test_a_damaged_database(database: str, tmp_path: Path, rows: Rows) -> None:
    ledger = open_ledger(database)
    many = [f"T{n} 2024-01-05 A1 AAPL BUY 10 1000" for n in range(2_000)]
    append(ledger, rows(*many), source=Source("f"), recorded_at=NOW, actor="ann")
    path = tmp_path / "book.db"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(UsageError, match="backup"):
        read_transactions(ledger)


def test_a_locked_database(database: str, tmp_path: Path, rows: Rows) -> None:
    waiting = engine(database, wait_seconds=0.05)
    with closing(sqlite3.connect(tmp_path / "book.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UsageError, match=r"is locked\. Another program is writing"):
            append(
                waiting,
                rows("T1 2024-01-05 A1 AAPL BUY 10 1000"),
                source=Source("f"),
                recorded_at=NOW,
                actor="ann",
            )
        assert read_transactions(waiting).num_rows == 0


def test_readers_see_one_state_while_another_writes(ledger: Engine, rows: Rows) -> None:
    """An import that has not finished does not show."""
    seen = []
    append(
        ledger,
        rows("T1 2024-01-05 A1 AAPL BUY 10 1000"),
        source=Source("f"),
        recorded_at=NOW,
        actor="ann",
        progress=lambda *_: seen.append(read_transactions(ledger).num_rows),
    )
    assert seen == [0]
    assert read_transactions(ledger).num_rows == 1


@pytest.mark.parametrize("use", [open_ledger, upgrade])
def test_a_ledger_of_a_newer_version_is_refused(database: str, tmp_path: Path, use: Any) -> None:
    with closing(sqlite3.connect(tmp_path / "book.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(UsageError, match="newer version of taxlots"):
        use(database)


def test_a_current_ledger_needs_no_upgrade(database: str) -> None:
    assert upgrade(database) == (REVISIONS[-1], REVISIONS[-1])


def test_the_ledger_room_imports_no_database_package() -> None:
    """Commands on folders start without SQLAlchemy."""
    program = (
        "import sys, taxlots.ledger, taxlots.ledger.folder;"
        "print([m for m in ('sqlalchemy', 'sqlmodel', 'alembic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.decode().strip() == "[]"
